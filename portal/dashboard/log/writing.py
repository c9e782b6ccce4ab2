"""What an export says: each event in two forms, what the files are, and the signed list of them.

Everything streams: the JSON goes into the zip as it is read, the CSV meanwhile into a sealed file
beside it.
"""

import csv
import io
import json
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.template.loader import render_to_string

from dsar.archive import Archive
from portal.dashboard.log import search
from portal.dashboard.log.families import BY_SLUG
from portal.dashboard.log.families.base import Event
from portal.dashboard.log.showing import who
from portal.dashboard.log.wanted import EVERYTHING, MOST_DAYS, Wanted
from portal.dashboard.models import LogExport, LogExportPart
from portal.lib import crypto, keys, sheets
from portal.lib.canonical import canonical_json
from portal.lib.office.contacts import controller

FORMAT = "regard-log/1"
COLUMNS = (
    "at", "family", "kind", "what", "by", "by_number", "role", "file_of", "request", "document",
    "purpose", "about", "why", "number",
)  # fmt: skip


@dataclass
class Told:
    """How many events were written, by family; ``next`` is where to read on, empty at the end."""

    counts: Counter[str] = field(default_factory=Counter)
    next: str = ""


def wanted_of(export: LogExport) -> Wanted:
    """Return the search that the export answers: everything that can be told of it."""
    return Wanted(since=export.since, until=export.until, what=EVERYTHING, person=export.person)


def events(archive: Archive, export: LogExport, told: Told, *, after: str, most: int) -> None:
    """Write events.json and events.csv out of one walk from ``after`` on; ``most`` at most."""
    key = crypto.new_key()
    with TemporaryFile() as aside:
        sealed = crypto.SealingWriter(aside, key)
        walk = search.walk(wanted_of(export), after=after)
        archive.add("events.json", _as_json(walk, sealed, told, most))
        sealed.close()
        aside.seek(0)
        archive.add("events.csv", crypto.unseal(aside, key))


def _as_json(
    walk: Iterator[Event], beside: IO[bytes] | Any, told: Told, most: int
) -> Iterator[bytes]:
    """Yield the events as JSON, and write each into the CSV ``beside``."""
    beside.write(b"\xef\xbb\xbf" + _csv(list(COLUMNS)))
    yield b"["
    between, last = b"\n", ""
    for event in walk:
        if told.counts.total() >= most:
            told.next = last
            break
        told.counts[event.family] += 1
        row = as_row(event)
        beside.write(_csv([sheets.safe(row[name]) for name in COLUMNS]))
        yield between + json.dumps(row, ensure_ascii=False).encode()
        between, last = b",\n", search.place_of(event)
    yield b"\n]\n"


def as_row(event: Event) -> dict[str, str]:
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


def readme(
    export: LogExport, counts: Counter[str], parts: list[LogExportPart], now: datetime
) -> str:
    """Return what the export is, in the language of whoever asked for it."""
    context = {
        "export": export,
        "controller": controller(),
        "made_at": now,
        "families": [(BY_SLUG[slug].label, n) for slug, n in sorted(counts.items())],
        "events": counts.total(),
        "parts": parts,
        "misses_machines": MOST_DAYS if wanted_of(export).misses_machines else 0,
        "kid": keys.signing_kid(),
        "site": settings.SITE_URL,
    }
    return render_to_string("dashboard/log/readme.txt", context)


def manifest(
    archive: Archive,
    export: LogExport,
    counts: Counter[str],
    parts: list[LogExportPart],
    now: datetime,
) -> str:
    """Write the list of files with their hashes, and its signature; return its SHA-256."""
    listed = {
        "format": FORMAT,
        "controller": controller()["name"],
        "export": str(export.uid),
        "made_at": now.isoformat(),
        "since": export.since.isoformat() if export.since else "",
        "until": export.until.isoformat(),
        "person": str(export.person.uid) if export.person else "",
        "events": counts.total(),
        "parts": [{"name": one.file, "events": sum(one.counts.values())} for one in parts],
        "files": archive.entries.copy(),
    }
    payload = canonical_json(listed)
    sha256 = archive.add("manifest.json", [payload])
    archive.add("manifest.jws", [keys.sign(payload).encode()])
    return sha256
