"""``manage.py import_documents FILE``, for what the service held before (docs/integrators.md)."""

import csv
from argparse import ArgumentParser
from collections import Counter
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction
from tqdm import tqdm

from consents.actions.documents import Result
from consents.imports import Broken, Line, UnreadableFile, read
from consents.intake import Item, take_in

BATCH = 1000


class Command(BaseCommand):
    """Repeating it does no harm: known documents are updated, and the newest report wins.

    Ends with 0 if all lines were taken, 1 if some were rejected, 2 if the file cannot be read.
    """

    help = "Register the documents of a CSV or JSON-lines file (columns: docs/integrators.md)."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add the file and the options."""
        parser.add_argument("file", type=Path)
        parser.add_argument("--dry-run", action="store_true", help="only say what would happen")
        parser.add_argument(
            "--report", type=Path, help="where rejected lines are listed (FILE.rejected.csv)"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        """Import in batches, each one a transaction: what is done stays done when interrupted."""
        path, dry_run = options["file"], options["dry_run"]
        report = options["report"] or path.with_name(path.name + ".rejected.csv")
        try:
            size = path.stat().st_size
            quiet = options["verbosity"] == 0
            with (
                tqdm(total=size, unit="B", unit_scale=True, disable=quiet) as bar,
                Rejections(report) as rejections,
            ):
                sums = self._take(read(path, progress=bar.update), rejections, dry_run=dry_run)
        except UnreadableFile as error:
            raise CommandError(str(error), returncode=2) from error
        except OSError as error:
            raise CommandError(f"{error.filename}: {error.strerror}", returncode=2) from error
        except KeyboardInterrupt as error:
            message = "Stopped. What was imported stays; start again to import the rest."
            raise CommandError(message, returncode=130) from error
        self._say(sums, report, dry_run=dry_run)

    def _take(
        self, lines: Iterator[Line], rejections: "Rejections", *, dry_run: bool
    ) -> Counter[Result]:
        sums: Counter[Result] = Counter()
        while batch := list(islice(lines, BATCH)):
            documents = [(line, found) for line, found in batch if not isinstance(found, Broken)]
            with transaction.atomic():
                items = take_in(documents, now=None)
                transaction.set_rollback(dry_run)
            for line, found in batch:
                if isinstance(found, Broken):
                    items.append(Item(line, "", Result.REJECTED, found.code, found.message))
            rejections.write(items)
            sums.update(item.result for item in items)
        return sums

    def _say(self, sums: Counter[Result], report: Path, *, dry_run: bool) -> None:
        words = ", ".join(f"{sums[result]} {result}" for result in Result)
        self.stdout.write(("Dry run, nothing was changed: " if dry_run else "") + words)
        if sums[Result.REJECTED]:
            raise CommandError(f"The rejected lines and the reasons are in {report}", returncode=1)


class Rejections:
    """The list of rejected lines: made with the first of them, and no file without any.

    It names lines, references and fields, and repeats nothing else of the documents.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: Any = None

    def __enter__(self) -> "Rejections":
        self.path.unlink(missing_ok=True)  # that of an earlier run
        return self

    def __exit__(self, *error: object) -> None:
        if self._file is not None:
            self._file.close()

    def write(self, items: list[Item]) -> None:
        """Add those of the items that were rejected."""
        rejected = sorted(
            (item for item in items if item.result == Result.REJECTED), key=lambda item: item.place
        )
        if not rejected:
            return
        new = self._file is None
        if new:
            self._file = self.path.open("w", encoding="utf-8", newline="")
        writer = csv.writer(self._file)
        if new:
            writer.writerow(["line", "reference", "code", "message"])
        writer.writerows(
            [item.place, item.reference, item.code, "; ".join(_sentences(item.errors))]
            for item in rejected
        )


def _sentences(errors: Any, where: str = "") -> Iterator[str]:
    """Yield "field: what is wrong" for every error, however deep."""
    if isinstance(errors, dict):
        for name, inner in errors.items():
            own = "" if name == "non_field_errors" else str(name)
            yield from _sentences(inner, ".".join(filter(None, (where, own))))
    elif isinstance(errors, list):
        for inner in errors:
            yield from _sentences(inner, where)
    elif errors:
        yield f"{where}: {errors}" if where else str(errors)
