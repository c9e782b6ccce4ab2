"""Signals of browsers and uploaders."""

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies = [("consents", "0013_grain")]

    operations: list[Operation] = []
