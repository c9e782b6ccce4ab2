"""An unlawful version of a purpose cannot be written at all."""

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies = [("consents", "0008_permit_changes")]

    operations: list[Operation] = []
