"""Where the gate asks for evidence it goes on asking, whoever writes (ADR 29, addendum).

To ask no more would open what is closed for people without a word to them. A wording that claims
nothing any more does the same lawfully: it counts as wider, so they are told and asked before.
"""

from django.db import migrations

STAYS = """
CREATE FUNCTION forbid_asking_less() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'purpose % asks for evidence, and goes on asking', OLD.slug
        USING ERRCODE = 'check_violation', CONSTRAINT = 'purpose_goes_on_asking';
END $$;
CREATE TRIGGER consents_purpose_goes_on_asking BEFORE UPDATE ON consents_purpose
    FOR EACH ROW WHEN (OLD.needs_evidence AND NOT NEW.needs_evidence)
    EXECUTE FUNCTION forbid_asking_less();
"""
UNDO = """
DROP TRIGGER consents_purpose_goes_on_asking ON consents_purpose;
DROP FUNCTION forbid_asking_less();
"""


class Migration(migrations.Migration):
    dependencies = [("consents", "0022_log_indexes")]

    operations = [migrations.RunSQL(STAYS, UNDO)]
