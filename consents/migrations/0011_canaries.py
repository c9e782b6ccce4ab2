"""Runs, manifests and canaries."""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from portal.lib.append_only import forbid_changes

# The first use of a document by a run is written beside its line, in the statement that reports it:
# a person's runs are then one look into one index, and not one into every month of uses.
LINES = """
CREATE FUNCTION consents_use_lines() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO consents_manifestline (run_id, document_id, excluded, checked_at, used_at)
    SELECT training_run_id, document_id, '', min(at), min(at) FROM written
    WHERE training_run_id IS NOT NULL
    -- In one order, so that two reports cannot wait for one another.
    GROUP BY training_run_id, document_id ORDER BY training_run_id, document_id
    ON CONFLICT (run_id, document_id) DO UPDATE
        SET used_at = least(consents_manifestline.used_at, EXCLUDED.used_at)
        WHERE consents_manifestline.used_at IS NULL
            OR consents_manifestline.used_at > EXCLUDED.used_at;
    RETURN NULL;
END $$;
CREATE TRIGGER consents_use_lines AFTER INSERT ON consents_use
    REFERENCING NEW TABLE AS written FOR EACH STATEMENT EXECUTE FUNCTION consents_use_lines();

INSERT INTO consents_manifestline (run_id, document_id, excluded, checked_at, used_at)
SELECT training_run_id, document_id, '', min(at), min(at) FROM consents_use
WHERE training_run_id IS NOT NULL GROUP BY training_run_id, document_id;
"""

UNDO = """
DROP TRIGGER consents_use_lines ON consents_use;
DROP FUNCTION consents_use_lines();
"""


class Migration(migrations.Migration):
    dependencies = [("consents", "0010_propagation")]

    operations = [
        migrations.AddField(
            model_name="trainingrun",
            name="trained_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="manifestline",
            name="used_at",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddIndex(
            model_name="manifestline",
            index=models.Index(
                condition=models.Q(("used_at__isnull", False)),
                fields=["document", "run"],
                include=("used_at",),
                name="manifest_line_used",
            ),
        ),
        migrations.CreateModel(
            name="RunRemedy",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "remedy",
                    models.CharField(
                        choices=[
                            ("retrain", "the model is trained anew without it"),
                            ("filter", "outputs that repeat it are filtered"),
                            ("anonymous", "the provider claims the model is anonymous"),
                            ("none", "nothing can be undone in this model"),
                        ],
                        max_length=10,
                    ),
                ),
                ("remedy_by", models.DateField(blank=True, null=True)),
                ("by", models.CharField(max_length=100)),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="remedies",
                        to="consents.trainingrun",
                    ),
                ),
            ],
            options={"verbose_name_plural": "run remedies"},
        ),
        forbid_changes("consents_runremedy"),
        migrations.RunSQL(LINES, UNDO),
    ]
