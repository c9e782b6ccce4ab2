"""The control of one purpose: the state in words, and the acts that are open to the person."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from accounts.models import Organisation
from consents.actions.scopes import CLOSED_WHATEVER
from consents.models import ChoiceEvent, Document, Purpose, PurposeText, PurposeVersion
from consents.models.ledger import Act
from consents.models.purposes import Control
from consents.permits import Reason
from consents.queries import words
from consents.queries.words import OWN, Word
from consents.standing import Origin, Stand

REFUSE, ALLOW, FOLLOW = "refuse", "allow", "follow"

ALL, ONE_ORGANISATION, ONE_DOCUMENT = "all", "organisation", "document"

# What the button says: the act itself, and about what.
LABELS: dict[tuple[str, str, str], str | Promise] = {
    (Control.CONSENT, ALL, REFUSE): gettext_lazy("Refuse"),
    (Control.CONSENT, ALL, ALLOW): gettext_lazy("Allow"),
    (Control.CONSENT, ONE_ORGANISATION, REFUSE): gettext_lazy("Refuse for this organisation"),
    (Control.CONSENT, ONE_ORGANISATION, ALLOW): gettext_lazy("Allow for this organisation"),
    (Control.CONSENT, ONE_DOCUMENT, REFUSE): gettext_lazy("Refuse for this document"),
    (Control.CONSENT, ONE_DOCUMENT, ALLOW): gettext_lazy("Allow for this document"),
    (Control.OBJECTION, ALL, REFUSE): gettext_lazy("Object"),
    (Control.OBJECTION, ALL, ALLOW): gettext_lazy("Withdraw my objection"),
    (Control.OBJECTION, ONE_ORGANISATION, REFUSE): gettext_lazy("Object for this organisation"),
    (Control.OBJECTION, ONE_ORGANISATION, ALLOW): gettext_lazy("Withdraw my objection here"),
    (Control.OBJECTION, ONE_DOCUMENT, REFUSE): gettext_lazy("Object for this document"),
    (Control.OBJECTION, ONE_DOCUMENT, ALLOW): gettext_lazy("Withdraw my objection here"),
}
TRAINING_LABELS: dict[tuple[str, str, str], str | Promise] = {
    (Control.CONSENT, ALL, REFUSE): gettext_lazy("Refuse AI training"),
    (Control.CONSENT, ALL, ALLOW): gettext_lazy("Allow AI training"),
    (Control.CONSENT, ONE_DOCUMENT, REFUSE): gettext_lazy("Refuse AI training for this document"),
    (Control.CONSENT, ONE_DOCUMENT, ALLOW): gettext_lazy("Allow AI training for this document"),
    (Control.OBJECTION, ALL, REFUSE): gettext_lazy("Object to AI training"),
}


@dataclass(frozen=True)
class Offer:
    """One act the person can do now, with the words of its button."""

    act: str
    label: str


@dataclass(frozen=True)
class Choice:
    """One purpose as one person stands to it, about everything, an organisation or a document.

    ``saved_at`` is only set right after the person's own act, to confirm it in its place.
    """

    purpose: Purpose
    version: PurposeVersion | None
    text: PurposeText | None
    stand: Stand
    word: Word
    offers: tuple[Offer, ...]
    document: Document | None = None
    within: Organisation | None = None
    saved_at: datetime | None = None

    @property
    def may_follow(self) -> bool:
        """Whether it is an exception of the person's own, that they can take back here."""
        asked = Origin.DOCUMENT if self.document else Origin.WITHIN if self.within else None
        event = self.stand.event
        mine = event is not None and event.person_id is not None
        return bool(self.offers) and mine and self.stand.origin == asked

    @property
    def key(self) -> str:
        """Return what is unique on its page: for anchors, focus and the part that is replaced."""
        scope = f"-{self.within.uid}" if self.within else ""
        return f"choice-{self.purpose.slug}{scope}"

    @property
    def title(self) -> str:
        """Return the purpose's name in the person's language."""
        return self.text.title if self.text else self.purpose.slug

    @property
    def state(self) -> str:
        """Return the word of the state."""
        return words.state(self.word, allowed=self.stand.allowed)

    @property
    def icon(self) -> str:
        """Return the name of the state's icon."""
        used = self.stand.allowed and self.word not in (Word.NOT_USED, Word.NOT_IN_FORCE)
        return "allowed" if used else "not-allowed"

    @property
    def since(self) -> str:
        """Return since when, and by whose act."""
        return words.since(self.word, self.stand)

    @property
    def grain(self) -> str:
        """Return at which grain it was chosen, where that is not the page's own."""
        asked = Origin.DOCUMENT if self.document else Origin.WITHIN if self.within else None
        mine = self.stand.origin in OWN and self.stand.origin != (asked or Origin.EVERYTHING)
        return str(words.GRAIN[self.stand.origin]) if mine else ""

    @property
    def receipt(self) -> UUID | None:
        """Return the uid of the person's own act, of which there is a receipt."""
        event = self.stand.event
        return event.uid if event and self.stand.origin in OWN else None

    @property
    def clause_id(self) -> int | None:
        """Return the clause of a contract that is said to have agreed."""
        event = self.stand.event
        return event.clause_id if event and self.word is Word.BY_CONTRACT else None

    @property
    def fields(self) -> dict[str, str]:
        """Return what the form sends along: the words that were shown, and about what it is."""
        sent = {"version": str(self.version.number) if self.version else ""}
        if self.document:
            sent["document"] = str(self.document.uid)
        if self.within:
            sent["organisation"] = str(self.within.uid)
        return sent


