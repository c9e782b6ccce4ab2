"""Figures that are kept because a direct query would be too slow."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('accounts', '0005_changes')]

    operations = []
