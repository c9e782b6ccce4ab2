"""One document: what it is used for, by whom, who else has it, how long it is kept."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum, auto

from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import User
from consents import permits, standing
from consents.models import Document, Party, PurposeText, PurposeVersion, Use
from consents.models.purposes import Control
from consents.permits import Decision
from consents.queries import uses, words
from consents.queries.catalogue import Catalogue
from consents.queries.choice import Choice, choice
from consents.queries.uses import Repeats
from consents.queries.why import Why, why
from consents.standing import Stand


@dataclass(frozen=True)
class Line:
    """One purpose for this document: the person's word, and what the gate answers."""

    choice: Choice
    text: PurposeText
    allowed: bool
    verdict: str
    example: str
    why: Why

    @property
    def icon(self) -> str:
        """Return the name of the icon of the gate's answer."""
        return "allowed" if self.allowed else "not-allowed"


@dataclass(frozen=True)
class PartyLine:
    """Somebody in the document: oneself in full, others with a masked address.

    Who is only in copy is not in the document itself: to the others they have initials only.
    """

    name: str
    email: str
    role: str
    signed_at: datetime | None
    is_me: bool


class Past(StrEnum):
    """What happened to the document in AI training."""

    NEVER = auto()
    BEFORE_REFUSAL = auto()
    AFTER_REFUSAL = auto()  # must not happen; if it did, the page says so
    USED = auto()


@dataclass(frozen=True)
class TrainingPast:
    """The uses of the document for AI training, and how they lie to the person's refusal."""

    past: Past
    uses: list[Repeats]
    refused_at: datetime | None

    @property
    def runs(self) -> int:
        """Return the number of trainings; uses whose training was not named count as one."""
        return len(self.uses)


@dataclass(frozen=True)
class Kind:
    """One kind of use the document was really put to, and what follows from it for the person."""

    title: str
    consequence: str


@dataclass(frozen=True)
class DocumentPage:
    """All of the page but its timeline, which has pages of its own."""

    document: Document
    lines: list[Line]
    kinds: list[Kind]
    parties: list[PartyLine]
    training: Line | None
    past: TrainingPast

    @property
    def title(self) -> str:
        """Return the title as a sentence can hold it."""
        return Truncator(self.document.title or _("Document without a title")).chars(120)

    @property
    def chosen(self) -> list[Line]:
        """Return the purposes with something to decide, AI training first."""
        lines = [one for one in self.lines if one.choice.purpose.control != Control.NONE]
        return sorted(lines, key=lambda one: not one.choice.purpose.is_ai_training)

    @property
    def needed(self) -> list[Line]:
        """Return the purposes without which the service cannot be given."""
        return [one for one in self.lines if one.choice.purpose.control == Control.NONE]


def document_page(
    person: User, of: Catalogue, document: Document, *, saved: str | None = None
) -> DocumentPage:
    """Return the page of a document that was fetched for this person."""
    known = [one for one in of.purposes if one.by_document and one.pk in of.versions]
    stands = standing.about_documents(person, [document], known)
    answers = {(document.pk, one.pk): permits.may(document.reference, one.slug) for one in known}
    reasons = why(person, [document], known, answers, stands)
    lines = []
    for purpose in known:
        key = document.pk, purpose.pk
        version = of.versions[purpose.pk]
        control = choice(
            purpose, version, stands[key], document=document, reason=answers[key].reason,
            saved=saved,
        )  # fmt: skip
        lines.append(_line(control, version.text(), document, answers[key], reasons[key]))
    training = next((one for one in lines if one.choice.purpose.is_ai_training), None)
    past = training_past(uses.training_uses(document), training.choice.stand if training else None)
    return DocumentPage(document, lines, kinds(document), parties(person, document), training, past)


def kinds(document: Document) -> list[Kind]:
    """Return the kinds of use there were, each in its newest wording that was in force then."""
    used = Use.objects.filter(document=document).values("version").distinct().order_by()
    versions = PurposeVersion.objects.filter(pk__in=used).order_by("purpose__position", "number")
    newest = {version.purpose_id: version.text() for version in versions}
    return [Kind(text.title, text.consequence) for text in newest.values()]


def training_past(of: Sequence[Repeats], stand: Stand | None) -> TrainingPast:
    """Return how the uses for training lie to the person's own refusal, if there is one."""
    refused_at = words.refused_at(stand) if stand and stand.event else None
    if not of:
        past = Past.NEVER
    elif refused_at is None:
        past = Past.USED
    else:
        late = max(one.last for one in of) > refused_at
        past = Past.AFTER_REFUSAL if late else Past.BEFORE_REFUSAL
    return TrainingPast(past, list(of), refused_at)


def parties(person: User, document: Document) -> list[PartyLine]:
    """Return who is in the document: oneself first, then in the order they were named."""
    rows = list(document.parties.select_related("address").order_by("pk"))
    sent_by_me = any(one.role == Party.Role.SENDER and _is(person, one) for one in rows)
    lines = [_party(party, person, sent_by_me=sent_by_me) for party in rows]
    return sorted(lines, key=lambda line: not line.is_me)


def masked(email: str) -> str:
    """Return the address with all but its first letter and its domain hidden.

    A party signed with the others and may know their names; their addresses stay theirs.
    """
    local, _at, domain = email.partition("@")
    return f"{local[:1]}•••@{domain}" if domain else ""


def initials(name: str) -> str:
    """Return the first letter of each word of a name."""
    return " ".join(f"{word[0]}." for word in name.split())


def _is(person: User, party: Party) -> bool:
    return party.address is not None and party.address.person_id == person.pk


def _party(party: Party, person: User, *, sent_by_me: bool) -> PartyLine:
    email = (party.address.email if party.address else None) or ""
    is_me = _is(person, party)
    name = party.name or (person.get_short_name() if is_me else "")
    is_shown = is_me or sent_by_me or party.role != Party.Role.COPY
    return PartyLine(
        name=name if is_shown else initials(name),
        email=email if is_me else masked(email),
        role=party.get_role_display(),
        signed_at=party.signed_at,
        is_me=is_me,
    )


def _line(
    control: Choice, text: PurposeText, document: Document, decision: Decision, reason: Why
) -> Line:
    return Line(
        choice=control,
        text=text,
        allowed=decision.allowed,
        verdict=words.verdict(control.purpose, control.stand, decision, document.organisation),
        # Not str.format(): braces in a title are no placeholders.
        example=text.example.replace("{document}", document.title),
        why=reason,
    )
