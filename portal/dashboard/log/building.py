"""Making an export: one walk through the log, each job of the worker as far as it comes.

What one job can read lies in the zip as it is. What is more is read on by the next job, into a
sealed part of its own; the last job puts the parts into one zip. Nothing is read twice, whoever
dies, memory does not grow, and nothing lies on a disk in clear.
"""

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import partial
from tempfile import TemporaryFile
from typing import Any

from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import override

from dsar.archive import Archive, Measured
from portal.dashboard.log import exports, writing
from portal.dashboard.log.writing import Told
from portal.dashboard.models import LogExport, LogExportPart
from portal.lib import crypto
from portal.lib.tasks import enqueue

FOLDER = "exports"
# What one job of the worker reads, well within its time.
AT_ONCE = 200_000


def build(pk: int) -> None:
    """Do the next job of an export; a job of the worker, which may run twice."""
    export = exports.claim(pk)
    if export is None:
        return
    parts = list(export.parts.all())
    with override(export.language), timezone.override(None):
        if parts and not parts[-1].after:
            _settle(export, _whole(export, parts))
            exports.drop_parts()
        else:
            _read_on(export, parts)


def _read_on(export: LogExport, parts: list[LogExportPart]) -> None:
    """Write the next events; they are all there is, or a part."""
    found, manifest, now = Told(), "", timezone.now()

    def write(archive: Archive) -> None:
        nonlocal manifest
        after = parts[-1].after if parts else ""
        writing.events(archive, export, found, after=after, most=AT_ONCE)
        if not (parts or found.next):
            manifest = _explain(archive, export, found.counts, [], now)

    sealed = _sealed(f"{export.uid}-{len(parts) + 1}", write, now)
    if parts or found.next:
        _keep(export, len(parts) + 1, sealed, found)
    else:
        whole = {"manifest_sha256": manifest, "events": found.counts.total()}
        _settle(export, sealed | whole)


def _whole(export: LogExport, parts: list[LogExportPart]) -> dict[str, Any]:
    """Write the parts into one zip, each a zip in it; return what the row holds of it."""
    counts = sum((Counter(one.counts) for one in parts), Counter[str]())
    manifest, now = "", timezone.now()

    def write(archive: Archive) -> None:
        nonlocal manifest
        for one in parts:
            archive.add(one.file, exports.open_stream(one.name, crypto.unwrap(bytes(one.key))))
        manifest = _explain(archive, export, counts, parts, now)

    sealed = _sealed(str(export.uid), write, now)
    return sealed | {"manifest_sha256": manifest, "events": counts.total()}


def _explain(
    archive: Archive,
    export: LogExport,
    counts: Counter[str],
    parts: list[LogExportPart],
    now: datetime,
) -> str:
    archive.add(_("README.txt"), [writing.readme(export, counts, parts, now).encode()])
    return writing.manifest(archive, export, counts, parts, now)


def _sealed(name: str, write: Callable[[Archive], None], now: datetime) -> dict[str, Any]:
    """Write a zip through its seal into the storage; return its name, key, size and hash."""
    key = crypto.new_key()
    with TemporaryFile() as temporary:
        writer = crypto.SealingWriter(temporary, key)
        measured = Measured(writer)
        archive = Archive(measured, at=now, alive=lambda _archive: None)
        write(archive)
        archive.close()
        writer.close()
        temporary.seek(0)
        saved = default_storage.save(f"{FOLDER}/{name}", File(temporary))
    return {
        "name": saved, "key": crypto.wrap(key), "size": measured.size, "sha256": measured.sha256,
    }  # fmt: skip


@transaction.atomic
def _keep(export: LogExport, number: int, sealed: dict[str, Any], found: Told) -> None:
    """Put a part on record and have the next job done, unless another worker did."""
    going_on = {"leased_until": None, "attempts": 0, "events": export.events + found.counts.total()}
    if not _mine(export).update(**going_on):
        _drop(sealed["name"])
        return
    LogExportPart.objects.create(
        export=export,
        number=number,
        name=sealed["name"],
        key=sealed["key"],
        after=found.next,
        counts=dict(found.counts),
    )
    enqueue(exports.BUILD, export.pk)


@transaction.atomic
def _settle(export: LogExport, sealed: dict[str, Any]) -> None:
    """Put the made zip on record, unless another worker did."""
    now = timezone.now()
    done = _mine(export).update(
        **sealed,
        status=LogExport.Status.READY,
        leased_until=None,
        built_at=now,
        expires_at=now + exports.LASTS,
    )
    if done:
        exports.note(export, exports.Code.EXPORT_BUILT, by=None)
    else:
        _drop(sealed["name"])


def _mine(export: LogExport) -> Any:
    building = LogExport.objects.filter(pk=export.pk, status=LogExport.Status.BUILDING)
    return building.filter(leased_until=export.leased_until)


def _drop(name: str) -> None:
    transaction.on_commit(partial(default_storage.delete, name))
