"""The page of one document for a signer who came by a link and a code."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.models import Address
from consents import permits, standing
from consents.models import (
    ChoiceEvent,
    Document,
    DocumentLink,
    Party,
    Purpose,
    PurposeText,
    PurposeVersion,
    Receipt,
    Standing,
)
from consents.models.purposes import Control
from consents.permits import Decision
from consents.queries import uses, words
from consents.queries.applied import Progress, progress
from consents.queries.catalogue import Catalogue
from consents.queries.choice import REFUSE, Choice, choice
from consents.queries.document import TrainingPast, initials, masked, training_past
from consents.standing import Origin, Stand


@dataclass(frozen=True)
class SignerLine:
    """One purpose for the document: the signer's word, the gate's answer, and what they can do."""

    choice: Choice
    text: PurposeText
    allowed: bool
    verdict: str
    example: str
    may_refuse_all: bool

    @property
    def icon(self) -> str:
        """Return the name of the icon of the gate's answer."""
        return "allowed" if self.allowed else "not-allowed"


@dataclass(frozen=True)
class SignerParty:
    """Somebody in the document: the signer in full, others with a masked address."""

    name: str
    email: str
    role: str
    signed_at: datetime | None
    is_me: bool


@dataclass(frozen=True)
class Door:
    """What stands before the code: nothing of the document, but whether it may train AI.

    ``is_choice`` is False where the service does not train, or may not yet. ``at`` (aware) is when
    the gate was asked.
    """

    at: datetime
    purpose: Purpose | None = None
    version: PurposeVersion | None = None
    text: PurposeText | None = None
    is_choice: bool = False
    allowed: bool = False


@dataclass(frozen=True)
class Done:
    """A refusal this browser made by the link. ``event`` is None where it had stood before: when
    and by whom is told to nobody who only holds a link."""

    slug: str
    title: str
    everything: bool
    event: ChoiceEvent | None
    progress: Progress | None = None

    @property
    def number(self) -> str:
        """Return the number of the act, unique on its page."""
        return str(self.event.uid) if self.event else ""


@dataclass(frozen=True)
class SignerPage:
    """All of the opened page but its timeline."""

    document: Document
    lines: list[SignerLine]
    parties: list[SignerParty]
    training: SignerLine | None
    past: TrainingPast

    @property
    def title(self) -> str:
        """Return the title as a sentence can hold it."""
        return Truncator(self.document.title or _("Document without a title")).chars(120)

    @property
    def chosen(self) -> list[SignerLine]:
        """Return the purposes with something to decide, AI training first."""
        lines = [one for one in self.lines if one.choice.purpose.control != Control.NONE]
        return sorted(lines, key=lambda one: not one.choice.purpose.is_ai_training)

    @property
    def needed(self) -> list[SignerLine]:
        """Return the purposes without which the service cannot be given."""
        return [one for one in self.lines if one.choice.purpose.control == Control.NONE]


def door(of: Catalogue, document: Document, *, now: datetime) -> Door:
    """Return what is said to whoever holds the link, without naming the document."""
    purpose = of.training
    version = of.versions.get(purpose.pk) if purpose else None
    if purpose is None or version is None:
        return Door(now)
    allowed = permits.may(document.reference, purpose.slug, now=now).allowed
    return Door(now, purpose, version, version.text(), purpose.has_control, allowed)


def signer_page(link: DocumentLink, of: Catalogue) -> SignerPage:
    """Return the page of the link's document as the holder of its address may see it."""
    document = link.document
    known = [one for one in of.purposes if one.by_document and one.pk in of.versions]
    stands = stands_of(link, known)
    lines = []
    for purpose in known:
        decision = permits.may(document.reference, purpose.slug)
        control = choice(
            purpose, of.versions[purpose.pk], stands[purpose.pk], document=document,
            reason=decision.reason,
        )  # fmt: skip
        lines.append(_line(control, of.versions[purpose.pk].text(), document, decision))
    training = next((one for one in lines if one.choice.purpose.is_ai_training), None)
    past = training_past(uses.training_uses(document), training.choice.stand if training else None)
    return SignerPage(document, lines, parties(document, link.address), training, past)


