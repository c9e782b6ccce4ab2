"""An objection of who has no account is told to the feed under the address it closes."""

from importlib import import_module

from django.db import migrations

_feed = import_module("consents.migrations.0008_permit_changes")
_before = import_module("consents.migrations.0016_objections")
TABLE = _before.TABLE
# What the gate's rule reads of it: the person, and an address of theirs that nobody has proven.
TOLD = (
    "r.purpose_id, NULL::bigint, who.person_id, who.address_id, NULL::bigint",
    "",
    "CROSS JOIN LATERAL (SELECT r.person_id, NULL::bigint UNION ALL"
    " SELECT NULL::bigint, a.id FROM accounts_address a"
    " JOIN accounts_user u ON u.email = a.email WHERE u.id = r.person_id)"
    " AS who (person_id, address_id)",
)


def _sql(told: tuple[str, str, str]) -> str:
    return str(_feed.unmake(TABLE) + _feed.make(TABLE, {TABLE: told}))


class Migration(migrations.Migration):
    dependencies = [("consents", "0016_objections")]

    operations = [migrations.RunSQL(_sql(TOLD), _sql((_before.NAMED, "", "")))]
