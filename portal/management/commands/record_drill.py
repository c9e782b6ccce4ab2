"""``manage.py record_drill``: after a backup was restored to try it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from portal.dashboard.cards import recording
from portal.dashboard.models import CareRecord


class Command(BaseCommand):
    """Write down that a restore was tried, and whether the erasures were replayed in it."""

    help = "Record that a backup was restored to try it (--failed: it could not be)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add what is known of the drill."""
        recording.add_arguments(parser)
        parser.add_argument(
            "--replayed", action="store_true", help="the erasures were replayed in the copy"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the row."""
        done = recording.record(CareRecord.Kind.DRILL, options, replayed=options["replayed"])
        self.stdout.write(f"Recorded: {done}.")
