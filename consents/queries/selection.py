"""A selection of documents: what each thing that can be said about it would change."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID, uuid4

from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy, ngettext

from accounts.models import User
from consents import standing
from consents.actions import selections, undoing
from consents.actions.scopes import CLOSED_WHATEVER
from consents.actions.selections import MOST, Way
from consents.actions.writing import Written
from consents.models import ChoiceEvent, Document, Purpose, PurposeVersion
from consents.models.purposes import Control
from consents.permits import Decision
from consents.queries import words
from consents.queries.catalogue import Catalogue
from consents.queries.fates import FATES, said, sentence
from consents.standing import Stand

Answers = tuple[dict[int, Decision], dict[tuple[int, int], Stand]]

BUTTONS: dict[tuple[str, Way], str | Promise] = {
    (Control.CONSENT, Way.REFUSE): gettext_lazy("Refuse for these documents"),
    (Control.CONSENT, Way.ALLOW): gettext_lazy("Allow for these documents"),
    (Control.OBJECTION, Way.REFUSE): gettext_lazy("Object for these documents"),
    (Control.OBJECTION, Way.ALLOW): gettext_lazy("Withdraw my objection for these documents"),
}
FOLLOW = gettext_lazy("Follow my general choice again")


@dataclass(frozen=True)
class Group:
    """Documents that fare alike: a sentence with their number, and which they are."""

    sentence: str
    documents: list[Document]
    changes: bool


@dataclass(frozen=True)
class Foreseen:
    """One thing that can be said about the selection, and what would come of it.

    ``acts`` is how many acts would be written: none means there is nothing to do.
    """

    way: Way
    label: str
    groups: list[Group]
    acts: int


@dataclass(frozen=True)
class Selection:
    """The page: the documents, one purpose, and the ways. ``batch`` makes two clicks one act."""

    documents: list[Document]
    gone: int
    is_full: bool
    purposes: list[tuple[Purpose, str]]
    version: PurposeVersion | None
    ways: list[Foreseen]
    batch: UUID

    @property
    def purpose(self) -> Purpose | None:
        """Return the purpose that is chosen about."""
        return self.version.purpose if self.version else None


@dataclass(frozen=True)
class Done:
    """A choice about a selection that was made, and what taking it back would do."""

    first: ChoiceEvent
    events: list[ChoiceEvent]
    title: str
    said: str
    groups: list[Group]
    undo: list[Group]
    undone: list[ChoiceEvent]
    can_undo: bool


def selected(person: User, uids: Sequence[str]) -> list[Document]:
    """Return those of the documents that the person sees today, newest first."""
    theirs = Document.objects.visible_to(person).filter(uid__in=uids)
    return list(theirs.select_related("organisation").order_by("-listed_at", "-pk")[:MOST])


def selection(
    person: User, of: Catalogue, uids: Sequence[str], slug: str, *, language: str
) -> Selection:
    """Return the page for one purpose; an unknown one means AI training."""
    documents = selected(person, uids)
    known = sorted(
        (
            one
            for one in of.purposes
            if one.has_control and one.by_document and one.pk in of.versions
        ),
        key=lambda one: not one.is_ai_training,
    )
    purpose = next((one for one in known if one.slug == slug), known[0] if known else None)
    ways = _ways(person, purpose, documents, language) if purpose and documents else []
    return Selection(
        documents=documents,
        gone=len(set(uids)) - len(documents),
        is_full=len(uids) >= MOST,
        purposes=[(one, of.versions[one.pk].text().title) for one in known],
        version=of.versions[purpose.pk] if purpose else None,
        ways=ways,
        batch=uuid4(),
    )


def done(person: User, events: Sequence[ChoiceEvent], *, language: str) -> Done:
    """Return what a selection's choice did, how it stands now, and what undo would do."""
    first = events[0]
    documents = _visible(person, events)
    undone = ChoiceEvent.objects.filter(undoes__batch=first.batch, person=person)
    back = list(undone.order_by("id"))
    can_undo = not back and undoing.can_be_undone(first, timezone.now())
    now = _answers(person, first.purpose, documents)
    return Done(
        first=first,
        events=list(events),
        title=first.version.text().title,
        said=said(first, len(events)),
        groups=_as_it_stands(first.purpose, documents, now),
        undo=_undo(person, first, documents, now, language) if can_undo else [],
        undone=back,
        can_undo=can_undo,
    )


