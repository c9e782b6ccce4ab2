"""Invariant 1: who looked at whose file is never edited."""

from django.db import migrations

from portal.lib.append_only import forbid_changes


class Migration(migrations.Migration):
    dependencies = [("accounts", "0001_initial"), ("kernel", "0001_append_only")]

    operations = [forbid_changes("accounts_accessevent")]
