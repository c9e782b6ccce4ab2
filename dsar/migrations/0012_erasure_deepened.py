from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dsar", "0011_redaction")]

    operations = []
