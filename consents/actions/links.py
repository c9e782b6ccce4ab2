"""A signer's link: given to the service, refused by, opened with a code, withdrawn, forgotten."""

import secrets
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum, auto

from django.db import transaction
from django.db.models import F, Q
from django.utils import timezone
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from accounts.models import Address
from consents.actions import choices
from consents.links import is_party
from consents.models import ChoiceEvent, Document, DocumentLink, LinkCode, Party, Purpose
from consents.models.ledger import Source
from portal.lib import mail
from portal.lib.errors import DomainError

CODE_DIGITS = 8
CODE_LIVES = timedelta(minutes=10)
MOST_ATTEMPTS = 5
# How long a link that has ended can still say that it has, and why.
REMEMBERED = timedelta(days=90)


class NotAParty(DomainError):
    """The address is not a party of the document, or may not see it (any more)."""

    code = "not_a_party"


class Entered(StrEnum):
    """What became of a code that somebody entered. Only ``RIGHT`` opens, and only once."""

    RIGHT = auto()
    WRONG = auto()
    USED = auto()
    EXPIRED = auto()
    EXHAUSTED = auto()
    NONE_SENT = auto()


@dataclass(frozen=True)
class Refusal:
    """A refusal by link. ``is_new``: it was recorded now, and did not stand before."""

    event: ChoiceEvent
    is_new: bool


@transaction.atomic
def give_link(
    document: Document, *, email: str, lasting: timedelta, language: str = ""
) -> DocumentLink:
    """Return the one valid link of a party to a document, made or prolonged as needed.

    Asking again gives the same link, so that every mail of the service holds the same address and
    one withdrawal ends them all. It never gets shorter. One that has ended is not revived.

    Raises:
        NotAParty: the address is not among the parties, or the document is a draft or erased.
    """
    address = Address.objects.filter(email=email).first()
    if address is None or not is_party(document, address.pk):
        raise NotAParty(_("This address is not a party of the document, or it is a draft."))
    # Two calls at once, one after the other: the party's row is the lock.
    list(Party.objects.select_for_update().filter(document=document, address=address))
    now = timezone.now()
    until = now + lasting
    valid = DocumentLink.objects.filter(revoked_at=None, expires_at__gt=now)
    link = valid.filter(document=document, address=address).first()
    if link is None:
        return DocumentLink.objects.create(
            document=document, address=address, created_at=now, expires_at=until, language=language
        )
    link.expires_at, link.language = max(link.expires_at, until), language or link.language
    link.save(update_fields=["expires_at", "language"])
    return link


@transaction.atomic
def revoke(link: DocumentLink) -> DocumentLink:
    """Withdraw a link, and whatever it has opened, at once. Once withdrawn it stays so."""
    link = DocumentLink.objects.select_for_update().get(pk=link.pk)
    if link.revoked_at is None:
        link.revoked_at = timezone.now()
        link.save(update_fields=["revoked_at"])
        link.codes.all().delete()
    return link


@transaction.atomic
def refuse_by_link(
    purpose: Purpose, link: DocumentLink, *, everything: bool, language: str
) -> Refusal:
    """Refuse by nothing but the link: no code, no reason, no account (invariant 13).

    For the one document, or for all documents under the link's address. Where a person has claimed
    the address, the refusal for the document is theirs; the one for the address stays the
    address's, for they may have others. Its owner is told by mail: anybody may hold a link.

    Raises:
        NothingToChoose: there is no choice about the purpose.
        NotYours: the address is no party any more.
    """
    before = timezone.now()
    person, document = link.address.person, None if everything else link.document
    mine = Document.objects.visible_to(person) if person is not None else Document.objects.none()
    is_persons = document is not None and mine.filter(pk=document.pk).exists()
    event = choices.refuse(
        purpose,
        person=person if is_persons else None,
        address=None if is_persons else link.address,
        document=document,
        by=None,
        source=Source.LINK,
        language=language,
    )
    refusal = Refusal(event, is_new=event.at >= before)
    if refusal.is_new:
        _tell_of(event, link, language=language)
    return refusal


@transaction.atomic
def send_code(link: DocumentLink, *, language: str) -> LinkCode:
    """Mail a new code to the link's address; the one before it ends."""
    now = timezone.now()
    # Orders this with an entry that is under way.
    link = DocumentLink.objects.select_for_update().get(pk=link.pk)
    link.codes.filter(used_at=None, expires_at__gt=now).update(expires_at=now)
    code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}d}"
    row = LinkCode.objects.create(
        link=link, code_hash=_hash(link, code), sent_at=now, expires_at=now + CODE_LIVES
    )
    mail.send(
        "consents/link_code",
        to=link.address.email or "",
        language=language,
        key=f"link-code:{row.pk}",
        context={"code": f"{code[:4]} {code[4:]}"},
        useful_for=CODE_LIVES,
    )
    return row


@transaction.atomic
def enter_code(link: DocumentLink, code: str) -> Entered:
    """Say whether the code opens the link, and use it up if it does.

    Entered by two at the same time, it opens for one. An outcome and no exception: a wrong attempt
    has to be counted, and an exception would take the count back.
    """
    DocumentLink.objects.select_for_update().get(pk=link.pk)
    newest = link.codes.order_by("-sent_at", "-pk").first()
    if newest is None:
        return Entered.NONE_SENT
    digits = "".join(code.split())
    is_right = constant_time_compare(newest.code_hash, _hash(link, digits))
    if newest.used_at is not None:
        return Entered.USED if is_right else Entered.EXPIRED
    if newest.expires_at <= timezone.now():
        return Entered.EXPIRED
    if newest.attempts >= MOST_ATTEMPTS:
        return Entered.EXHAUSTED
    if not is_right:
        LinkCode.objects.filter(pk=newest.pk).update(attempts=F("attempts") + 1)
        return Entered.WRONG if newest.attempts + 1 < MOST_ATTEMPTS else Entered.EXHAUSTED
    LinkCode.objects.filter(pk=newest.pk).update(used_at=timezone.now())
    return Entered.RIGHT


def forget_ended() -> int:
    """Every night: delete codes a day after they ended, and links that ended three months ago.

    Returns how many.
    """
    now = timezone.now()
    gone = LinkCode.objects.filter(expires_at__lt=now - timedelta(days=1)).delete()[0]
    long_ago = now - REMEMBERED
    ended = DocumentLink.objects.filter(Q(expires_at__lt=long_ago) | Q(revoked_at__lt=long_ago))
    return gone + ended.delete()[0]


def _hash(link: DocumentLink, code: str) -> str:
    """Return what is kept of a code: worthless without the installation's secret."""
    told = f"{link.uid}:{code}"
    return salted_hmac("consents.link_code", told, algorithm="sha256").hexdigest()


def _tell_of(event: ChoiceEvent, link: DocumentLink, *, language: str) -> None:
    mail.send(
        "consents/refused_by_link",
        to=link.address.email or "",
        language=link.language or language,
        key=f"refused-by-link:{event.uid}",
        context={"event": event, "everything": event.document is None},
    )
