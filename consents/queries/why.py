"""Why the gate answers as it does: the rules in their order, and which of them decides.

The order is the precedence of ``permits.RULE``. What stands below the rule that decided is said
only as far as it is the reader's to know: their own words, the policy of the organisation, the
default. Whether other parties refused is said where it decides, and nowhere else; never who.
"""

from collections.abc import Mapping, Sequence, Set
from dataclasses import dataclass
from enum import StrEnum, auto

from django.db.models import Q
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from consents import standing
from consents.models import Document, Party, Purpose, Standing
from consents.models.purposes import Control
from consents.permits import Decision, Reason
from consents.queries import words
from consents.queries.words import moment
from consents.standing import Origin, Stand


class Rule(StrEnum):
    """The rules in order of precedence (standards §1.4): a higher one is not overruled."""

    LAW = auto()
    PROTECTED = auto()
    PARTIES = auto()
    ORGANISATION = auto()
    EVIDENCE = auto()
    CHOICE = auto()
    DEFAULT = auto()


TITLES: dict[Rule, str | Promise] = {
    Rule.LAW: gettext_lazy("The law, and pauses"),
    Rule.PROTECTED: gettext_lazy("Specially protected data and minors"),
    Rule.PARTIES: gettext_lazy("A refusal of any party"),
    Rule.ORGANISATION: gettext_lazy("The policy of the organisation"),
    Rule.EVIDENCE: gettext_lazy("The proof of what is said to protect the data"),
    Rule.CHOICE: gettext_lazy("Your choice"),
    Rule.DEFAULT: gettext_lazy("If nothing was chosen"),
}
OF_REASON: dict[Reason, Rule] = {
    Reason.SPECIAL: Rule.PROTECTED,
    Reason.PROTECTED_SIGNER: Rule.PROTECTED,
    Reason.PARTY_REFUSED: Rule.PARTIES,
    Reason.ORGANISATION_REFUSED: Rule.ORGANISATION,
    Reason.UNPROVEN: Rule.EVIDENCE,
    Reason.CONSENT_MISSING: Rule.CHOICE,
    Reason.CONSENTED: Rule.CHOICE,
    Reason.NO_OBJECTION: Rule.CHOICE,
    Reason.UNANSWERED: Rule.CHOICE,
}
GRAINS: dict[Origin, str | Promise] = {
    Origin.DOCUMENT: gettext_lazy("This document"),
    Origin.WITHIN: gettext_lazy("Documents of this organisation"),
    Origin.EVERYTHING: gettext_lazy("All my documents"),
}


@dataclass(frozen=True)
class Step:
    """One rule, what it says here, and whether it is the one that decided."""

    rule: Rule
    says: str
    decides: bool = False

    @property
    def title(self) -> str:
        """Return the rule's name."""
        return str(TITLES[self.rule])


@dataclass(frozen=True)
class Grain:
    """What the person chose at one grain, where to change it, and whether it is what holds."""

    origin: Origin
    says: str
    link: str
    holds: bool

    @property
    def title(self) -> str:
        """Return what the grain is."""
        return str(GRAINS[self.origin])


@dataclass(frozen=True)
class Why:
    """The answer to "why?" for one document and purpose."""

    steps: list[Step]
    grains: list[Grain]


@dataclass(frozen=True)
class Facts:
    """What one answer rests on, as far as the person may know it."""

    purpose: Purpose
    document: Document
    decision: Decision
    stand: Stand
    own: Sequence[Standing]
    policy: Standing | None


def why(
    person: User,
    documents: Sequence[Document],
    purposes: Sequence[Purpose],
    decisions: Mapping[tuple[int, int], Decision],
    stands: Mapping[tuple[int, int], Stand],
) -> dict[tuple[int, int], Why]:
    """Return why, for each (document id, purpose id): three queries, however many.

    ``decisions`` are the gate's answers and ``stands`` the person's own word, by the same keys.
    """
    own, under = _words_of(person, documents, purposes), _under(person, documents)
    policies = Standing.objects.filter(
        organisation__in={one.organisation_id for one in documents if one.organisation_id},
        purpose__in=purposes,
    )
    set_by = {(one.organisation_id, one.purpose_id): one for one in policies}
    facts = (
        Facts(
            purpose=purpose,
            document=document,
            decision=decisions[document.pk, purpose.pk],
            stand=stands[document.pk, purpose.pk],
            own=[one for one in own if _bears_on(one, document, purpose, under)],
            policy=set_by.get((document.organisation_id, purpose.pk)),
        )
        for document in documents
        for purpose in purposes
    )
    return {(one.document.pk, one.purpose.pk): _why(one) for one in facts}


