from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dsar", "0013_workbench")]

    operations = []