def batch_of(person: User, batch: UUID) -> list[ChoiceEvent]:
    """Return the person's acts of one go, in order; none if there was no such go."""
    acts = ChoiceEvent.objects.filter(batch=batch, person=person).order_by("id")
    return list(acts.select_related("purpose", "version", "document__organisation"))


def _visible(person: User, events: Sequence[ChoiceEvent]) -> list[Document]:
    """Return the documents of the acts that are still in the person's space."""
    theirs = Document.objects.visible_to(person).filter(pk__in=[one.document_id for one in events])
    return list(theirs.select_related("organisation").order_by("-listed_at", "-pk"))


def _ways(
    person: User, purpose: Purpose, documents: Sequence[Document], language: str
) -> list[Foreseen]:
    before = _answers(person, purpose, documents)
    found = []
    for way in Way:
        acts = selections.planned(purpose, person, documents, way, language=language)
        after = _foreseen(person, purpose, documents, acts) if acts else before
        groups = _groups(purpose, documents, before, after, way)
        label = FOLLOW if way is Way.FOLLOW else BUTTONS[purpose.control, way]
        found.append(Foreseen(way, str(label), groups, len(acts)))
    return found


def _undo(
    person: User,
    first: ChoiceEvent,
    visible: Sequence[Document],
    now: Answers,
    language: str,
) -> list[Group]:
    assert first.batch is not None  # noqa: S101 - it was fetched by its batch
    plan = undoing.undoing(first.batch, person=person, language=language)
    after = _foreseen(person, first.purpose, plan.documents, plan.acts) if plan.acts else now
    groups = _groups(first.purpose, plan.documents, now, after, None)
    if plan.kept:
        sentence = ngettext(
            "%(count)s document stays as it is now: you chose again since, or it is no longer "
            "in your space",
            "%(count)s documents stay as they are now: you chose again since, or they are no "
            "longer in your space",
            len(plan.kept),
        ) % {"count": len(plan.kept)}  # fmt: skip
        kept = {one.pk for one in plan.kept}
        groups.append(Group(sentence, [one for one in visible if one.pk in kept], changes=False))
    return groups


def _answers(person: User, purpose: Purpose, documents: Sequence[Document]) -> Answers:
    return (
        selections.decided(documents, purpose),
        standing.about_documents(person, documents, [purpose]),
    )


def _foreseen(
    person: User, purpose: Purpose, documents: Sequence[Document], acts: Sequence[Written]
) -> Answers:
    return selections.foresee(acts, lambda: _answers(person, purpose, documents))


def _groups(
    purpose: Purpose,
    documents: Iterable[Document],
    before: Answers,
    after: Answers,
    way: Way | None,
) -> list[Group]:
    """Put documents that fare alike together: what changes first."""
    found: dict[tuple[str, str], list[Document]] = {}
    for one in documents:
        found.setdefault(_fate(purpose, one, before, after, way), []).append(one)
    order = sorted(found, key=lambda fate: list(FATES).index(fate[0]))
    return [
        Group(sentence(fate, why, len(found[fate, why])), found[fate, why], "to_" in fate)
        for fate, why in order
    ]


def _as_it_stands(purpose: Purpose, documents: Iterable[Document], now: Answers) -> list[Group]:
    found: dict[str, list[Document]] = {}
    for one in documents:
        why = words.verdict(purpose, now[1][one.pk, purpose.pk], now[0][one.pk], one.organisation)
        found.setdefault(why, []).append(one)
    return [
        Group(
            ngettext("%(count)s document. %(why)s", "%(count)s documents. %(why)s", len(of))
            % {"count": len(of), "why": why},
            of,
            changes=False,
        )
        for why, of in found.items()
    ]


def _fate(
    purpose: Purpose, one: Document, before: Answers, after: Answers, way: Way | None
) -> tuple[str, str]:
    """Return what becomes of a document, and why if it stays closed; never who refused."""
    was, will = before[0][one.pk], after[0][one.pk]
    if was.allowed != will.allowed:
        return ("to_not_allowed" if was.allowed else "to_allowed"), ""
    if will.allowed:
        return "allowed", ""
    # A refusal hides why it was closed before; a yes shows what it cannot open.
    told = before if way is Way.REFUSE else after
    why = words.verdict(purpose, told[1][one.pk, purpose.pk], told[0][one.pk], one.organisation)
    closed = way is Way.ALLOW and will.reason in CLOSED_WHATEVER
    return ("never" if closed else "not_allowed"), why