def _words_of(
    person: User, documents: Sequence[Document], purposes: Sequence[Purpose]
) -> list[Standing]:
    """Return what the person chose that bears on one of the documents, the newest first."""
    said = Standing.objects.filter(
        Q(document__in=documents) | Q(document=None),
        Q(person=person) | Q(address__person=person),
        purpose__in=purposes,
    )
    return list(said.order_by("-event_id"))


def _under(person: User, documents: Sequence[Document]) -> set[tuple[int, int | None]]:
    """Return under which of the person's addresses they are in each document, by their ids."""
    mine = Party.objects.filter(document__in=documents, address__person=person)
    return set(mine.values_list("document_id", "address_id"))


def _bears_on(
    one: Standing, document: Document, purpose: Purpose, under: Set[tuple[int, int | None]]
) -> bool:
    """What was said under an address bears on the documents of that address alone."""
    narrow = one.document_id in (None, document.pk)
    wide = one.within_id in (None, document.organisation_id)
    mine = one.address_id is None or (document.pk, one.address_id) in under
    return one.purpose_id == purpose.pk and narrow and wide and mine


def _why(of: Facts) -> Why:
    decides = _decisive(of)
    steps = [
        Step(rule, says, rule is decides)
        for rule, says in _saying(of, decides).items()
        if says or rule is decides
    ]
    return Why(steps, _grains(of) if of.purpose.has_control else [])


def _decisive(of: Facts) -> Rule:
    rule = OF_REASON.get(of.decision.reason, Rule.LAW)
    if rule is Rule.CHOICE and of.stand.origin is Origin.DEFAULT:
        return Rule.DEFAULT
    return rule


def _saying(of: Facts, decides: Rule) -> dict[Rule, str]:
    """Return what each rule says here; nothing for those whose answer is not the reader's."""
    verdict = words.verdict(of.purpose, of.stand, of.decision, of.document.organisation)
    order = list(Rule)
    passed = {rule: order.index(rule) < order.index(decides) for rule in Rule}
    said = {
        Rule.LAW: _("Nothing in the way.") if passed[Rule.LAW] else "",
        Rule.PROTECTED: _protected(of, passed=passed[Rule.PROTECTED]),
        # Said where it decides, or where it is known that nobody did: below that it stays unsaid.
        Rule.PARTIES: _("No party refused.") if passed[Rule.PARTIES] else "",
        Rule.ORGANISATION: _policy(of),
        Rule.EVIDENCE: "",
        Rule.CHOICE: _own(of),
        Rule.DEFAULT: _default(of) if of.purpose.has_control else "",
    }
    return said | {decides: verdict}


def _protected(of: Facts, *, passed: bool) -> str:
    if not of.purpose.is_ai_training:
        return ""
    if of.document.special_category or of.document.involves_minor:
        return _("It would be closed by this, too.")
    return _("Nothing of the kind is known.") if passed else ""


def _policy(of: Facts) -> str:
    if of.document.organisation is None or not of.purpose.has_control:
        return ""
    if of.policy is not None and not of.policy.allowed:
        return _("%(organisation)s refused for all its documents.") % {
            "organisation": of.document.organisation.name
        }
    return _("It refused nothing.")


def _own(of: Facts) -> str:
    if not of.purpose.has_control or of.stand.origin is Origin.DEFAULT:
        return ""
    return words.since(words.word_of(of.purpose, of.stand), of.stand)


def _default(of: Facts) -> str:
    if of.purpose.control == Control.CONSENT:
        return _("Not allowed: it needs the agreement of every party.")
    return _("Allowed, until a party objects.")


def _grains(of: Facts) -> list[Grain]:
    """Return the person's word at each grain, the narrowest first, with the way to change it."""
    purpose = reverse("consents:purpose", args=[of.purpose.slug])
    links = {
        Origin.DOCUMENT: reverse("consents:document", args=[of.document.uid])
        + f"#choice-{of.purpose.slug}",
        Origin.WITHIN: f"{purpose}#of-organisations",
        Origin.EVERYTHING: f"{purpose}#choice-{of.purpose.slug}",
    }
    said: dict[Origin, Standing] = {}
    for one in of.own:  # the newest first
        said.setdefault(standing.origin_of(one), one)
    if of.document.organisation_id is None:
        del links[Origin.WITHIN]
    return [
        Grain(origin, _said(said.get(origin)), link, origin is of.stand.origin)
        for origin, link in links.items()
    ]


def _said(one: Standing | None) -> str:
    if one is None:
        return _("nothing chosen")
    word = _("allowed on %(when)s") if one.allowed else _("refused on %(when)s")
    return word % {"when": moment(one.since)}