def choice(
    purpose: Purpose,
    version: PurposeVersion | None,
    stand: Stand,
    *,
    document: Document | None = None,
    within: Organisation | None = None,
    reason: Reason | None = None,
    saved: str | None = None,
) -> Choice:
    """Return the control. ``reason`` is the gate's answer for the document, ``saved`` the uid of
    the act that the person did just now."""
    word = words.word_of(purpose, stand, in_force=version is not None)
    acts = _acts(purpose, word, stand) if purpose.has_control and version else ()
    if reason in CLOSED_WHATEVER:
        acts = tuple(act for act in acts if act == REFUSE)
    scope = ONE_DOCUMENT if document else ONE_ORGANISATION if within else ALL
    return Choice(
        purpose=purpose, version=version, text=version.text() if version else None, stand=stand,
        word=word, offers=tuple(_offer(purpose, act, scope, word) for act in acts),
        document=document, within=within,
        saved_at=_saved_at(stand.event, saved) or _taken_back_at(purpose, document, within, saved),
    )  # fmt: skip


def pick(choices: Iterable[Choice], slug: str) -> Choice | None:
    """Return the choice of one purpose among them."""
    return next((one for one in choices if one.purpose.slug == slug), None)


def _acts(purpose: Purpose, word: Word, stand: Stand) -> tuple[str, ...]:
    """Return what can be done: the other direction; both where nothing was said yet.

    Both are one act on the same control (invariant 6).
    """
    if stand.origin in OWN:
        return (REFUSE,) if stand.allowed else (ALLOW,)
    asked = purpose.control == Control.CONSENT and word is not Word.BY_CONTRACT
    undecided = asked or word is Word.UNANSWERED
    return (REFUSE, ALLOW) if undecided else (REFUSE,)


def _offer(purpose: Purpose, act: str, scope: str, word: Word) -> Offer:
    # Who never objected has no objection to withdraw: their yes is called what it is.
    control = Control.CONSENT if word is Word.UNANSWERED and act == ALLOW else purpose.control
    key = (control, scope, act)
    special = TRAINING_LABELS.get(key) if purpose.is_ai_training else None
    return Offer(act, str(special or LABELS[key]))


def _saved_at(event: ChoiceEvent | None, saved: str | None) -> datetime | None:
    return event.at if event is not None and str(event.uid) == saved else None


def _taken_back_at(
    purpose: Purpose, document: Document | None, within: Organisation | None, saved: str | None
) -> datetime | None:
    """Return when the exception here was taken back, if that is what was saved just now.

    The act stands for nothing itself: the wider choice does. Asked only right after an act.
    """
    if saved is None or (document is None and within is None):
        return None
    act = ChoiceEvent.objects.filter(
        uid=saved, act=Act.FOLLOWS_AGAIN, purpose=purpose, document=document, within=within
    )
    return act.values_list("at", flat=True).first()
