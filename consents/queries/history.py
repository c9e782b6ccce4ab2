"""Every act of choice that bears on a person: who, old to new, under which text, by which way."""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import UUID

from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, Window
from django.db.models.functions import Coalesce, JSONObject, RowNumber
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from consents.models import ChoiceEvent
from consents.models.ledger import ALLOWING, POLICY, Act, Source
from consents.models.purposes import Control
from portal.lib import keyset

PAGE = 25
UNFOLDED = 20  # acts of a selection that unfold in place; the rest is on its own page

ACTS = {
    Act.CONSENT_GIVEN: gettext_lazy("You agreed"),
    Act.CONSENT_REFUSED: gettext_lazy("You refused"),
    Act.CONSENT_WITHDRAWN: gettext_lazy("You withdrew your agreement"),
    Act.OBJECTION_LODGED: gettext_lazy("You objected"),
    Act.OBJECTION_WITHDRAWN: gettext_lazy("You withdrew your objection"),
    Act.NOT_OBJECTED: gettext_lazy("You accepted the wider use"),
    Act.FOLLOWS_AGAIN: gettext_lazy("You removed the exception"),
}
OTHERS_ACTS = {
    Act.CONSENT_GIVEN: gettext_lazy("A clause of the contract agreed"),
    Act.CONSENT_REFUSED: gettext_lazy("Refused"),
    Act.CONSENT_WITHDRAWN: gettext_lazy("The agreement was withdrawn"),
    Act.OBJECTION_LODGED: gettext_lazy("Objected"),
    Act.OBJECTION_WITHDRAWN: gettext_lazy("The objection was withdrawn"),
    Act.NOT_OBJECTED: gettext_lazy("The wider use was accepted"),
    Act.FOLLOWS_AGAIN: gettext_lazy("The exception was removed"),
    Act.POLICY_REFUSED: gettext_lazy("Refused for the whole organisation"),
    Act.POLICY_LIFTED: gettext_lazy("Left it to each member"),
}

# Who stands behind an act that came without a signed-in person.
BY_NOBODY = {
    Source.LINK: gettext_lazy("You, without signing in"),
    Source.API: gettext_lazy("You, in the service’s own settings"),
    Source.GPC: gettext_lazy("Your browser"),
}


@dataclass(frozen=True)
class Entry:
    """One act, as the person reads it.

    ``together``: the first acts of the same go, where the entry stands for a whole selection.
    """

    event: ChoiceEvent
    what: str
    who: str
    before: str
    after: str
    scope: str
    purpose: str
    source: str
    is_mine: bool
    together: "list[ChoiceEvent]" = field(default_factory=list)

    @property
    def count(self) -> int:
        """Return how many acts were done in one go with it, itself among them."""
        return getattr(self.event, "in_batch", None) or 1

    @property
    def icon(self) -> str:
        """Return the name of the icon of what holds since."""
        return "allowed" if self.event.allows else "not-allowed"


@dataclass(frozen=True)
class Earlier:
    """An act before the one at hand; the higher its ``narrowness``, the narrower its scope."""

    narrowness: int
    id: int
    act: str

    @property
    def allows(self) -> bool:
        """Whether it made the use more permitted."""
        return self.act in ALLOWING

    def is_lifted_by(self, other: "Earlier") -> bool:
        """Whether a later yes of the same or a narrower scope undid it."""
        return other.allows and other.narrowness >= self.narrowness and other.id > self.id


@dataclass(frozen=True)
class History:
    """One page of the acts, newest first, and the cursors of the pages beside it."""

    entries: list[Entry]
    older: str
    newer: str


def events(person: User) -> QuerySet[ChoiceEvent]:
    """Return the acts of the person, of their addresses, and of their organisations.

    To fetch is to check: this is what they may see of the ledger. ``before_1`` to ``before_3`` are
    the last earlier acts of the same subject about everything, the organisation, the document.
    """
    mine = (
        Q(person=person)
        | Q(address__in=person.addresses.all())
        | Q(organisation__in=person.memberships.values("organisation"))
    )
    organisation = Coalesce("within", "document__organisation")
    return (
        ChoiceEvent.objects.filter(mine)
        .select_related(
            "purpose", "version", "document", "within", "organisation", "by", "clause", "address"
        )
        .annotate(of_organisation=organisation)
        .annotate(
            before_1=_last_act(document=None, within=None),
            before_2=_last_act(document=None, within=OuterRef("of_organisation")),
            before_3=_last_act(document=OuterRef("document")),
        )
        .order_by("-id")
    )


def _last_act(**scope: Any) -> Subquery:
    """Return the last earlier act of the outer row's subject and purpose in a scope."""
    same_subject = (
        Q(person=OuterRef("person"))
        | Q(address=OuterRef("address"))
        | Q(organisation=OuterRef("organisation"))
    )
    earlier = ChoiceEvent.objects.filter(
        same_subject, purpose=OuterRef("purpose"), id__lt=OuterRef("id"), **scope
    )
    act = JSONObject(id="id", act="act")
    return Subquery(earlier.order_by("-id").values_list(act)[:1])


def history(person: User, *, older: str = "", newer: str = "") -> History:
    """Return the page beyond a cursor; a cursor that is none means the first page.

    The acts of one selection are one entry, that of the last of them.
    """
    page = keyset.page(_grouped(person), by="id", size=PAGE, older=older, newer=newer)
    administered, together = _administered(person), _together(person, page.rows)
    entries = [
        replace(entry(one, person, administered), together=together.get(one.batch, []))
        for one in page.rows
    ]
    return History(entries, page.older, page.newer)


