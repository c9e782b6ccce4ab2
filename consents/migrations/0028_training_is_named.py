"""Whoever trains a model says so: only the purpose for AI training has such a processing.

What the gate closes for training alone (minors, special categories, what an uploader refused) hangs
on the purpose; a version of another one would train without any of it. Versions that are there stay
as they are.
"""

from django.db import migrations

NAMED = """
CREATE FUNCTION require_training_is_named() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF NEW.dpv_processing IN ('ai:ModelTraining', 'ai:ModelFineTuning') AND NOT EXISTS (
        SELECT FROM consents_purpose WHERE id = NEW.purpose_id AND is_ai_training
    ) THEN
        RAISE EXCEPTION 'unlawful version: it trains a model, and its purpose is another one'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'version_training_is_named';
    END IF;
    RETURN NEW;
END $$;

CREATE TRIGGER consents_purposeversion_training BEFORE INSERT ON consents_purposeversion
    FOR EACH ROW EXECUTE FUNCTION require_training_is_named();
"""
BACK = """
DROP TRIGGER consents_purposeversion_training ON consents_purposeversion;
DROP FUNCTION require_training_is_named();
"""


class Migration(migrations.Migration):
    """A trigger; no column."""

    dependencies = [("consents", "0027_standing_newest")]

    operations = [migrations.RunSQL(NAMED, BACK)]
