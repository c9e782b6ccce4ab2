"""A published version can be stopped before it takes effect."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('consents', '0018_register')]

    operations = []
