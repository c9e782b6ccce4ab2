"""A published version can be stopped before its day; what protects data counts as wider, too.

The law of migration 0009 is kept up to date here: a new version is compared with the last one that
was not stopped, and is wider also where a recipient is elsewhere or is somebody else, or where a
safeguard is weaker (``consents/widening.py``; change both or neither).
"""

from importlib import import_module

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from portal.lib.append_only import forbid_changes

LAW = import_module("consents.migrations.0009_lawful_versions")

SAFEGUARDS = """
-- Which share of identifiers is said to be found, if any; and by which method.
CREATE FUNCTION stated_recall(safeguards jsonb) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE jsonb_typeof(safeguards -> 'recall')
        WHEN 'number' THEN (safeguards ->> 'recall')::numeric END
$$;
CREATE FUNCTION stated_method(safeguards jsonb) RETURNS text LANGUAGE sql IMMUTABLE AS $$
    SELECT CASE jsonb_typeof(safeguards -> 'method')
        WHEN 'string' THEN nullif(safeguards ->> 'method', '') END
$$;
"""

WIDER = """
CREATE OR REPLACE FUNCTION version_is_wider(
    before consents_purposeversion, after consents_purposeversion
) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT
        EXISTS (
            SELECT jsonb_array_elements(after.data_categories)
            EXCEPT SELECT jsonb_array_elements(before.data_categories)
        ) OR EXISTS (
            -- Another recipient; or the same in another country, or of another kind.
            SELECT one -> 'system', one -> 'country', one -> 'kind'
                FROM jsonb_array_elements(after.recipients) AS one
            EXCEPT SELECT one -> 'system', one -> 'country', one -> 'kind'
                FROM jsonb_array_elements(before.recipients) AS one
        )
        OR after.legal_basis <> before.legal_basis
        OR after.dpv_purpose <> before.dpv_purpose
        OR after.dpv_processing <> before.dpv_processing
        OR after.retention_trigger <> before.retention_trigger
        OR after.retention_duration <> before.retention_duration AND (
            retention_days(after.retention_duration) IS NULL
            OR coalesce(
                retention_days(after.retention_duration)
                > retention_days(before.retention_duration), false
            )
        )
        OR before.safeguards @> '{"anonymised": true}'
            AND NOT after.safeguards @> '{"anonymised": true}'
        OR stated_recall(before.safeguards) IS NOT NULL
            AND coalesce(stated_recall(after.safeguards) < stated_recall(before.safeguards), true)
        OR stated_method(before.safeguards) IS NOT NULL
            AND stated_method(after.safeguards) IS NULL
$$;
"""

_BEFORE = """    SELECT * INTO before FROM consents_purposeversion
        WHERE purpose_id = NEW.purpose_id ORDER BY number DESC LIMIT 1;
"""
_BEFORE_STANDING = """    SELECT v.* INTO before FROM consents_purposeversion v
        WHERE v.purpose_id = NEW.purpose_id
            AND NOT EXISTS (SELECT FROM consents_purposestop s WHERE s.version_id = v.id)
        ORDER BY v.number DESC LIMIT 1;
"""
_NEXT = "WHEN NEW.number <> coalesce(before.number, 0) + 1 THEN"
_NEXT_OF_ALL = """WHEN NEW.number <> 1 + (
            SELECT coalesce(max(v.number), 0) FROM consents_purposeversion v
            WHERE v.purpose_id = NEW.purpose_id
        ) THEN"""


def _function(sql: str, name: str) -> str:
    """Return the statement that makes one function of migration 0009, over whatever is there."""
    start = sql.index(f"CREATE FUNCTION {name}(")
    return "CREATE OR REPLACE" + sql[start + len("CREATE") : sql.index("$$;", start) + 3]


LAWFUL_BEFORE = _function(LAW.LAWFUL, "require_lawful_version")
LAWFUL = LAWFUL_BEFORE.replace(_BEFORE, _BEFORE_STANDING).replace(_NEXT, _NEXT_OF_ALL)

STOPS = """
CREATE FUNCTION require_early_stop() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    stopped consents_purposeversion;
BEGIN
    SELECT * INTO stopped FROM consents_purposeversion WHERE id = NEW.version_id;
    -- Whoever publishes a version of the purpose waits: it would be compared with this one.
    PERFORM FROM consents_purpose WHERE id = stopped.purpose_id FOR NO KEY UPDATE;
    IF stopped.effective_from <= clock_timestamp() THEN
        RAISE EXCEPTION 'version % is in effect and cannot be stopped', NEW.version_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stop_before_effect';
    END IF;
    -- What follows was compared with it, and would go further unannounced.
    IF EXISTS (
        SELECT FROM consents_purposeversion later
        WHERE later.purpose_id = stopped.purpose_id AND later.number > stopped.number
            AND NOT EXISTS (SELECT FROM consents_purposestop s WHERE s.version_id = later.id)
    ) THEN
        RAISE EXCEPTION 'what follows version % is stopped first', NEW.version_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'stop_the_last_first';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER consents_purposestop_early BEFORE INSERT ON consents_purposestop
    FOR EACH ROW EXECUTE FUNCTION require_early_stop();
"""
UNDO_STOPS = """
DROP TRIGGER consents_purposestop_early ON consents_purposestop;
DROP FUNCTION require_early_stop();
"""
UNDO_SAFEGUARDS = "DROP FUNCTION stated_recall(jsonb); DROP FUNCTION stated_method(jsonb);"


class Migration(migrations.Migration):
    dependencies = [("consents", "0018_register"), ("accounts", "0005_changes")]

    operations = [
        migrations.CreateModel(
            name="PurposeStop",
            fields=[
                ("id", models.BigAutoField(
                    auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("reason", models.TextField()),
                ("by", models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+",
                    to=settings.AUTH_USER_MODEL)),
                ("version", models.OneToOneField(
                    on_delete=django.db.models.deletion.PROTECT, related_name="stop",
                    to="consents.purposeversion")),
            ],
            options={"constraints": [
                models.CheckConstraint(
                    condition=~models.Q(reason=""), name="stop_has_a_reason"),
            ]},
        ),
        forbid_changes("consents_purposestop"),
        migrations.AddField(
            "purposeversion", "change",
            models.OneToOneField(
                blank=True, null=True, on_delete=django.db.models.deletion.PROTECT,
                related_name="version", to="accounts.change"),
        ),
        migrations.AddField(
            "announcement", "stop_told_at", models.DateTimeField(blank=True, null=True)
        ),
        migrations.RunSQL(SAFEGUARDS, UNDO_SAFEGUARDS),
        migrations.RunSQL(WIDER, _function(LAW.WIDENING, "version_is_wider")),
        migrations.RunSQL(LAWFUL, LAWFUL_BEFORE),
        migrations.RunSQL(STOPS, UNDO_STOPS),
    ]  # fmt: skip
