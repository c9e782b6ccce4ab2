"""The link of a signer: how it is written, read, and why it no longer opens anything.

``/d/<token>/``: the token is the link's random number with a signature of ours (Django's own, under
a salt of its own). It tells nothing about the person or the document, and a number that we did not
sign is never looked up.
"""

import re
from datetime import datetime
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import models
from django.utils.translation import gettext_lazy as _

from consents.models import Document, DocumentLink, Party
from consents.receipts import address

UID = re.compile(r"[0-9a-f]{32}\Z")


class Ended(models.TextChoices):
    """Why a link that we once gave out opens nothing any more."""

    EXPIRED = "expired", _("Its time is over.")
    REVOKED = "revoked", _("It was withdrawn by the service that sent it.")
    REMOVED = "removed", _("What it led to is no longer here.")


def token_of(link: DocumentLink) -> str:
    """Return what stands in the URL."""
    return _signer().sign(link.uid.hex)


def url_of(link: DocumentLink) -> str:
    """Return the whole address, for the service to put into its own mail."""
    return address(f"/d/{token_of(link)}/")


def link_of(token: str) -> DocumentLink | None:
    """Return the link of a token that we signed; None for every other text."""
    try:
        text = _signer().unsign(token)
    except BadSignature:
        return None
    if not UID.match(text):
        return None
    links = DocumentLink.objects.select_related("document__organisation", "address__person")
    return links.filter(uid=UUID(hex=text)).first()


def why_ended(link: DocumentLink, now: datetime) -> Ended | None:
    """Return why the link opens nothing at ``now`` (aware), or None while it does."""
    if link.revoked_at is not None:
        return Ended.REVOKED
    if not is_party(link.document, link.address_id):
        return Ended.REMOVED
    return Ended.EXPIRED if link.expires_at <= now else None


def is_party(document: Document, address_id: int) -> bool:
    """Whether the address is still a party who may see the document.

    Not where the document or the address was erased, the person had it removed, or it is a draft,
    which nobody was sent.
    """
    if document.erased_at is not None or document.status == Document.Status.DRAFT:
        return False
    parties = Party.objects.filter(document=document, address=address_id, hidden_at=None)
    return parties.filter(address__email__isnull=False).exists()


def masked(email: str) -> str:
    """Return an address by its first letters only: "n…@e….org".

    Whoever holds a forwarded link learns no more than its owner needs to know it again.
    """
    local, _at, domain = email.partition("@")
    host, dot, end = domain.rpartition(".")
    return f"{local[:1]}…@{host[:1]}…{dot}{end}" if host else f"{local[:1]}…@{domain[:1]}…"


def _signer() -> Signer:
    return Signer(salt="consents.links", sep=".")
