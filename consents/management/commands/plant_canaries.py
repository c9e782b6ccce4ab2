"""``manage.py plant_canaries``: documents that must never be allowed, and a first check of them."""

from argparse import ArgumentParser

from django.core.management.base import BaseCommand

from consents.actions import canaries


class Command(BaseCommand):
    """Plant what is missing; the schedule does the same before each check."""

    help = "Plant the documents that must never be allowed; with --check, ask the gate about them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take whether to check at once."""
        parser.add_argument("--check", action="store_true", help="check at once")

    def handle(self, *, check: bool, **options: object) -> None:
        """Plant, and say what was planted and found; end with 1 if the gate did not hold."""
        for canary in canaries.plant():
            self.stdout.write(f"planted: {canary.get_kind_display()}")
        if check:
            found = canaries.check()
            self.stdout.write(f"{found.get_outcome_display()}{found.error and f' ({found.error})'}")
            if found.outcome != "held":
                raise SystemExit(1)
