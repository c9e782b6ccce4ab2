"""``manage.py record_backup``: the last line of the script that makes the backup."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.dashboard.cards import recording
from portal.dashboard.models import CareRecord


class Command(BaseCommand):
    """Write down that a backup was made, or failed; the DPO's page shows the last one."""

    help = "Record that a backup was made (--failed: was tried and failed)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what is known of the backup."""
        recording.add_arguments(parser)
        parser.add_argument("--bytes", type=int, default=None, help="its size")

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the row."""
        size = options["bytes"]
        made = recording.record(
            CareRecord.Kind.BACKUP, options, bytes=size if size is None else max(0, size)
        )
        self.stdout.write(f"Recorded: {made}.")
