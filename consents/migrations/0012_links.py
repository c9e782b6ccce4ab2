"""Links for signers without an account."""

from django.db import migrations
from django.db.migrations.operations.base import Operation


class Migration(migrations.Migration):
    dependencies = [("consents", "0011_canaries")]

    operations: list[Operation] = []
