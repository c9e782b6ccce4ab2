"""How a person's own choices stand, for pages and receipts: the words beside the switch.

The gate does not read this: :mod:`consents.permits` looks at all parties of a document. This says
what *one* person's word is, about everything or about one document, since when, and where it comes
from, so that a page can answer "why?".
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Address, User
from consents.models import ChoiceEvent, Document, Party, Purpose, PurposeVersion, Standing
from consents.models.ledger import Act
from consents.models.purposes import Control


class Origin(models.TextChoices):
    """Where a person's present state about a purpose comes from."""

    DOCUMENT = "document", _("your choice for this document")
    WITHIN = "within", _("your choice for this organisation’s documents")
    EVERYTHING = "everything", _("your choice for all your documents")
    POLICY = "policy", _("your organisation’s policy")
    CONTRACT = "contract", _("a clause of your organisation’s contract")
    UNANSWERED = "unanswered", _("it has grown wider, and you have not answered yet")
    LAPSED = "lapsed", _("what you agreed to has changed since")
    DEFAULT = "default", _("nothing was chosen")


@dataclass(frozen=True)
class Stand:
    """One person's word on one purpose.

    ``since`` is aware; None for a default. ``event`` is the act it rests on, if any.
    """

    allowed: bool
    origin: Origin
    since: datetime | None = None
    event: ChoiceEvent | None = None


NARROWNESS = {Origin.EVERYTHING: 1, Origin.WITHIN: 2, Origin.DOCUMENT: 3}


def origin_of(standing: Standing) -> Origin:
    """Return at which grain a person's standing choice was made."""
    if standing.document_id is not None:
        return Origin.DOCUMENT
    return Origin.WITHIN if standing.within_id is not None else Origin.EVERYTHING


def resolve(
    purpose: Purpose,
    own: Iterable[Standing],
    *,
    policy: Standing | None = None,
    floor: int = 0,
    widened_at: datetime | None = None,
) -> Stand:
    """Return how the choices that bear on one document (or on everything) add up.

    ``own`` are the person's standing choices that bear on it; ``policy`` the organisation's
    standing, only given when it covers the document. The same law as in ``permits.RULE``: a refusal
    yields only to a later one at the same or a narrower grain, and an agreement to a version before
    ``floor`` (see ``PurposeVersionQuerySet.floors``) has lapsed. ``widened_at`` is when an
    objection-based purpose grew wider than what a person who was here before has answered to.
    """
    newest_first = sorted(own, key=lambda one: one.event_id, reverse=True)
    own = [one for one in newest_first if not _has_lapsed(one, floor)]
    for no in (one for one in own if not one.allowed):
        if not any(_lifts(yes, no) for yes in own):
            return _stand(no)
    for yes in own:
        if yes.allowed:
            return _stand(yes)
    lapsed = next((one for one in newest_first if _has_lapsed(one, floor)), None)
    if lapsed is not None and purpose.control == Control.CONSENT:
        return Stand(allowed=False, origin=Origin.LAPSED, since=lapsed.since, event=lapsed.event)
    if widened_at is not None and (policy is None or policy.allowed):
        return Stand(allowed=False, origin=Origin.UNANSWERED, since=widened_at)
    if policy is not None and _tells(policy, floor):
        origin = Origin.CONTRACT if policy.allowed else Origin.POLICY
        return Stand(policy.allowed, origin, policy.since, policy.event)
    return Stand(purpose.control in (Control.OBJECTION, Control.NONE), Origin.DEFAULT)


def about_everything(person: User, purposes: Sequence[Purpose]) -> dict[int, Stand]:
    """Return the person's word on each purpose (by id) for all their documents: six queries.

    A contract clause or policy of an organisation they belong to counts where they chose nothing.
    """
    own = _by_purpose(
        Standing.objects.filter(
            _said_of_everything(person), document=None, within=None, purpose__in=purposes
        )
    )
    joined = dict(person.memberships.values_list("organisation_id", "joined_at"))
    policies = _by_purpose(Standing.objects.filter(organisation__in=joined, purpose__in=purposes))
    now = timezone.now()
    floors, widened = PurposeVersion.objects.floors(now), _widened_for(person, now)
    return {
        purpose.pk: resolve(
            purpose,
            own.get(purpose.pk, []),
            policy=_most_telling(
                [one for one in policies.get(purpose.pk, []) if _speaks_for(one, joined)]
            ),
            floor=floors.get(purpose.pk, 0),
            widened_at=widened.get(purpose.pk),
        )
        for purpose in purposes
    }


def about_address(address: Address, purposes: Sequence[Purpose]) -> dict[int, Stand]:
    """Return the word of an address without an account on each purpose (by id): three queries."""
    own = _by_purpose(
        Standing.objects.filter(address=address, document=None, within=None, purpose__in=purposes)
    )
    now = timezone.now()
    floors, widened = PurposeVersion.objects.floors(now), _widened_since(address.created_at, now)
    return {
        purpose.pk: resolve(
            purpose,
            own.get(purpose.pk, []),
            floor=floors.get(purpose.pk, 0),
            widened_at=widened.get(purpose.pk),
        )
        for purpose in purposes
    }


