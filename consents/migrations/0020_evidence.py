"""Evidence for what is called anonymised."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('consents', '0019_stops')]

    operations = []
