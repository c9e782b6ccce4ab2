"""Settings that change without a deploy, by versions."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('kernel', '0005_call_count')]

    operations = []
