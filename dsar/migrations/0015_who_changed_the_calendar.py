"""Who changed the calendar."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('dsar', '0014_kinds')]

    operations = []
