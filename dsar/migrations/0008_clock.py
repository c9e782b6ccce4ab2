from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dsar", "0007_ways_in")]

    operations = []
