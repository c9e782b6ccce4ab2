"""Exports of the log for an authority: asked for, agreed to, made by the worker, taken once."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts import actions as accounts
from accounts.changes import actions as changes
from accounts.changes.models import Change
from accounts.models import AccessEvent, User
from portal.dashboard.models import LogExport, LogExportPart, OfficeEvent
from portal.lib import crypto
from portal.lib.errors import DomainError
from portal.lib.tasks import enqueue

Code, Status = OfficeEvent.Code, LogExport.Status
KIND = "log-export"
BUILD = "portal.dashboard.log.tasks.build"
LASTS = timedelta(days=7)
LINK_LASTS = timedelta(minutes=15)
# Longer than the worker lets any job run.
LEASE = timedelta(minutes=10)
ATTEMPTS = 3
# A stream that began goes on for as long as this after the link was used.
STREAMS = timedelta(hours=1)


class ExportGone(DomainError):
    """It was downloaded, or its time is over."""

    code = "export_gone"


@transaction.atomic
def ask(
    *,
    person: User | None,
    since: datetime | None,
    until: datetime | None,
    reason: str,
    by: User,
) -> Change:
    """Ask for an export of one person's events, or of a period, and return the change it is.

    Where the office wants a second person, it is made when one has agreed; otherwise at once. What
    happens after now is not in it. The person reads that their events were exported, and why.

    Raises:
        NamesSomebody: the reason names the person.
        DpoOnly: ``by`` is no data protection officer.
    """
    now = timezone.now()
    if person is not None:
        accounts.look(person, by=by, kind=AccessEvent.Kind.EVENTS_EXPORTED, reason=reason)
    export = LogExport.objects.create(
        person=person,
        since=since,
        until=min(until or now, now),
        reason=reason,
        asked_by=by,
        language=get_language() or "en",
    )
    note(export, Code.EXPORT_ASKED, by=by, why=reason)
    change = changes.draft(KIND, str(export.uid), {}, by=by, reason=reason)
    return changes.propose(change, by=by)


def begin(export: LogExport) -> None:
    """Have it made, in the caller's transaction: once agreed to."""
    waiting = LogExport.objects.filter(pk=export.pk, status=Status.ASKED)
    if waiting.update(status=Status.BUILDING):
        enqueue(BUILD, export.pk)


def claim(pk: int) -> LogExport | None:
    """Take an export up to make it, unless somebody is at it; a worker that died lost its lease."""
    now = timezone.now()
    free = Q(leased_until=None) | Q(leased_until__lt=now)
    mine = LogExport.objects.filter(free, pk=pk, status=Status.BUILDING)
    taken = mine.update(leased_until=now + LEASE, attempts=F("attempts") + 1)
    found = LogExport.objects.select_related("person", "asked_by").get(pk=pk) if taken else None
    if found is not None and found.attempts > ATTEMPTS:
        fail(found, "worker_died")
        return None
    return found


@transaction.atomic
def fail(export: LogExport, error: str) -> None:
    """Write down that it was not made, and why."""
    LogExport.objects.filter(pk=export.pk, status=Status.BUILDING).update(
        status=Status.FAILED, error=error, leased_until=None
    )
    note(export, Code.EXPORT_FAILED, by=None, why=error)


@transaction.atomic
def new_link(export: LogExport, *, by: User) -> str:
    """Return the secret of the one link to it, good once within a quarter of an hour.

    The view calls this after re-authentication. A link made before stops working.

    Raises:
        ExportGone: it was taken, or its time is over.
    """
    found = LogExport.objects.select_for_update().get(pk=export.pk)
    if not found.is_ready(timezone.now()):
        raise ExportGone(_("This export was downloaded, or its time is over. Ask for a new one."))
    token = crypto.new_token()
    found.link_hash, found.link_until = crypto.hash_token(token), timezone.now() + LINK_LASTS
    found.save(update_fields=["link_hash", "link_until"])
    return token


@transaction.atomic
def take(token: str, *, by: User) -> tuple[LogExport, Iterator[bytes]]:
    """Spend a link: return the export and its zip, opened chunk by chunk. The key is destroyed.

    Raises:
        ExportGone: the link was used or is too old, or the export is gone.
    """
    now = timezone.now()
    known = LogExport.objects.filter(link_hash=crypto.hash_token(token), link_until__gt=now)
    found = known.select_for_update().first()
    if found is None or not found.is_ready(now):
        raise ExportGone(_("This link has been used or is too old. Ask for a new one."))
    stream = open_stream(found.name, crypto.unwrap(bytes(found.key or b"")))
    found.status, found.key, found.taken_at, found.taken_by = Status.TAKEN, None, now, by
    found.link_hash = found.link_until = None
    found.save()
    note(found, Code.EXPORT_TAKEN, by=by)
    return found, stream


def open_stream(name: str, key: bytes) -> Iterator[bytes]:
    """Yield the zip, checked and opened chunk by chunk.

    Raises:
        Unsealable: the stored file is not what was sealed.
    """
    with default_storage.open(name) as stored:
        yield from crypto.unseal(stored, key)


def tidy(now: datetime) -> int:
    """End what nobody took in time, delete the files of what is gone; return how many ended."""
    over = LogExport.objects.filter(status=Status.READY, expires_at__lte=now)
    ended = [pk for pk in over.values_list("pk", flat=True) if _end(pk)]
    gone = Q(status=Status.ENDED) | Q(status=Status.TAKEN, taken_at__lt=now - STREAMS)
    for export in LogExport.objects.filter(gone).exclude(name=""):
        default_storage.delete(export.name)
        LogExport.objects.filter(pk=export.pk).update(name="")
    drop_parts()
    return len(ended)


def drop_parts() -> None:
    """Delete the parts of what is made, or is not made after all; the file before its row."""
    for part in LogExportPart.objects.exclude(export__status=Status.BUILDING):
        default_storage.delete(part.name)
        part.delete()


def resume() -> None:
    """Queue what a dead worker left."""
    left = LogExport.objects.filter(status=Status.BUILDING, leased_until__lt=timezone.now())
    with transaction.atomic():
        for pk in left.values_list("pk", flat=True):
            enqueue(BUILD, pk)


def note(export: LogExport, code: str, *, by: User | None, why: str = "") -> None:
    """Write an event about the export."""
    OfficeEvent.objects.create(
        code=code, by=by, person=export.person, about=f"export {export.uid}", why=why
    )


@transaction.atomic
def _end(pk: int) -> bool:
    found = LogExport.objects.select_for_update().get(pk=pk)
    if found.status != Status.READY:
        return False
    found.status, found.key, found.link_hash, found.link_until = Status.ENDED, None, None, None
    found.save(update_fields=["status", "key", "link_hash", "link_until"])
    note(found, Code.EXPORT_ENDED, by=None)
    return True
