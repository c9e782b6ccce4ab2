"""Choices are found by time, by kind and by who acted."""

from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0006_activity"),
        ("consents", "0021_dashboard_indexes"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddIndex(
            model_name="choiceevent",
            index=models.Index(
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="choice_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="choiceevent",
            index=models.Index(
                models.F("act"),
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="choice_of_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="choiceevent",
            index=models.Index(
                models.F("by"),
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="choice_by_whom",
            ),
        ),
    ]
