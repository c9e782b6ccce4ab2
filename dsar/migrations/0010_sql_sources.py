from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dsar", "0009_outside")]

    operations = []
