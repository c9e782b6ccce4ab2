"""``manage.py rebuild_rollups``: compare the kept figures of the dashboard with the rows."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from portal.dashboard.cards import rollups


class Command(BaseCommand):
    """``--check`` only compares and fails on a difference; without it every day is counted anew."""

    help = "Count the dashboard's kept figures anew, or, with --check, compare them with the rows."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--check``."""
        parser.add_argument("--check", action="store_true", help="change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Count or compare.

        Raises:
            CommandError: with ``--check``, when a figure is not what the rows say.
        """
        if not options["check"]:
            for one in rollups.ROLLUPS.values():
                rollups.touch_everything(one)
            rollups.refresh(patience=float("inf"))
            self.stdout.write(f"{len(rollups.ROLLUPS)} rollups counted anew.")
            return
        different = {name: rollups.differences(one) for name, one in rollups.ROLLUPS.items()}
        for name, rows in different.items():
            for row in rows[:20]:
                self.stdout.write(f"{name}: {' '.join(map(str, row))}")
        if any(different.values()):
            raise CommandError(f"{sum(map(len, different.values()))} kept figures differ.")
        self.stdout.write("Every kept figure is what the rows say.")
