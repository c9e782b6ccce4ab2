"""The report of a measurement: checked, sealed with a key of its own, opened again.

PDF only: an authority reads it in ten years. It is told by its bytes, never by its name, kept byte
for byte and never opened here.
"""

import hashlib
import unicodedata
from collections.abc import Iterator
from datetime import timedelta
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import uuid4

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.http import StreamingHttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consents.models import EvidenceFile
from portal.lib import crypto
from portal.lib.errors import DomainError

FOLDER = "evidence"
PDF, HEAD = "application/pdf", b"%PDF-"
LONGEST_NAME = 100  # characters
# A file is sealed before its draft is agreed to; one that belongs to no evidence by then ends.
LEFT_OVER_AFTER = timedelta(days=365)


class NotTaken(DomainError):
    """The file is empty, too large, or no PDF."""

    code = "evidence_file"


def take(upload: "File[Any]", *, by: User) -> EvidenceFile:
    """Check and seal the file; return its row. At most ``settings.ENCLOSURE_BYTES``.

    Raises:
        NotTaken: see there; it says how to mend it.
    """
    most: int = settings.ENCLOSURE_BYTES
    if upload.size > most:
        raise NotTaken(_("This file is larger than %(most)s.") % {"most": filesizeformat(most)})
    head = b"".join(upload.chunks(1024))[: len(HEAD)] if upload.size else b""
    if head != HEAD:
        raise NotTaken(_("Only a PDF is taken, and this file is none."))
    key, stored = crypto.new_key(), f"{FOLDER}/{uuid4()}"
    size, digest = _seal(upload, stored, key)
    return EvidenceFile.objects.create(
        name=plain_name(upload.name or ""), media_type=PDF, size=size, sha256=digest,
        stored=stored, key=crypto.wrap(key), by=by,
    )  # fmt: skip


def as_download(file: EvidenceFile) -> StreamingHttpResponse:
    """Return the file as an answer that no browser shows as a page and no cache keeps."""
    response = StreamingHttpResponse(_unsealed(file), content_type=file.media_type)
    named = content_disposition_header(as_attachment=True, filename=file.name)
    response["Content-Disposition"] = named or "attachment"
    response["Content-Length"] = str(file.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def tidy() -> int:
    """Every night: delete files whose draft was given up long ago; return how many."""
    old = EvidenceFile.objects.filter(evidence=None, at__lt=timezone.now() - LEFT_OVER_AFTER)
    for file in old:
        default_storage.delete(file.stored)
        file.delete()
    return len(old)


def plain_name(name: str) -> str:
    """Return what the sender called the file, without path and control characters, as a PDF."""
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    shown = "".join(one for one in last if unicodedata.category(one)[0] != "C")
    stem = " ".join(shown.split()).removesuffix(".pdf").removesuffix(".PDF").strip(". ")
    return (stem[: LONGEST_NAME - 4].rstrip() or "report") + ".pdf"


def _seal(upload: "File[Any]", stored: str, key: bytes) -> tuple[int, str]:
    """Write what comes, sealed, into the storage; return its size and SHA-256 in clear."""
    digest, size = hashlib.sha256(), 0
    with TemporaryFile() as temporary:
        writer = crypto.SealingWriter(temporary, key)
        for block in upload.chunks():
            digest.update(block)
            size += writer.write(block)
        writer.close()
        temporary.seek(0)
        default_storage.save(stored, File(temporary))
    return size, digest.hexdigest()


def _unsealed(file: EvidenceFile) -> Iterator[bytes]:
    sealed: IO[bytes]
    with default_storage.open(file.stored) as sealed:
        yield from crypto.unseal(sealed, crypto.unwrap(bytes(file.key)))
