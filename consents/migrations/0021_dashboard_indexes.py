"""Choices are counted and listed by day, of every purpose together."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consents", "0020_evidence")]

    operations = [
        migrations.AddIndex(
            model_name="choiceevent",
            index=models.Index(fields=["at", "id"], name="choice_by_day"),
        ),
    ]
