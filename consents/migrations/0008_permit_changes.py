"""Whatever an answer of the gate may rest on leaves a row when it changes."""

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies = [("consents", "0007_control_room")]

    operations: list[Operation] = []
