"""Are the files that describe sources right, and do they fit what they describe?"""

from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email

from dsar.sources.base import SourceError
from dsar.sources.files import Described, DescribedType, SampledTable, described, load


class Command(BaseCommand):
    """Read the files, and on demand go to the systems and try a search; nothing is changed."""

    help = (
        "Checks the files in SOURCES_DIR, or those named: syntax, then with --connect the systems."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take files, and how far to go."""
        parser.add_argument(
            "files", nargs="*", metavar="FILE", help="instead of all in SOURCES_DIR"
        )
        parser.add_argument("--connect", action="store_true", help="compare with the system itself")
        parser.add_argument(
            "--sample", metavar="EMAIL", help="search for an address: counts, masked rows, the plan"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Check each file and say every mistake with its line."""
        email = options["sample"]
        if email:
            try:
                validate_email(email)
            except ValidationError:
                raise CommandError("--sample needs an e-mail address.") from None
        found = [load(Path(name)) for name in options["files"]] or described()
        if not found:
            where = settings.SOURCES_DIR or "SOURCES_DIR, which is not set"
            self.stdout.write(f"No file describes a source in {where}.")
        wrong = [
            one.path.name
            for one in found
            if not self._check(one, connect=options["connect"], email=email)
        ]
        if wrong:
            raise CommandError(f"Not right: {', '.join(wrong)}.")

    def _check(self, one: Described, *, connect: bool, email: str | None) -> bool:
        """Say what is wrong with one file; return whether nothing is."""
        for problem in one.problems:
            self.stdout.write(self.style.ERROR(str(problem)))
        if one.problems or not isinstance(one.source, DescribedType):
            return False
        self.stdout.write(f"{one.path.name}: {one.source.label} ({one.kind}), well written")
        try:
            fits = self._reach(one.source) if connect else True
            if fits and email:
                self._sample(one.source, email)
        except SourceError as error:
            self.stdout.write(self.style.ERROR(f"{one.path.name}: {error.cause.label}"))
            return False
        return fits

    def _reach(self, source: DescribedType) -> bool:
        try:
            reached = source.reach()
        except NotImplementedError:
            self.stdout.write("  this type cannot be tried without a request")
            return True
        for warning in reached.warnings:
            self.stdout.write(self.style.WARNING(f"  note: {warning}"))
        for problem in reached.problems:
            self.stdout.write(self.style.ERROR(f"  {problem}"))
        if not len(reached.problems):
            self.stdout.write("  fits the system")
        return not len(reached.problems)

    def _sample(self, source: DescribedType, email: str) -> None:
        try:
            trial = source.try_out([email])
        except NotImplementedError:
            self.stdout.write("  this type cannot be searched without a request")
            return
        for table in trial.tables:
            self._table(table)
        self.stdout.write("  An erasure would do this; nothing has been changed:")
        for proposal in trial.proposals:
            until = f" until {proposal.until}" if proposal.until else ""
            self.stdout.write(
                f"    {proposal.decision.label}{until}: {proposal.label} ({proposal.amount})"
            )
        if not trial.proposals:
            self.stdout.write("    nothing")

    def _table(self, table: SampledTable) -> None:
        self.stdout.write(f"  {table.title}: {table.count}")
        for row in table.rows:
            self.stdout.write("    " + ", ".join(f"{label} {cell}" for label, cell in row))
