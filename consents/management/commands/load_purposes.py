"""``manage.py load_purposes``: the purposes and systems that a new installation starts with."""

from argparse import ArgumentParser
from pathlib import Path

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from consents import catalogue
from consents.actions.purposes import load_catalogue


class Command(BaseCommand):
    """Publish the first version of every purpose that has none."""

    help = "Publish the purposes of the catalogue that are not there yet; change nothing else."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take a folder of one's own wordings: a copy of consents/catalogue, edited."""
        parser.add_argument("--from", dest="folder", type=Path, default=catalogue.FOLDER)

    def handle(self, *, folder: Path, **options: object) -> None:
        """Load, and say what was published."""
        if not (settings.CONTROLLER["name"] and settings.CONTROLLER["dpo_email"]):
            raise CommandError(
                "CONTROLLER_NAME and DPO_EMAIL are part of the texts: set them first."
            )
        published = load_catalogue(folder=folder)
        for version in published:
            self.stdout.write(f"{version.purpose.slug}: version {version.number} published")
        if not published:
            self.stdout.write("Every purpose of the catalogue is there already.")
