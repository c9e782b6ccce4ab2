"""After a restore from a backup: erase again what had been erased since."""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from dsar import replaying
from portal.lib.crypto import Unsealable


class Command(BaseCommand):
    """Run it before the site is opened again; to run it twice does no harm."""

    help = "Erase again, after a restore, what the ledger of erasures says was erased since."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--file`` and ``--dry-run``."""
        parser.add_argument(
            "--file", type=Path, help="a volume of the ledger, or a folder of them, kept elsewhere"
        )
        parser.add_argument("--dry-run", action="store_true", help="count, and change nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        """Replay, and say in numbers and references what was done.

        Raises:
            CommandError: the ledger is not whole; or something is left to the worker or to staff.
        """
        folder, dry_run = options["file"], options["dry_run"]
        if folder is not None and not folder.exists():
            raise CommandError("There is no such file or folder.")
        try:
            report = replaying.replay(folder, dry_run=dry_run)
        except replaying.Incomplete as missing:
            raise CommandError(
                f"The ledger has a hole at {missing}: nothing was replayed. Give the command the"
                " folder in which all volumes are."
            ) from None
        except Unsealable:
            raise CommandError(
                "A volume was changed, or sealed under another SECRET_KEY. Add the key of that time"
                " to SECRET_KEY_FALLBACKS."
            ) from None
        self._say(report, dry_run=dry_run)
        if report.left:
            raise CommandError(
                f"Not finished: {', '.join(report.left)}. The worker goes on with them; run this"
                " again, or look at each on its page."
            )

    def _say(self, report: replaying.Report, *, dry_run: bool) -> None:
        said = self.stdout.write
        said(f"{report.volumes} volumes read, {report.new_lines} lines the database did not know.")
        if dry_run:
            said(f"{report.people} people would be erased again, {report.files} files deleted.")
            return
        said(f"{report.people} people were there again; erased: {len(report.erased)}.")
        for reference in report.erased:
            said(f"  {reference}")
        said(f"{report.holds} legal holds put as they stood, {report.files} files deleted.")
        if report.somebody_new:
            said(f"{report.somebody_new} addresses belong to somebody new: left alone.")
