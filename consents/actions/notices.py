"""What people do with the notice of a wider purpose: open it, and refuse by it."""

from collections.abc import Iterable

from django.conf import settings
from django.core.signing import BadSignature, Signer
from django.db.models import F, Q
from django.urls import reverse
from django.utils import timezone

from accounts.models import User
from consents.actions import choices
from consents.models import Announcement, ChoiceEvent, PurposeVersion
from consents.models.ledger import Source
from consents.queries.changes import know_what_was_before


def read_in_portal(person: User, versions: Iterable[PurposeVersion]) -> None:
    """Note that the person has the notices before their eyes, if it is the first time."""
    shown = list(versions)
    if shown:
        theirs = Q(person=person) | Q(address__person=person)
        unread = Announcement.objects.filter(theirs, version__in=shown, read_at=None)
        unread.update(read_at=timezone.now(), read_by=Announcement.ReadBy.PORTAL)


def read_by_link(announcement: Announcement) -> None:
    """Note that the link of the mail was opened, if it is the first time."""
    unread = Announcement.objects.filter(pk=announcement.pk, read_at=None)
    unread.update(read_at=timezone.now(), read_by=Announcement.ReadBy.MAIL)


def refuse_by_link(announcement: Announcement, *, language: str) -> ChoiceEvent:
    """Record the refusal of whoever holds the mail: no code, no account, no reason.

    Raises:
        NothingToChoose: there is no choice about the purpose.
    """
    return choices.refuse(
        announcement.version.purpose, person=announcement.person, address=announcement.address,
        by=None, source=Source.LINK, language=language,
    )  # fmt: skip


def link(announcement: Announcement) -> str:
    """Return the signed address of the notice: it names nobody, and cannot be guessed."""
    token = _signer().sign(announcement.uid.hex)
    site: str = settings.SITE_URL
    return site + reverse("consents:notice", args=[token])


def behind(token: str) -> Announcement | None:
    """Return the announcement of a link; None for a token that we did not sign."""
    try:
        uid = _signer().unsign(token)
    except BadSignature:
        return None
    known = Announcement.objects.select_related(
        "version__purpose", "version__stop", "person", "address"
    )
    return known.filter(uid=uid).first()


def told(person: User) -> list[Announcement]:
    """Return what the person was told of, the newest first: at most fifty."""
    theirs = Q(person=person) | Q(address__person=person)
    newest = Announcement.objects.filter(theirs).select_related("version__purpose", "version__stop")
    found = list(newest.order_by(F("created_at").desc(), "-pk")[:50])
    know_what_was_before([one.version for one in found])
    return found


def _signer() -> Signer:
    return Signer(salt="consents.notice", sep=".")
