"""For the pages: which purposes are about documents at all."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consents", "0014_signals")]

    operations = [
        migrations.AddField(
            model_name="purpose",
            name="by_document",
            field=models.BooleanField(default=True),
        ),
        # What the catalogue has always said of it: "Your documents are not used for it."
        migrations.RunSQL(
            "UPDATE consents_purpose SET by_document = false WHERE slug = 'marketing'",
            migrations.RunSQL.noop,
        ),
    ]
