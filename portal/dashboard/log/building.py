"""Making an export: one walk through the log, two forms of each event, one sealed zip.

Everything streams: the JSON goes into the zip as it is read, the CSV meanwhile into a sealed file
beside it, so that memory does not grow and nothing lies on a disk in clear.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from dsar.archive import Archive, Measured
from portal.dashboard.log import exports, search
from portal.dashboard.log.families import BY_SLUG
from portal.dashboard.log.families.base import Event
from portal.dashboard.log.showing import who
from portal.dashboard.log.wanted import EVERYTHING, Wanted
from portal.dashboard.models import LogExport
from portal.lib import crypto, keys, sheets
from portal.lib.canonical import canonical_json
from portal.lib.office.contacts import controller

FORMAT = "regard-log/1"
FOLDER = "exports"
# What one job of the worker can make in its time; more is asked for in shorter periods.
MOST = 500_000
COLUMNS = (
    "at", "family", "kind", "what", "by", "by_number", "role", "file_of", "request", "document",
    "purpose", "about", "why", "number",
)  # fmt: skip


class TooLarge(Exception):
    """There are more events than one export may hold."""


def build(pk: int) -> None:
    """Make the export and have it lie ready; a job of the worker, which may run twice."""
    export = exports.claim(pk)
    if export is None:
        return
    try:
        with override(export.language), timezone.override(None):
            sealed = _seal(export)
    except TooLarge:
        exports.fail(export, "too_large")
        return
    with transaction.atomic():
        _settle(export, sealed)


def wanted_of(export: LogExport) -> Wanted:
    """Return the search that the export answers: everything that can be told of it."""
    return Wanted(since=export.since, until=export.until, what=EVERYTHING, person=export.person)


def _settle(export: LogExport, sealed: dict[str, Any]) -> None:
    """Put the made zip on record, unless another worker did."""
    now = timezone.now()
    mine = LogExport.objects.filter(
        pk=export.pk, status=LogExport.Status.BUILDING, leased_until=export.leased_until
    )
    done = mine.update(
        **sealed,
        status=LogExport.Status.READY,
        leased_until=None,
        built_at=now,
        expires_at=now + exports.LASTS,
    )
    if done:
        exports.note(export, exports.Code.EXPORT_BUILT, by=None)
    else:
        name = sealed["name"]
        transaction.on_commit(lambda: default_storage.delete(name))


def _seal(export: LogExport) -> dict[str, Any]:
    """Write the whole zip through its seal into the storage; return what the row holds of it."""
    key, now = crypto.new_key(), timezone.now()
    with TemporaryFile() as temporary:
        writer = crypto.SealingWriter(temporary, key)
        measured = Measured(writer)
        archive = Archive(measured, at=now, alive=lambda _archive: None)
        counts: Counter[str] = Counter()
        _events(archive, export, counts)
        archive.add(_("README.txt"), [_readme(export, counts, now).encode()])
        manifest = _manifest(archive, export, counts, now)
        archive.close()
        writer.close()
        temporary.seek(0)
        name = default_storage.save(f"{FOLDER}/{export.uid}", File(temporary))
    return {
        "name": name, "key": crypto.wrap(key), "size": measured.size, "sha256": measured.sha256,
        "manifest_sha256": manifest, "events": counts.total(),
    }  # fmt: skip


def _events(archive: Archive, export: LogExport, counts: Counter[str]) -> None:
    """Write events.json and events.csv out of one walk."""
    key = crypto.new_key()
    with TemporaryFile() as aside:
        sealed = crypto.SealingWriter(aside, key)
        archive.add("events.json", _as_json(export, sealed, counts))
        sealed.close()
        aside.seek(0)
        archive.add("events.csv", crypto.unseal(aside, key))


def _as_json(export: LogExport, beside: IO[bytes] | Any, counts: Counter[str]) -> Iterator[bytes]:
    """Yield the events as JSON, and write each into the CSV ``beside``."""
    beside.write(b"\xef\xbb\xbf" + _csv(list(COLUMNS)))
    yield b"["
    between = b"\n"
    for event in search.walk(wanted_of(export)):
        if counts.total() >= MOST:
            raise TooLarge
        counts[event.family] += 1
        row = told(event)
        beside.write(_csv([sheets.safe(row[name]) for name in COLUMNS]))
        yield between + json.dumps(row, ensure_ascii=False).encode()
        between = b",\n"
    yield b"\n]\n"


def told(event: Event) -> dict[str, str]:
    """Return an event as an export tells it: staff by name, everybody else by number."""
    return {
        "at": event.at.astimezone(UTC).isoformat(),
        "family": str(BY_SLUG[event.family].label),
        "kind": event.code,
        "what": event.what,
        "by": who(event),
        "by_number": str(event.by.uid) if event.by else "",
        "role": event.by.get_role_display() if event.by else "",
        "file_of": str(event.whose.uid) if event.whose else "",
        "request": event.request,
        "document": event.document,
        "purpose": event.purpose,
        "about": event.thing,
        "why": event.why,
        "number": f"{event.family}-{event.id}",
    }


def _csv(cells: list[str]) -> bytes:
    line = io.StringIO()
    csv.writer(line).writerow(cells)
    return line.getvalue().encode()


def _readme(export: LogExport, counts: Counter[str], now: datetime) -> str:
    context = {
        "export": export,
        "controller": controller(),
        "made_at": now,
        "families": [(BY_SLUG[slug].label, n) for slug, n in sorted(counts.items())],
        "events": counts.total(),
        "kid": keys.signing_kid(),
        "site": settings.SITE_URL,
    }
    return render_to_string("dashboard/log/readme.txt", context)


def _manifest(archive: Archive, export: LogExport, counts: Counter[str], now: datetime) -> str:
    """Write the list of files with their hashes, and its signature; return its SHA-256."""
    manifest = {
        "format": FORMAT,
        "controller": controller()["name"],
        "export": str(export.uid),
        "made_at": now.isoformat(),
        "since": export.since.isoformat() if export.since else "",
        "until": export.until.isoformat(),
        "person": str(export.person.uid) if export.person else "",
        "events": counts.total(),
        "files": archive.entries.copy(),
    }
    payload = canonical_json(manifest)
    sha256 = archive.add("manifest.json", [payload])
    archive.add("manifest.jws", [keys.sign(payload).encode()])
    return sha256
