"""The sealed copy: pages for the person first, the data and the original files beside them.

Everything streams: from the sealed parts through the zip and its seal to the file storage, so the
memory used does not grow with the amount of data. Nothing lies on a disk in clear at any time.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from tempfile import TemporaryFile

from django.core.files import File
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.translation import override

from dsar import office
from dsar.actions import engine, steps
from dsar.actions.lifecycle import Code, note
from dsar.archive import Archive, Measured
from dsar.copies import Copy
from dsar.models import Package, Step, SubjectRequest
from dsar.searching import Progress, zone_of
from portal.lib import crypto

FOLDER = "packages"


@dataclass(frozen=True)
class Sealed:
    """A package as it lies in the storage."""

    name: str
    key: bytes
    size: int
    sha256: str
    manifest_sha256: str
    files: int


def build(held: steps.Claim) -> None:
    """Make the package of what was collected, and finish the step, and thereby the request."""
    at = timezone.now()
    sealed = _seal(held, f"{FOLDER}/{held.step.request.uid}/{held.token}", at)

    def write(request: SubjectRequest, step: Step) -> None:
        package = Package.objects.create(
            request=request,
            name=sealed.name,
            key=crypto.wrap(sealed.key),
            size=sealed.size,
            sha256=sealed.sha256,
            manifest_sha256=sealed.manifest_sha256,
            files=sealed.files,
            made_at=at,
            expires_at=at + timedelta(days=office.PACKAGE_DAYS.now()),
        )
        until = package.expires_at.isoformat()
        note(request, Code.PACKAGED, by=None, files=sealed.files, size=sealed.size, until=until)
        engine.discard_parts(request)

    steps.settle(held, Step.Outcome.DONE, write, files=sealed.files)


def open_stream(package: Package) -> Iterator[bytes]:
    """Yield the zip, checked and opened chunk by chunk.

    Raises:
        Unsealable: the stored file is not what was sealed.
    """
    key = crypto.unwrap(bytes(package.key or b""))
    with default_storage.open(package.name) as stored:
        yield from crypto.unseal(stored, key)


def _seal(held: steps.Claim, name: str, at: datetime) -> Sealed:
    """Write the whole zip through its seal into the storage."""
    request, key = held.step.request, crypto.new_key()
    with TemporaryFile() as temporary:
        writer = crypto.SealingWriter(temporary, key)
        measured = Measured(writer)
        local = timezone.localtime(at, zone_of(request.person))
        archive = Archive(measured, at=local, alive=Progress(held))
        with override(request.language), timezone.override(zone_of(request.person)):
            manifest_sha256 = Copy(archive, request, at).write()
        writer.close()
        temporary.seek(0)
        stored = default_storage.save(name, File(temporary))
    return Sealed(
        stored, key, measured.size, measured.sha256, manifest_sha256, len(archive.entries)
    )
