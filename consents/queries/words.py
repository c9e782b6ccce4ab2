"""The words for a state: what a person chose, since when, and what the gate makes of it.

The state is always said in words with its date (never by a colour or a position), each sentence
true for one shape of the law: consent, objection, or nothing to choose.
"""

from datetime import datetime
from enum import StrEnum, auto

from django.utils import formats, timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from accounts.models import Organisation
from consents.models import Purpose
from consents.models.ledger import Act, Source
from consents.models.purposes import Control
from consents.permits import Decision, Reason
from consents.standing import Origin, Stand

OWN = frozenset({Origin.DOCUMENT, Origin.WITHIN, Origin.EVERYTHING})


class Word(StrEnum):
    """How one person stands to one purpose: one of these, and nothing between."""

    NEEDED = auto()
    NOT_USED = auto()
    NOT_IN_FORCE = auto()
    NEVER_ALLOWED = auto()
    NEVER_OBJECTED = auto()
    AGREED = auto()
    REFUSED = auto()
    WITHDREW = auto()
    OBJECTED = auto()
    OBJECTION_WITHDRAWN = auto()
    NOT_OBJECTED = auto()
    UNANSWERED = auto()
    LAPSED = auto()
    BY_CONTRACT = auto()
    BY_POLICY = auto()


BY_ACT = {
    Act.CONSENT_GIVEN: Word.AGREED,
    Act.CONSENT_REFUSED: Word.REFUSED,
    Act.CONSENT_WITHDRAWN: Word.WITHDREW,
    Act.OBJECTION_LODGED: Word.OBJECTED,
    Act.OBJECTION_WITHDRAWN: Word.OBJECTION_WITHDRAWN,
    Act.NOT_OBJECTED: Word.NOT_OBJECTED,
}
BY_CONTROL = {
    Control.NONE: Word.NEEDED,
    Control.NOT_USED: Word.NOT_USED,
    Control.CONSENT: Word.NEVER_ALLOWED,
    Control.OBJECTION: Word.NEVER_OBJECTED,
}


def word_of(purpose: Purpose, stand: Stand, *, in_force: bool = True) -> Word:
    """Return the one word for the person's state."""
    if not in_force:
        return Word.NOT_IN_FORCE
    if stand.origin is Origin.CONTRACT:
        return Word.BY_CONTRACT
    if stand.origin is Origin.UNANSWERED:
        return Word.UNANSWERED
    if stand.origin is Origin.LAPSED:
        return Word.LAPSED
    if stand.origin is Origin.POLICY:
        return Word.BY_POLICY
    if purpose.has_control and stand.event is not None:
        return BY_ACT[Act(stand.event.act)]
    return BY_CONTROL[Control(purpose.control)]


SINCE: dict[Word, str | Promise] = {
    Word.NEEDED: gettext_lazy(
        "The service cannot be given without it. There is nothing to choose."
    ),
    Word.NOT_USED: gettext_lazy("The service does not do this, for anybody."),
    Word.NOT_IN_FORCE: gettext_lazy("It is not in effect yet. Until then it is not done."),
    Word.NEVER_ALLOWED: gettext_lazy("You have never allowed it."),
    Word.NEVER_OBJECTED: gettext_lazy("You have not objected."),
    Word.AGREED: gettext_lazy("You agreed on %(when)s."),
    Word.REFUSED: gettext_lazy("You refused on %(when)s."),
    Word.WITHDREW: gettext_lazy("You withdrew your agreement on %(when)s."),
    Word.OBJECTED: gettext_lazy("You objected on %(when)s."),
    Word.OBJECTION_WITHDRAWN: gettext_lazy("You withdrew your objection on %(when)s."),
    Word.NOT_OBJECTED: gettext_lazy("You accepted it on %(when)s."),
    Word.UNANSWERED: gettext_lazy(
        "It has been wider since %(when)s, and you have not answered. Until you do it is not "
        "allowed."
    ),
    Word.LAPSED: gettext_lazy(
        "You agreed on %(when)s, to less than it is today. Until you agree again it is not allowed."
    ),
    Word.BY_CONTRACT: gettext_lazy(
        "A clause of the contract of %(organisation)s agreed for its members on %(when)s."
    ),
    Word.BY_POLICY: gettext_lazy("%(organisation)s refused for all its documents on %(when)s."),
}
BY_SIGNAL = gettext_lazy("Your browser’s privacy signal refused it on %(when)s.")
GRAIN: dict[Origin, str | Promise] = {
    Origin.DOCUMENT: gettext_lazy("This is your choice for this document."),
    Origin.WITHIN: gettext_lazy("This is your choice for the documents of this organisation."),
    Origin.EVERYTHING: gettext_lazy("This is your choice for all your documents."),
}


