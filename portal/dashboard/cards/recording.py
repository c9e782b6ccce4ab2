"""What ``manage.py record_backup`` and ``manage.py record_drill`` share."""

from argparse import ArgumentParser, ArgumentTypeError
from datetime import UTC, datetime
from typing import Any

from django.db.models import Max
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from dsar.models import LedgerVolume
from portal.dashboard.models import CareRecord


def add_arguments(parser: ArgumentParser) -> None:
    """Add what both are told."""
    parser.add_argument("--label", default="", help="the backup's name, at most 120 letters")
    parser.add_argument("--at", type=instant, default=None, help="when, in ISO 8601; default: now")
    parser.add_argument("--failed", action="store_true", help="it did not succeed")


def instant(text: str) -> datetime:
    """Return the time; without a zone it is of UTC.

    Raises:
        ArgumentTypeError: it is none, or lies ahead.
    """
    try:
        found = parse_datetime(text)
    except ValueError:
        found = None
    if found is None:
        raise ArgumentTypeError(f"{text!r} is not a time like 2026-05-01T03:10:00+02:00")
    found = found if timezone.is_aware(found) else found.replace(tzinfo=UTC)
    if found > timezone.now():
        raise ArgumentTypeError(f"{text} has not come yet")
    return found


def record(kind: str, options: dict[str, Any], **more: Any) -> CareRecord:
    """Write the row."""
    newest = LedgerVolume.objects.aggregate(last=Max("number"))["last"]
    return CareRecord.objects.create(
        kind=kind,
        at=options["at"] or timezone.now(),
        succeeded=not options["failed"],
        label=options["label"][:120],
        volumes=newest or 0,
        **more,
    )
