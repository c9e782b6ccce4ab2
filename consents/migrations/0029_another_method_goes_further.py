"""Another method of protection goes further: which of two protects better nobody can say.

``version_is_wider`` says it as ``consents.widening`` does; else nothing of it changes.
"""

from importlib import import_module

from django.db import migrations

BEFORE: str = import_module("consents.migrations.0019_stops").WIDER
GONE = "AND stated_method(after.safeguards) IS NULL"
OTHER = "AND stated_method(after.safeguards) IS DISTINCT FROM stated_method(before.safeguards)"
assert BEFORE.count(GONE) == 1  # noqa: S101 - a migration that changes nothing would be a lie
AFTER = BEFORE.replace(GONE, OTHER)


class Migration(migrations.Migration):
    """A function; no column."""

    dependencies = [("consents", "0028_training_is_named")]

    operations = [migrations.RunSQL(AFTER, BEFORE)]
