"""Answers of the gate about a document are found newest first."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("consents", "0025_one_index_of_choices_by_time")]

    operations = [
        AddIndexConcurrently(
            model_name="permitanswer",
            index=models.Index(
                models.F("document"),
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="permit_answer_of_document",
            ),
        ),
        # The one that the column brought along is the beginning of the new one.
        migrations.AlterField(
            model_name="permitanswer",
            name="document",
            field=models.ForeignKey(
                db_index=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="consents.document",
            ),
        ),
    ]
