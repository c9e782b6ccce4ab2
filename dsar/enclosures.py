"""Files that people and staff send with a request: checked, cleaned, sealed; opened again, ended.

Each is sealed with a key of its own (``portal.lib.crypto``) on its way to the storage: nothing lies
there in clear, and without the key, which goes first when it ends, it is noise. Everything streams.
"""

import hashlib
import unicodedata
import uuid
from collections.abc import Iterable, Iterator
from functools import partial
from pathlib import PurePosixPath
from tempfile import TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.core.files import File
from django.core.files.storage import default_storage
from django.db import transaction
from django.db.models import QuerySet
from django.http import StreamingHttpResponse
from django.template.defaultfilters import filesizeformat
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from dsar import media
from dsar.models import Attachment, Message, SubjectRequest
from portal.lib import crypto
from portal.lib.errors import DomainError

FOLDER = "enclosures"
LONGEST_NAME = 100  # characters
# What browsers offer to choose from; what is taken is decided by the bytes (``dsar.media``).
ACCEPTED = ".pdf,.png,.jpg,.jpeg,.txt"


class TooLarge(DomainError):
    """The file has more bytes than are taken."""

    code = "file_too_large"


class TooMany(DomainError):
    """The message, or the request, has as many files as are taken."""

    code = "too_many_files"


class Empty(DomainError):
    """The file has no bytes."""

    code = "file_empty"


class Gone(DomainError):
    """The file has been destroyed."""

    code = "file_gone"


def take(
    request: SubjectRequest,
    upload: "File[Any]",
    *,
    role: Attachment.Role | str,
    by: User | None,
    message: Message | None = None,
) -> Attachment:
    """Check, clean and seal a file that came in; return its row.

    Call it in the transaction of the act it belongs to, with the request locked. ``by`` is None for
    somebody without an account. Limits: ``settings.ENCLOSURE_BYTES`` each,
    ``settings.ENCLOSURES_AT_ONCE`` for a message (for a role of the request, without message).

    Raises:
        TooLarge, Empty, TooMany: see there.
        media.WrongType, media.Broken: see there. Each says how to mend it.
    """
    _within_limits(request, upload, role, message)
    content = upload.file
    if content is None:
        raise Empty(gettext_lazy("This file is empty. Choose it again."))
    media_type = media.recognise(content)
    key, stored = crypto.new_key(), f"{FOLDER}/{request.uid}/{uuid.uuid4()}"
    size, digest = _seal(media.clean(content, media_type), stored, key)
    return Attachment.objects.create(
        request=request,
        message=message,
        role=role,
        name=plain_name(upload.name or "", media_type),
        media_type=media_type,
        size=size,
        sha256=digest,
        stored=stored,
        key=crypto.wrap(key),
        by=by,
    )


def look_at(uploads: "Iterable[File[Any]]") -> None:
    """Check files as :func:`take` does, and keep none.

    Raises:
        TooLarge, Empty, TooMany, media.WrongType, media.Broken: see there.
    """
    for place, upload in enumerate(uploads):
        if place >= settings.ENCLOSURES_AT_ONCE:
            _too_many()
        _fits(upload)
        if upload.file is None:
            raise Empty(gettext_lazy("This file is empty. Choose it again."))
        for _block in media.clean(upload.file, media.recognise(upload.file)):
            pass


def open_stream(attachment: Attachment) -> Iterator[bytes]:
    """Return the file's bytes, opened and checked chunk by chunk.

    Raises:
        Gone: it has been destroyed (at once, before the first byte).
        Unsealable: the stored file is not what was sealed.
    """
    if attachment.destroyed_at is not None:
        raise Gone(gettext_lazy("This file has been destroyed."))
    return _unsealed(attachment.stored, crypto.unwrap(bytes(attachment.key or b"")))


