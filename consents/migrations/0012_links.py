"""Links for signers without an account."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("consents", "0011_canaries")]

    operations = [
        migrations.AddField(
            model_name="documentlink",
            name="language",
            field=models.CharField(blank=True, default="", max_length=8),
            preserve_default=False,
        ),
    ]
