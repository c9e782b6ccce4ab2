"""What a run that erases held back; documents are found when their period is over.

The table of documents is large: its indexes are built beside its use, so in no transaction.
"""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models
from django.db.models.functions import Coalesce


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("consents", "0023_evidence_stays_asked_for")]

    operations = [
        migrations.AddField(
            model_name="retentionrun", name="held", field=models.JSONField(default=dict)
        ),
        AddIndexConcurrently(
            model_name="document",
            index=models.Index(
                Coalesce("completed_at", "state_at"),
                "id",
                condition=models.Q(("erased_at", None), ("keep_until", None)),
                name="document_ends",
            ),
        ),
        AddIndexConcurrently(
            model_name="document",
            index=models.Index(
                condition=models.Q(("erased_at", None), ("keep_until__isnull", False)),
                fields=["keep_until", "id"],
                name="document_ends_on",
            ),
        ),
    ]
