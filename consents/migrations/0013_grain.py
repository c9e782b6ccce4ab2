"""Choices about a selection."""

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies = [("consents", "0012_links")]

    operations: list[Operation] = []
