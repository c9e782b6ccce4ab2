"""Indexes for the pages."""

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies = [("consents", "0014_signals")]

    operations: list[Operation] = []