def about_documents(
    person: User, documents: Sequence[Document], purposes: Sequence[Purpose]
) -> dict[tuple[int, int], Stand]:
    """Return the person's word for each (document id, purpose id): nine queries, however many."""
    addresses = person.addresses.all()
    bearing = Q(document__in=documents) | Q(document=None)
    own = _Own(
        Standing.objects.filter(
            bearing, Q(person=person) | Q(address__in=addresses), purpose__in=purposes
        ),
        Party.objects.filter(document__in=documents, address__in=addresses),
    )
    joined = dict(person.memberships.values_list("organisation_id", "joined_at"))
    now = timezone.now()
    floors, widened = PurposeVersion.objects.floors(now), _widened_for(person, now)
    organisations = {one.organisation_id for one in documents if one.organisation_id}
    policies = {
        (one.organisation_id or 0, one.purpose_id): one
        for one in Standing.objects.filter(
            organisation__in=organisations, purpose__in=purposes
        ).select_related("event__version")
    }
    return {
        (document.pk, purpose.pk): resolve(
            purpose,
            own.bearing_on(document, purpose),
            policy=_covering(policies, document, purpose, joined),
            floor=floors.get(purpose.pk, 0),
            widened_at=widened.get(purpose.pk),
        )
        for document in documents
        for purpose in purposes
    }


def exceptions(person: User, purpose: Purpose) -> models.QuerySet[Standing]:
    """Return the person's choices at a narrower grain than everything, newest first."""
    narrower = Q(document__isnull=False) | Q(within__isnull=False)
    return Standing.objects.filter(narrower, person=person, purpose=purpose).order_by("-event_id")


def _said_of_everything(person: User) -> Q:
    """Return whose word is about all of the person's documents.

    What was refused under an address is about all of them where they have no other address.
    """
    addresses = list(person.addresses.all()[:2])
    only = addresses[0] if len(addresses) == 1 else None
    return Q(person=person) | Q(address=only, address__isnull=False)


def _widened_for(person: User, now: datetime) -> dict[int, datetime]:
    """Return when each objection-based purpose (by id) last grew wider than the person knew it.

    Who came later has known nothing else. The same law as ``must_answer`` in ``permits.RULE``.
    """
    first_address = person.addresses.aggregate(first=models.Min("created_at"))["first"]
    return _widened_since(min(first_address or person.date_joined, person.date_joined), now)


def _widened_since(known_since: datetime, now: datetime) -> dict[int, datetime]:
    by_objection = PurposeVersion.objects.filter(purpose__control=Control.OBJECTION)
    widened = by_objection.widened_at(now)
    return {purpose: at for purpose, at in widened.items() if known_since < at}


def _has_lapsed(one: Standing, floor: int) -> bool:
    return one.allowed and one.event.version.number < floor


def _tells(policy: Standing, floor: int) -> bool:
    """Whether an organisation's policy says anything: a refusal, or an agreement still good."""
    agreed = policy.event.act == Act.CONSENT_GIVEN and not _has_lapsed(policy, floor)
    return not policy.allowed or agreed


def _lifts(yes: Standing, no: Standing) -> bool:
    narrower = NARROWNESS[origin_of(yes)] >= NARROWNESS[origin_of(no)]
    return yes.allowed and narrower and yes.event_id > no.event_id


def _stand(standing: Standing) -> Stand:
    return Stand(standing.allowed, origin_of(standing), standing.since, standing.event)


class _Own:
    """A person's standing choices, found by the document they bear on.

    What was said under an address bears on documents in which it is a party, and on no other: the
    same law as in ``permits.RULE``.
    """

    def __init__(
        self, standings: models.QuerySet[Standing], parties: models.QuerySet[Party]
    ) -> None:
        self._found: dict[tuple[int, int | None], list[Standing]] = {}
        for one in standings.select_related("event__clause", "event__version"):
            self._found.setdefault((one.purpose_id, one.document_id), []).append(one)
        self._parties = set(parties.values_list("document_id", "address_id"))

    def bearing_on(self, document: Document, purpose: Purpose) -> list[Standing]:
        """Return those that bear on the document's use for the purpose."""
        wider = self._found.get((purpose.pk, None), [])
        return [
            *self._found.get((purpose.pk, document.pk), []),
            *(one for one in wider if self._covers(one, document)),
        ]

    def _covers(self, one: Standing, document: Document) -> bool:
        inside = one.within_id is None or one.within_id == document.organisation_id
        under = one.address_id is None or (document.pk, one.address_id) in self._parties
        return inside and under


def _by_purpose(standings: models.QuerySet[Standing]) -> dict[int, list[Standing]]:
    found: dict[int, list[Standing]] = {}
    for standing in standings.select_related("event__clause", "event__version"):
        found.setdefault(standing.purpose_id, []).append(standing)
    return found


def _most_telling(policies: list[Standing]) -> Standing | None:
    """Of several organisations' policies name an agreement first: that is the one to get out of."""
    agreed = [one for one in policies if one.allowed and one.event.act == Act.CONSENT_GIVEN]
    return next(iter(agreed or policies), None)


def _covering(
    policies: Mapping[tuple[int, int], Standing],
    document: Document,
    purpose: Purpose,
    joined: Mapping[int, datetime],
) -> Standing | None:
    """Return the policy over the document: a refusal for all, an agreement for members only."""
    if document.organisation_id is None:
        return None
    policy = policies.get((document.organisation_id, purpose.pk))
    return policy if policy is not None and _speaks_for(policy, joined) else None


def _speaks_for(policy: Standing, joined: Mapping[int, datetime]) -> bool:
    """Whether a policy counts for a person who joined these organisations (id → when).

    A refusal counts for every party; an agreement for those who were members when it was made.
    """
    when = joined.get(policy.organisation_id or 0)
    return not policy.allowed or (when is not None and when <= policy.since)
