from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dsar", "0008_clock")]

    operations = []
