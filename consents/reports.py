"""What the signing service tells us, whichever door it comes through. No database here."""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime

from django.core.exceptions import ValidationError
from django.core.validators import validate_email

from consents.models.documents import Document, Party

# A report outside these years is a typing error; inside them no time zone overflows.
EARLIEST = datetime(1970, 1, 1, tzinfo=UTC)
LATEST = datetime(2200, 1, 1, tzinfo=UTC)

# How far a document has come. Of two reports the further one is true, whichever came first: what is
# signed does not become a draft again, and what is gone does not come back.
LIFE = (
    Document.Status.DRAFT,
    Document.Status.SENT,
    Document.Status.COMPLETED,
    Document.Status.DECLINED,
    Document.Status.VOIDED,
    Document.Status.PURGED,
    Document.Status.DELETED,
)

TITLE_LENGTH = 300
NAME_LENGTH = 150


@dataclass(frozen=True)
class PartyReport:
    """Somebody in a document. ``email`` is None where the service knows none."""

    role: Party.Role
    email: str | None = None
    name: str = ""
    signed_at: datetime | None = None
    is_minor: bool = False

    @property
    def address(self) -> str | None:
        """Return the e-mail as we store addresses."""
        return self.email.strip().lower() or None if self.email else None


@dataclass(frozen=True)
class DocumentReport:
    """How a document stood at ``state_at``, by the service's own clock (aware).

    None (or no ``parties`` at all) means that the report says nothing about it: what we know stays.
    ``content`` is the document itself; its hash is taken here, else ``sha256`` (hex) is believed.
    """

    reference: str
    status: Document.Status
    state_at: datetime
    title: str | None = None
    kind: Document.Kind | None = None
    envelope: str | None = None
    organisation: str | None = None  # its reference
    organisation_name: str | None = None  # makes the organisation if it is not known yet
    sent_at: datetime | None = None
    completed_at: datetime | None = None
    sha256: str | None = None
    special_category: bool = False
    # Who uploads it asked that no AI learn from it (AIPREF). Told once, it stays.
    refuses_training: bool = False
    keep_until: date | None = None
    parties: tuple[PartyReport, ...] = ()
    content: bytes | None = None

    @property
    def describes(self) -> bool:
        """Whether it tells what the document is, and not only that its status changed."""
        return self.title is not None or bool(self.parties)


@dataclass(frozen=True)
class UseReport:
    """One use of one document, by the names the service knows things by. ``at`` is aware."""

    document: str
    purpose: str
    at: datetime
    system: str
    training_run: str | None = None
    model_name: str | None = None


def plain(text: str, length: int) -> str:
    """Return one line of text, NFC, without control characters, at most ``length`` long."""
    line = unicodedata.normalize("NFC", text)
    line = re.sub(r"[\s\x00-\x1f\x7f\ud800-\udfff]+", " ", line).strip()
    return line[:length].rstrip()


def email_or_none(text: str) -> str | None:
    """Return the address in lower case, or None where the text is no e-mail address."""
    email = text.strip().lower()
    try:
        validate_email(email)
        email.partition("@")[2].encode("idna")
    except (ValidationError, UnicodeError):
        return None
    return email if len(email) <= 254 else None


def furthest(statuses: Iterable[Document.Status]) -> Document.Status:
    """Return the one that is furthest in a document's life."""
    return max(statuses, key=LIFE.index)
