"""Events of requests are found by time, by kind and by who acted."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("dsar", "0017_dashboard_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="erasurerecord",
            index=models.Index(fields=["-at", "-id"], name="erasure_newest"),
        ),
        migrations.AddIndex(
            model_name="requestevent",
            index=models.Index(
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="dsar_event_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="requestevent",
            index=models.Index(
                models.F("code"),
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="dsar_event_of_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="requestevent",
            index=models.Index(
                models.F("by"),
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                condition=models.Q(("by__isnull", False)),
                name="dsar_event_of_staff",
            ),
        ),
    ]