def stands_of(link: DocumentLink, purposes: Sequence[Purpose]) -> dict[int, Stand]:
    """Return the word of the address on each purpose (by id): its person's, if it has one."""
    document, address = link.document, link.address
    if address.person is not None:
        found = standing.about_documents(address.person, [document], purposes)
        return {purpose.pk: found[document.pk, purpose.pk] for purpose in purposes}
    bearing = Q(document=document) | Q(document=None)
    own = Standing.objects.filter(bearing, address=address, purpose__in=purposes)
    by_purpose: dict[int, list[Standing]] = {}
    for one in own.select_related("event__version"):
        by_purpose.setdefault(one.purpose_id, []).append(one)
    now = timezone.now()
    floors = PurposeVersion.objects.floors(now)
    return {
        purpose.pk: standing.resolve(
            purpose,
            by_purpose.get(purpose.pk, []),
            policy=_policy(document, purpose),
            floor=floors.get(purpose.pk, 0),
            widened_at=_widened_for(address, purpose, now),
        )
        for purpose in purposes
    }


def parties(document: Document, address: Address) -> list[SignerParty]:
    """Return who is in the document: oneself first, then in the order they were named."""
    rows = list(document.parties.select_related("address").order_by("pk"))
    mine = [one for one in rows if one.address_id == address.pk]
    sent_by_me = any(one.role == Party.Role.SENDER for one in mine)
    lines = [_party(party, address, sent_by_me=sent_by_me) for party in rows]
    return sorted(lines, key=lambda line: not line.is_me)


def own_receipts(link: DocumentLink) -> QuerySet[Receipt]:
    """Return the receipts of whoever entered the code: of the address, and of its person's acts
    about this document. Those of the rest of an account are behind its sign-in."""
    mine = Q(event__address=link.address_id)
    if link.address.person_id is not None:
        mine |= Q(event__person=link.address.person_id, event__document=link.document_id)
    found = Receipt.objects.filter(mine).select_related(
        "event__version", "event__purpose", "event__document", "event__within"
    )
    return found.order_by("-event_id")


def done_here(link: DocumentLink, refusals: Sequence[Mapping[str, Any]]) -> list[Done]:
    """Return the refusals of this browser by the link, the newest first, in words."""
    acts = [one["act"] for one in refusals if one["act"]]
    receipts = Receipt.objects.filter(event__uid__in=acts).select_related("event")
    events = {str(one.event.uid): one.event for one in receipts}
    versions = PurposeVersion.objects.in_force(timezone.now()).select_related("purpose")
    titles = {one.purpose.slug: one.text().title for one in versions}
    return [
        Done(
            slug=one["purpose"],
            title=titles.get(one["purpose"], one["purpose"]),
            everything=one["everything"],
            event=event,
            progress=progress(event) if event else None,
        )
        for one in reversed(refusals)
        for event in [events.get(one["act"])]
    ]


def _policy(document: Document, purpose: Purpose) -> Standing | None:
    """Return the refusal of the document's organisation; its agreement speaks for members only."""
    if document.organisation_id is None:
        return None
    refused = Standing.objects.filter(
        organisation=document.organisation_id, purpose=purpose, allowed=False
    )
    return refused.select_related("event__organisation", "event__version").first()


def _widened_for(address: Address, purpose: Purpose, now: datetime) -> datetime | None:
    """Return when an objection-based purpose grew wider than the address knew it, if it did."""
    if purpose.control != Control.OBJECTION:
        return None
    at = PurposeVersion.objects.filter(purpose=purpose).widened_at(now).get(purpose.pk)
    return at if at is not None and address.created_at < at else None


def _party(party: Party, address: Address, *, sent_by_me: bool) -> SignerParty:
    email = (party.address.email if party.address else None) or ""
    is_me = party.address_id == address.pk
    is_shown = is_me or sent_by_me or party.role != Party.Role.COPY
    return SignerParty(
        name=party.name if is_shown else initials(party.name),
        email=email if is_me or not email else masked(email),
        role=party.get_role_display(),
        signed_at=party.signed_at,
        is_me=is_me,
    )


def _line(control: Choice, text: PurposeText, document: Document, decision: Decision) -> SignerLine:
    refusing = tuple(offer for offer in control.offers if offer.act == REFUSE)
    return SignerLine(
        choice=replace(control, offers=refusing),
        text=text,
        allowed=decision.allowed,
        verdict=words.verdict(control.purpose, control.stand, decision, document.organisation),
        # Not str.format(): braces in a title are no placeholders.
        example=text.example.replace("{document}", document.title),
        may_refuse_all=control.purpose.has_control and not _is_refused_for_all(control.stand),
    )


def _is_refused_for_all(stand: Stand) -> bool:
    return not stand.allowed and stand.origin is Origin.EVERYTHING