@transaction.atomic
def destroy(attachment: Attachment) -> bool:
    """Destroy a file, key first; the row stays and says so. Return whether there was one."""
    row = Attachment.objects.select_for_update().get(pk=attachment.pk)
    if row.destroyed_at is not None:
        return False
    stored = row.stored
    row.key, row.stored, row.name, row.destroyed_at = None, "", "", timezone.now()
    row.save(update_fields=["key", "stored", "name", "destroyed_at"])
    # A file left behind by a crash between commit and this is swept up by dsar.tasks.tidy.
    transaction.on_commit(partial(default_storage.delete, stored))
    return True


def as_download(attachment: Attachment) -> StreamingHttpResponse:
    """Return the file as an answer that no browser shows as a page and no cache keeps.

    Raises:
        Gone: it has been destroyed.
    """
    response = StreamingHttpResponse(open_stream(attachment), content_type=attachment.media_type)
    response["Content-Disposition"] = _disposition(attachment.name)
    response["Content-Length"] = str(attachment.size)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response


def kept_names() -> QuerySet[Attachment, str]:
    """Return the names in the storage that a row names, for the nightly tidying."""
    return Attachment.objects.exclude(stored="").values_list("stored", flat=True)


def plain_name(name: str, media_type: str) -> str:
    """Return what a sender called the file, without path and control, with an ending that fits.

    At most ``LONGEST_NAME`` characters of any script.
    """
    last = PurePosixPath(unicodedata.normalize("NFC", name).replace("\\", "/")).name
    shown = "".join(one for one in last if shows(one))
    shown = " ".join(shown.split()).strip(". ") or _("file")
    endings = media.ENDINGS[media_type]
    ending = next((one for one in endings if shown.lower().endswith(one)), "")
    stem = shown[: len(shown) - len(ending)] if ending else shown
    ending = shown[len(stem) :] or endings[0]
    return (stem[: LONGEST_NAME - len(ending)].rstrip() or _("file")) + ending


_NEVER = frozenset({"Cc", "Cs", "Co", "Cn", "Zl", "Zp"})
# These turn the direction of reading, so that "exe.jpg" is shown for "gpj.exe". Other format
# characters stay: Persian and Hindi are not written without joiners.
_TURNS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\ufeff")


def shows(letter: str) -> bool:
    """Return whether a letter is seen and turns nothing: no control, no change of direction."""
    return unicodedata.category(letter) not in _NEVER and letter not in _TURNS


def _disposition(name: str) -> str:
    return content_disposition_header(as_attachment=True, filename=name or "file") or "attachment"


def _within_limits(
    request: SubjectRequest,
    upload: "File[Any]",
    role: Attachment.Role | str,
    message: Message | None,
) -> None:
    _fits(upload)
    others = request.attachments.filter(role=role, message=message, destroyed_at=None)
    if others.count() >= settings.ENCLOSURES_AT_ONCE:
        _too_many()


def _fits(upload: "File[Any]") -> None:
    most: int = settings.ENCLOSURE_BYTES
    if upload.size > most:
        said = gettext_lazy("This file is larger than %(most)s. Send a smaller one, or several.")
        raise TooLarge(said % {"most": filesizeformat(most)})
    if upload.size == 0:
        raise Empty(gettext_lazy("This file is empty. Choose it again."))


def _too_many() -> None:
    said = gettext_lazy("No more than %(most)s files at once. Send the others afterwards.")
    raise TooMany(said % {"most": settings.ENCLOSURES_AT_ONCE})


def _seal(content: Iterator[bytes], stored: str, key: bytes) -> tuple[int, str]:
    """Write what comes, sealed, into the storage; return its size and SHA-256 in clear."""
    digest, size = hashlib.sha256(), 0
    with TemporaryFile() as temporary:
        writer = crypto.SealingWriter(temporary, key)
        for block in content:
            digest.update(block)
            size += writer.write(block)
        writer.close()
        temporary.seek(0)
        default_storage.save(stored, File(temporary))
    return size, digest.hexdigest()


def _unsealed(stored: str, key: bytes) -> Iterator[bytes]:
    sealed: IO[bytes]
    with default_storage.open(stored) as sealed:
        yield from crypto.unseal(sealed, key)
