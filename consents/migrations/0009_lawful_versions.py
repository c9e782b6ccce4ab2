"""An unlawful version of a purpose cannot be written at all, by whomever and with whatever tool."""

from django.db import migrations, models

# The same law as in consents/widening.py; a test compares the two on random versions.
WIDENING = """
-- About how many days an ISO 8601 duration has; NULL: it cannot be read.
CREATE FUNCTION retention_days(duration text) RETURNS numeric LANGUAGE sql IMMUTABLE AS $$
    SELECT coalesce(part[1]::numeric, 0) * 365 + coalesce(part[2]::numeric, 0) * 31
        + coalesce(part[3]::numeric, 0)
    FROM regexp_match(duration, '^P(?:([0-9]+)Y)?(?:([0-9]+)M)?(?:([0-9]+)D)?$') AS part
    WHERE part IS NOT NULL
$$;

CREATE FUNCTION version_is_wider(
    before consents_purposeversion, after consents_purposeversion
) RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT
        EXISTS (
            SELECT jsonb_array_elements(after.data_categories)
            EXCEPT SELECT jsonb_array_elements(before.data_categories)
        ) OR EXISTS (
            SELECT jsonb_array_elements(after.recipients) -> 'system'
            EXCEPT SELECT jsonb_array_elements(before.recipients) -> 'system'
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
$$;
"""

LAWFUL = """
-- Tests write history beside people who were already there; see forbid_change() for the name.
CREATE FUNCTION history_may_be_written() RETURNS boolean LANGUAGE sql STABLE AS $$
    SELECT current_database() LIKE 'test\\_%' OR NOT EXISTS (SELECT FROM consents_party)
$$;

CREATE FUNCTION require_lawful_version() RETURNS trigger LANGUAGE plpgsql AS $$
DECLARE
    purpose consents_purpose;
    before consents_purposeversion;
    problem text;
BEGIN
    -- Two publications of one purpose wait for each other, and its control stays what it is.
    SELECT * INTO purpose FROM consents_purpose WHERE id = NEW.purpose_id FOR NO KEY UPDATE;
    SELECT * INTO before FROM consents_purposeversion
        WHERE purpose_id = NEW.purpose_id ORDER BY number DESC LIMIT 1;
    IF NEW.widens THEN
        -- However few days were promised, two weeks are the least.
        NEW.notice_days := greatest(NEW.notice_days, 14);
    END IF;
    problem := CASE
        WHEN NEW.number <> coalesce(before.number, 0) + 1 THEN 'number is not the next'
        WHEN NEW.effective_from < before.effective_from OR NEW.published_at < before.published_at
            THEN 'it comes before the version it follows'
        WHEN NEW.published_at > clock_timestamp() + interval '1 hour' THEN 'published in the future'
        WHEN purpose.is_ai_training AND NEW.legal_basis = '6(1)(b)'
            THEN 'AI training cannot rest on the contract'
        WHEN NOT CASE purpose.control
            WHEN 'consent' THEN NEW.legal_basis = '6(1)(a)'
            WHEN 'objection' THEN NEW.legal_basis IN ('6(1)(e)', '6(1)(f)')
            WHEN 'none' THEN NEW.legal_basis
                IN ('6(1)(b)', '6(1)(c)', '6(1)(d)', '6(1)(e)', '6(1)(f)')
            ELSE NEW.legal_basis
                IN ('6(1)(a)', '6(1)(b)', '6(1)(c)', '6(1)(d)', '6(1)(e)', '6(1)(f)')
        END THEN 'the legal basis does not go with the control'
        WHEN jsonb_typeof(NEW.data_categories) <> 'array' OR jsonb_typeof(NEW.recipients) <> 'array'
            THEN 'data categories and recipients are lists'
        WHEN EXISTS (
            SELECT FROM unnest(ARRAY['en', 'fr']) AS language, unnest(ARRAY[
                'title', 'summary', 'detail', 'legal', 'data', 'recipients', 'retention',
                'consequence', 'refusal', 'example'
            ]) AS level
            WHERE coalesce(btrim(NEW.texts -> language ->> level, E' \\t\\r\\n'), '') = ''
        ) THEN 'a language or a level of the text is missing'
        WHEN NEW.sha256 !~ '^[0-9a-f]{64}$' THEN 'the fingerprint is none'
    END;
    IF problem IS NULL THEN
        problem := CASE
            -- To who is here already, a new purpose is wider than none.
            WHEN NOT NEW.widens AND before.id IS NULL AND NOT history_may_be_written()
                THEN 'it is new to people who are here, and does not say so'
            WHEN NOT NEW.widens AND before.id IS NOT NULL AND version_is_wider(before, NEW)
                THEN 'it is wider and does not say so'
            WHEN NEW.widens AND NEW.effective_from
                < NEW.published_at + make_interval(hours => 24 * NEW.notice_days)
                THEN 'it is wider and takes effect too soon'
            -- Once there are documents, nobody can have been told yesterday.
            WHEN NEW.widens AND NEW.published_at < clock_timestamp() - interval '1 hour'
                AND NOT history_may_be_written()
                THEN 'it is wider and says that it was published before'
        END;
    END IF;
    IF problem IS NOT NULL THEN
        RAISE EXCEPTION 'unlawful version of %: %', purpose.slug, problem
            USING ERRCODE = 'check_violation', CONSTRAINT = 'version_is_lawful';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER consents_purposeversion_lawful BEFORE INSERT ON consents_purposeversion
    FOR EACH ROW EXECUTE FUNCTION require_lawful_version();

-- "Only if you agree" becoming "unless you object" would turn a choice on for everybody.
CREATE FUNCTION forbid_other_control() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF EXISTS (SELECT FROM consents_purposeversion WHERE purpose_id = OLD.id) THEN
        RAISE EXCEPTION 'purpose % is published: its control and name stay', OLD.slug
            USING ERRCODE = 'check_violation', CONSTRAINT = 'purpose_stays_what_it_is';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER consents_purpose_stays BEFORE UPDATE ON consents_purpose FOR EACH ROW
    WHEN ((OLD.slug, OLD.control, OLD.is_ai_training)
        IS DISTINCT FROM (NEW.slug, NEW.control, NEW.is_ai_training))
    EXECUTE FUNCTION forbid_other_control();
"""

UNDO = """
DROP TRIGGER consents_purpose_stays ON consents_purpose;
DROP FUNCTION forbid_other_control();
DROP TRIGGER consents_purposeversion_lawful ON consents_purposeversion;
DROP FUNCTION require_lawful_version();
DROP FUNCTION history_may_be_written();
DROP FUNCTION version_is_wider(consents_purposeversion, consents_purposeversion);
DROP FUNCTION retention_days(text);
"""


class Migration(migrations.Migration):
    dependencies = [("consents", "0008_permit_changes"), ("kernel", "0005_call_count")]

    operations = [
        migrations.AddField(
            "purposeversion", "notice_days", models.PositiveSmallIntegerField(default=0)
        ),
        migrations.AddField("announcing", "after_person", models.BigIntegerField(default=0)),
        migrations.AddField("announcing", "after_address", models.BigIntegerField(default=0)),
        migrations.AddField("announcing", "rounds", models.PositiveIntegerField(default=0)),
        migrations.AddIndex(
            "announcement",
            models.Index(
                fields=["id"], name="announcement_undelivered", condition=models.Q(sent_at=None)
            ),
        ),
        migrations.AddIndex(
            "announcement",
            models.Index(fields=["version", "id"], name="announcement_of_version"),
        ),
        migrations.RunSQL(WIDENING + LAWFUL, UNDO),
    ]
