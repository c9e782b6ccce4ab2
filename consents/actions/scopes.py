"""What a choice can be about, whose it is, and when it says something new."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Address, Organisation, User
from consents.models import Document, Purpose, PurposeVersion, Standing
from consents.models.ledger import ALLOWING, POLICY, Act, Source
from consents.models.purposes import Control
from consents.permits import Reason
from portal.lib.errors import DomainError


class NothingToChoose(DomainError):
    """The purpose is needed for the service, or not used at all."""

    code = "nothing_to_choose"


class NotYours(DomainError):
    """The document or organisation is not the person's."""

    code = "not_yours"


class NoException(DomainError):
    """There is no choice of the person's own at that grain: there is nothing to take back."""

    code = "no_exception"


class OlderThanARefusal(DomainError):
    """History is being imported, and a yes is older than a no that is already written."""

    code = "older_than_a_refusal"


class NotAnAdmin(DomainError):
    """Only an admin of the organisation sets its policy."""

    code = "not_an_admin"


Subject = User | Address | Organisation

# No party's choice opens these: there a yes would promise what it cannot keep.
CLOSED_WHATEVER = frozenset({Reason.SPECIAL, Reason.PROTECTED_SIGNER, Reason.GONE})


@dataclass(frozen=True)
class Scope:
    """What a choice is about: one document, one organisation's documents, or (both None) all."""

    document: Document | None = None
    within: Organisation | None = None

    @property
    def is_everything(self) -> bool:
        """Whether it is the widest scope, which has nothing wider to follow."""
        return self.document is None and self.within is None

    @property
    def organisation_id(self) -> int | None:
        """Return whose documents it is about, if they are one organisation's."""
        if self.document is not None:
            return self.document.organisation_id
        return self.within.pk if self.within is not None else None

    def overlapping(self) -> Q:
        """Return the standing choices that bear on some document of this scope."""
        if self.document is not None:
            outer = Q(document=None, within=None) | Q(document=self.document)
            return outer | Q(within__isnull=False, within=self.document.organisation)
        if self.within is not None:
            return (
                Q(within=self.within)
                | Q(document=None, within=None)
                | Q(document__organisation=self.within)
            )
        return Q()


def columns(subject: Subject) -> dict[str, Any]:
    """Return the three subject columns, of which one is filled."""
    return {
        "person": subject if isinstance(subject, User) else None,
        "address": subject if isinstance(subject, Address) else None,
        "organisation": subject if isinstance(subject, Organisation) else None,
    }


def said_by(subject: Subject) -> Q:
    """Return the standing choices that are the subject's own word.

    What was said without signing in, at an address that is the person's today, is theirs too; and
    what they said since bears on the documents of the address: it may have overruled its refusal.
    """
    mine = Q(**columns(subject))
    if isinstance(subject, User):
        return mine | Q(address__person=subject)
    return mine | Q(person__addresses=subject) if isinstance(subject, Address) else mine


def act_of_yes(purpose: Purpose, *, objected: bool) -> Act:
    """Return the law's word for a yes. Who never objected has no objection to withdraw."""
    if purpose.control == Control.CONSENT:
        return Act.CONSENT_GIVEN
    return Act.OBJECTION_WITHDRAWN if objected else Act.NOT_OBJECTED


def refusing_act(purpose: Purpose, *, agreed: bool) -> Act:
    """Return the law's word for a no. Where no agreement bears on it, none is withdrawn."""
    if purpose.control == Control.OBJECTION:
        return Act.OBJECTION_LODGED
    return Act.CONSENT_WITHDRAWN if agreed else Act.CONSENT_REFUSED


def contracts_of(person: User, purpose: Purpose) -> set[int]:
    """Return the person's organisations (ids) whose contract agreed for its members."""
    agreed = Standing.objects.filter(
        purpose=purpose, allowed=True, event__source=Source.CONTRACT,
        organisation__in=person.memberships.values("organisation"),
    )  # fmt: skip
    return {pk for pk in agreed.values_list("organisation_id", flat=True) if pk is not None}


def has_agreed(purpose: Purpose, subject: User | Address, scope: Scope) -> bool:
    """Whether the subject, or a contract for them, agreed to anything within the scope."""
    own = Standing.objects.filter(
        scope.overlapping(), purpose=purpose, allowed=True, **columns(subject)
    )
    if own.exists() or not isinstance(subject, User):
        return own.exists()
    contracts = contracts_of(subject, purpose)
    return bool(contracts if scope.is_everything else contracts & {scope.organisation_id})


def says_the_same(standing: Standing, act: Act) -> bool:
    """Whether the standing choice has the direction and the sort of the act."""
    same_direction = standing.allowed == (act in ALLOWING)
    return same_direction and (standing.event.act in POLICY) == (act in POLICY)


def has_widened(standing: Standing, floor: int) -> bool:
    """Whether a yes was given to less than what is in force: to say it again is to say more.

    ``floor`` is the number of the last widening version in force (0: none).
    """
    return standing.allowed and standing.event.version.number < floor


def floor_of(version: PurposeVersion) -> int:
    """Return the number of the last widening version up to ``version``, 0 if there is none."""
    wider = PurposeVersion.objects.standing().filter(
        purpose=version.purpose_id, widens=True, number__lte=version.number
    )
    return wider.order_by("-number").values_list("number", flat=True).first() or 0


def version_in_force(
    purpose: Purpose, at: datetime | None = None, *, announced: bool = False
) -> PurposeVersion:
    """Return the words that are chosen about, as of ``at`` (aware; now if None).

    With ``announced``, those of a new purpose too that is not in effect yet: who is told of it may
    refuse at once.

    Raises:
        NothingToChoose: there is no control, or no version is in effect.
    """
    if not purpose.has_control:
        raise NothingToChoose(_("There is nothing to choose about this purpose."))
    versions = PurposeVersion.objects.in_force(at or timezone.now())
    version = versions.filter(purpose=purpose).select_related("purpose").first()
    if version is None and announced:
        # Who was told of it, and that it was stopped, may still refuse it for good.
        told = purpose.versions.select_related("purpose")
        version = (
            told.filter(stop=None).order_by("number").first() or told.order_by("-number").first()
        )
    if version is None:
        raise NothingToChoose(_("This purpose is not in use."))
    return version
