"""Runs, manifests and canaries."""

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies = [("consents", "0010_propagation")]

    operations: list[Operation] = []