def moment(at: datetime) -> str:
    """Return a date with its hour, in the person's language and time zone."""
    return str(formats.date_format(timezone.localtime(at), "DATETIME_FORMAT"))


def since(word: Word, stand: Stand) -> str:
    """Return the sentence that says since when, and by whose act, the state holds."""
    if stand.event is not None and stand.event.source == Source.GPC:
        return str(BY_SIGNAL) % {"when": moment(stand.event.at)}
    organisation = stand.event.organisation if stand.event else None
    return str(SINCE[word]) % {
        "when": moment(stand.since) if stand.since else "",
        "organisation": organisation.name if organisation else "",
    }


def refused_at(stand: Stand | None) -> datetime | None:
    """Return since when it is a no (aware); None where it is none.

    An agreement that has lapsed was a yes on its day: what was done then was not against it.
    """
    if stand is None or stand.allowed or stand.origin is Origin.LAPSED:
        return None
    return stand.since


STATE: dict[Word, str | Promise] = {
    Word.NEEDED: pgettext_lazy("a purpose", "In use"),
    Word.NOT_USED: pgettext_lazy("a purpose", "Not used"),
    Word.NOT_IN_FORCE: pgettext_lazy("a purpose", "Not in effect"),
}
ALLOWED = pgettext_lazy("a use", "Allowed")
NOT_ALLOWED = pgettext_lazy("a use", "Not allowed")


def state(word: Word, *, allowed: bool) -> str:
    """Return the word beside the icon."""
    return str(STATE.get(word) or (ALLOWED if allowed else NOT_ALLOWED))


# What the gate says, to a person of the document. It never names who refused.
VERDICTS: dict[Reason, str | Promise] = {
    Reason.UNAVAILABLE: gettext_lazy("Not allowed: it could not be checked just now."),
    Reason.UNKNOWN_PURPOSE: gettext_lazy("Not allowed: it is not a purpose of this service."),
    Reason.NOT_IN_FORCE: gettext_lazy("Not allowed: it is not in effect."),
    Reason.NOT_USED: gettext_lazy("Not used: the service does not do this, for anybody."),
    Reason.UNKNOWN_DOCUMENT: gettext_lazy("Not allowed: the document is not known."),
    Reason.GONE: gettext_lazy("Not allowed: the document has been removed."),
    Reason.RESTRICTED: gettext_lazy("Not allowed: the use of this document is paused."),
    Reason.SPECIAL: gettext_lazy(
        "Not allowed, whatever anybody chooses: the document holds specially protected data, "
        "such as data about health."
    ),
    Reason.PROTECTED_SIGNER: gettext_lazy(
        "Not allowed, whatever anybody chooses: a signer is a minor or not known to us."
    ),
    Reason.PARTY_REFUSED: gettext_lazy("Not allowed: at least one other party refused."),
    Reason.ORGANISATION_REFUSED: gettext_lazy(
        "Not allowed: %(organisation)s refused for all its documents."
    ),
    Reason.CONSENT_MISSING: gettext_lazy("Not allowed: not every party has agreed."),
    Reason.UNANSWERED: gettext_lazy(
        "Not allowed: it has grown wider, and not every party has answered."
    ),
    Reason.UNPROVEN: gettext_lazy(
        "Not allowed now: the service says that the data are protected, and has no valid evidence."
    ),
    Reason.NECESSARY: gettext_lazy("In use: needed for the service."),
    Reason.NO_OBJECTION: gettext_lazy("Allowed: no party has objected."),
    Reason.CONSENTED: gettext_lazy("Allowed: every party has agreed."),
}
MY_REFUSAL: dict[str, str | Promise] = {
    Control.CONSENT: gettext_lazy("Not allowed: you refused."),
    Control.OBJECTION: gettext_lazy("Not allowed: you objected."),
}


def verdict(
    purpose: Purpose, stand: Stand, decision: Decision, organisation: Organisation | None
) -> str:
    """Return the gate's answer for one document in words, seen from one of its parties."""
    if decision.reason is Reason.PARTY_REFUSED and not stand.allowed and stand.origin in OWN:
        return str(MY_REFUSAL[purpose.control])
    if decision.reason is Reason.CONSENT_MISSING and not stand.allowed:
        return _("Not allowed: you have not agreed.")
    if decision.reason is Reason.UNANSWERED and stand.origin is Origin.UNANSWERED:
        return _("Not allowed: it has grown wider, and you have not answered.")
    if decision.reason is Reason.CONSENTED and stand.origin is Origin.CONTRACT:
        return _("Allowed: the contract agreed for you.")
    name = organisation.name if organisation else ""
    return str(VERDICTS[decision.reason]) % {"organisation": name}
