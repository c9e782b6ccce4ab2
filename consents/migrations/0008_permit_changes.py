"""Whatever an answer of the gate may rest on leaves a row when it changes.

Triggers for each statement and not for each row: an import of thousands costs one more INSERT.
Where a table has columns that surely bear on no answer, those are named; every other column, also
one added later, counts. Purpose versions need no trigger: when one takes effect, time alone has
changed the answers, and ``consents/moments.py`` sees that.
"""

from django.db import migrations, models

NAMED = "purpose_id, document_id, person_id, address_id, organisation_id"
DOCUMENT_IGNORES = (
    "title,file,sha256,kind,envelope,sent_at,completed_at,listed_at,state_at,keep_until"
)
# table: (what a row of it names, columns that bear on nothing, further tables in the selection)
TOLD = {
    "consents_standing": (
        "r.purpose_id, r.document_id, r.person_id, r.address_id,"
        " coalesce(r.organisation_id, r.within_id)", "", "",
    ),
    "consents_document": ("NULL::bigint, r.id, NULL::bigint, NULL::bigint, NULL::bigint",
                          DOCUMENT_IGNORES, ""),
    "consents_party": ("NULL::bigint, r.document_id, NULL::bigint, NULL::bigint, NULL::bigint",
                       "name,signed_at,listed_at,hidden_at", ""),
    # Who holds an address says what holds for all their other ones too.
    "accounts_address": (
        "NULL::bigint, NULL::bigint, who.person_id, who.address_id, NULL::bigint",
        "claimed_at,erased_hash,uid",
        "CROSS JOIN LATERAL (VALUES (r.person_id, NULL::bigint), (NULL::bigint, r.id))"
        " AS who (person_id, address_id)"
        " WHERE who.person_id IS NOT NULL OR who.address_id IS NOT NULL",
    ),
    "accounts_membership": (
        "NULL::bigint, NULL::bigint, r.person_id, NULL::bigint, r.organisation_id", "is_admin", "",
    ),
    "consents_purpose": ("r.id, NULL::bigint, NULL::bigint, NULL::bigint, NULL::bigint",
                         "position", ""),
    "accounts_user": (
        "NULL::bigint, NULL::bigint, r.id, NULL::bigint, NULL::bigint",
        "email,name,role,language,time_zone,country,is_active,password,last_login,uid", "",
    ),
}  # fmt: skip
# An account without an address, and an address in no document, bear on nothing yet.
EVENTS = {
    "accounts_user": ["UPDATE"],
    "accounts_address": ["UPDATE", "DELETE"],
    "consents_purpose": ["INSERT", "UPDATE"],
}
TRANSITIONS = {
    "INSERT": "NEW TABLE AS new_rows",
    "UPDATE": "OLD TABLE AS old_rows NEW TABLE AS new_rows",
    "DELETE": "OLD TABLE AS old_rows",
}


def make(table: str, told: dict[str, tuple[str, str, str]] = TOLD) -> str:
    """Return the SQL of the function and the triggers of one table."""
    named, ignored, more = told[table]
    tell = (
        f"INSERT INTO consents_permitchange (at, transaction, {NAMED})"
        f" SELECT DISTINCT now(), regard_transaction(), {named} FROM "
    )
    changed = (
        f"to_jsonb(n) - '{{{ignored}}}'::text[] IS DISTINCT FROM"
        f" to_jsonb(o) - '{{{ignored}}}'::text[]"
    )
    sql = f"""
    CREATE FUNCTION tell_{table}() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'INSERT' THEN
            {tell} new_rows r {more};
        ELSIF TG_OP = 'DELETE' THEN
            {tell} old_rows r {more};
        ELSE
            {tell} (
                SELECT n.* FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE {changed}
                UNION ALL
                SELECT o.* FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE {changed}
            ) r {more};
        END IF;
        RETURN NULL;
    END $$;
    """
    for event in EVENTS.get(table, TRANSITIONS):
        sql += f"""
    CREATE TRIGGER {table}_tells_{event.lower()} AFTER {event} ON {table}
        REFERENCING {TRANSITIONS[event]} FOR EACH STATEMENT EXECUTE FUNCTION tell_{table}();
    """
    return sql


def unmake(table: str) -> str:
    """Return the SQL that takes them away."""
    drops = "".join(
        f"DROP TRIGGER IF EXISTS {table}_tells_{event.lower()} ON {table};"
        for event in EVENTS.get(table, TRANSITIONS)
    )
    return f"{drops} DROP FUNCTION IF EXISTS tell_{table}();"


class Migration(migrations.Migration):
    dependencies = [("consents", "0007_control_room")]

    operations = [
        *(migrations.RunSQL(make(table), unmake(table)) for table in TOLD),
        migrations.AlterField(
            "bulkanswer",
            "kind",
            models.CharField(
                choices=[
                    ("query", "query"),
                    ("snapshot", "snapshot"),
                    ("manifest", "manifest"),
                    ("changes", "changes"),
                ],
                max_length=8,
            ),
        ),
    ]
