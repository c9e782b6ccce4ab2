"""Standing choices about a purpose are listed newest first, behind the figures of the dashboard."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("consents", "0026_answers_of_a_document")]

    operations = [
        AddIndexConcurrently(
            model_name="standing",
            index=models.Index(fields=["purpose", "-since", "-id"], name="standing_newest"),
        ),
    ]
