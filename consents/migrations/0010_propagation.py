"""Choices on their way to the systems that must obey."""

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies = [("consents", "0009_lawful_versions")]

    operations: list[Operation] = []