def rows(person: User) -> Iterator[Entry]:
    """Yield every act, newest first, in constant memory: for the download."""
    administered = _administered(person)
    for event in events(person).iterator(chunk_size=500):
        yield entry(event, person, administered)


def _grouped(person: User) -> QuerySet[ChoiceEvent]:
    """Return the acts, of each selection only the last; ``in_batch`` is how many it had."""
    go = ChoiceEvent.objects.filter(batch=OuterRef("batch"), person=OuterRef("person"))
    later = go.filter(id__gt=OuterRef("id"))
    amount = go.order_by().values("batch").annotate(amount=Count("id")).values("amount")
    return events(person).filter(~Exists(later)).annotate(in_batch=Subquery(amount))


def _together(person: User, of: list[ChoiceEvent]) -> dict[UUID | None, list[ChoiceEvent]]:
    """Return the first acts of each selection on the page, as many as unfold in place."""
    batches = [one.batch for one in of if one.batch is not None]
    if not batches:
        return {}
    place = Window(RowNumber(), partition_by="batch", order_by="id")
    acts = ChoiceEvent.objects.filter(batch__in=batches, person=person).annotate(place=place)
    found: dict[UUID | None, list[ChoiceEvent]] = {}
    for one in acts.filter(place__lte=UNFOLDED).select_related("document").order_by("id"):
        found.setdefault(one.batch, []).append(one)
    return found


def _administered(person: User) -> frozenset[int]:
    """Return the organisations whose acts the person holds the receipts of."""
    ids = person.memberships.filter(is_admin=True).values_list("organisation_id", flat=True)
    return frozenset(ids)


def entry(event: ChoiceEvent, person: User, administered: Collection[int] = frozenset()) -> Entry:
    """Return one act in words."""
    # Acts of an address are here because the address is theirs: of them too there is a receipt.
    is_mine = event.person_id == person.pk or event.address_id is not None
    holds = is_mine or event.organisation_id in administered
    act = Act(event.act)
    by_oneself = is_mine and event.by_id == person.pk
    said = ACTS[act] if by_oneself else OTHERS_ACTS[act]
    # Taking a selection back is several sorts of acts, of which one line can name only the purpose.
    is_undoing = event.undoes_id is not None and (getattr(event, "in_batch", None) or 1) > 1
    return Entry(
        event=event,
        what=_("You took a choice back") if is_undoing else str(said),
        who=who(event, person),
        before=state_before(event),
        after=state_after(event),
        scope=scope(event),
        purpose=event.version.text().title,
        source=str(Source(event.source).label),
        is_mine=holds,
    )


def who(event: ChoiceEvent, person: User) -> str:
    """Return who acted. Staff are named by their office, a colleague by name."""
    if event.by_id == person.pk:
        return _("You")
    if event.by is None:
        return str(BY_NOBODY.get(Source(event.source)) or _("The system"))
    if event.by.is_staff:
        return _("Support, because you asked")
    return event.by.name or _("An administrator of the organisation")


def scope(event: ChoiceEvent) -> str:
    """Return about what it was."""
    if event.document is not None:
        return event.document.title or _("A document that has been erased")
    if event.within is not None:
        return _("Documents of %(organisation)s") % {"organisation": event.within.name}
    if event.organisation is not None:
        return _("All documents of %(organisation)s") % {"organisation": event.organisation.name}
    if event.address is not None:
        return _("Documents sent to %(email)s") % {"email": event.address.email or ""}
    return _("All my documents")


def state_before(event: ChoiceEvent) -> str:
    """Return what held before the act, by the same law as the gate's (``standing.resolve``)."""
    return _state(event, _earlier(event), nothing_withdrawn=event.act == Act.CONSENT_WITHDRAWN)


def state_after(event: ChoiceEvent) -> str:
    """Return what holds after an act; where an exception went, what was chosen more widely."""
    if event.act != Act.FOLLOWS_AGAIN:
        return _word(event.act)
    narrowness = 2 if event.document_id is not None else 1
    return _state(event, [one for one in _earlier(event) if one.narrowness < narrowness])


def _earlier(event: ChoiceEvent) -> list[Earlier]:
    """Return the last act at each grain before this one; an exception taken back is none."""
    rows = (getattr(event, f"before_{narrowness}") for narrowness in (1, 2, 3))
    acts = [Earlier(place, row["id"], row["act"]) for place, row in enumerate(rows) if row]
    return [one for one in acts if one.act != Act.FOLLOWS_AGAIN]


def _state(event: ChoiceEvent, acts: list[Earlier], *, nothing_withdrawn: bool = False) -> str:
    if not acts:
        if nothing_withdrawn:
            return _("allowed by a clause of the contract")
        allowed = event.purpose.control == Control.OBJECTION and event.organisation is None
        word = _("allowed") if allowed else _("not allowed")
        return _("%(state)s (nothing chosen)") % {"state": word}
    if any(not one.allows and not any(map(one.is_lifted_by, acts)) for one in acts):
        return _("not allowed")
    return _word(max(acts, key=lambda one: one.id).act)


def _word(act: str) -> str:
    if act in POLICY and act in ALLOWING:
        return _("left to each member")
    return _("allowed") if act in ALLOWING else _("not allowed")
