"""What the dashboard counts and lists, it finds by an index at any number of requests."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dsar", "0016_settings")]

    operations = [
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(
                fields=["received_on"], include=("regime", "kind", "channel"), name="dsar_received"
            ),
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index("received_at", "id", name="dsar_by_receipt"),
        ),
        migrations.AddIndex(
            model_name="subjectrequest",
            index=models.Index(
                fields=["received_on", "id"],
                name="dsar_oldest_open",
                condition=models.Q(
                    (
                        "status__in",
                        ["grace", "identity", "preparing", "received", "review", "searching"],
                    )
                ),
            ),
        ),
        migrations.AddIndex(
            model_name="step",
            index=models.Index(
                fields=["request"],
                name="step_gap",
                condition=models.Q(("outcome__in", ["failed", "exception"])),
            ),
        ),
    ]
