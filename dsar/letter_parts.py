"""What each letter has to say, by law, and that none leaves without it.

A letter is rendered in the person's language; before it goes, every required part is looked for in
the rendered words. A template, or a translation, that loses one fails the act that would send it:
nothing is refused or extended with half a letter.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext, override
from django.utils.translation import gettext_lazy as _

from portal.lib.errors import DomainError
from portal.lib.office.contacts import controller

Known = Mapping[str, Any]


class PartMissing(DomainError):
    """A letter would have left without something that the person is owed."""

    code = "letter_part_missing"


@dataclass(frozen=True)
class Part:
    """One thing that a letter says: its name for staff, and its words from what is known.

    ``words`` is called in the language of the letter.
    """

    name: str
    label: str | Promise
    words: Callable[[Known], str]


GROUND = Part("ground", _("the ground"), lambda k: str(k["request"].get_refusal_ground_display()))
EVIDENCE = Part("evidence", _("what shows it"), lambda k: k["request"].refusal_evidence)
NEW_DATE = Part(
    "new_date", _("the new date"), lambda k: date_format(k["request"].due_on, "DATE_FORMAT")
)
REASON = Part("reason", _("the reason"), lambda k: k["request"].get_extension_reason_display())
EXPLANATION = Part("explanation", _("the explanation"), lambda k: k["request"].extension_note)
RESOLUTION = Part("resolution", _("what was decided"), lambda k: k["request"].resolution)
APPEAL = Part("appeal", _("how to contest it with us"), lambda k: str(controller()["dpo_email"]))
# The sentences of the law that answers the request: where to complain, and the court.
AUTHORITY = Part("authority", _("the supervisory authority"), lambda k: k["remedies"][0])
COURT = Part("court", _("the way to a court"), lambda k: k["remedies"][1])
QUESTION = Part("reason", _("why we ask"), lambda k: k["pause"].get_reason_display())
FIRST = Part("first", _("the other request"), lambda k: k["first"].reference)
DECIDER = Part("decider", _("who decides about the data"), lambda k: k["decider"])
PLACE = Part("place", _("where the whole answer stands"), lambda k: k["url"])
REFERENCE = Part("reference", _("the reference"), lambda k: k["request"].reference)
DUE = Part("due", _("the promised date"), NEW_DATE.words)
DUE_DAY = Part("due", _("the promised date"), lambda k: date_format(k["request"].due_on, "l j F Y"))
LINK = Part("link", _("the link"), lambda k: k["link"])
LIFTED = Part(
    "lifted", _("from when it is used again"), lambda k: date_format(k["restriction"].lift_on)
)
WHY_LIFTED = Part("reason", _("the reason"), lambda k: k["restriction"].lift_reason)

REMEDIES = (APPEAL, AUTHORITY, COURT)  # art. 12(4)
LETTERS: dict[str, tuple[Part, ...]] = {
    "received": (REFERENCE, DUE, PLACE),
    "appeal": (REFERENCE, DUE, PLACE),
    "identity": (REFERENCE, LINK),
    "identity_again": (LINK,),
    "due_moved": (DUE_DAY, PLACE),
    "restricted": (*REMEDIES, PLACE),
    "rectified": (*REMEDIES, PLACE),
    "lifting": (LIFTED, WHY_LIFTED, *REMEDIES, PLACE),
    "erased": (LINK, *REMEDIES),
    "obeyed": (PLACE,),
    "grace": (PLACE,),
    "reopened": (DUE, PLACE),
    "withdrawn": (PLACE,),
    "expiring": (PLACE,),
    "agent_took": (PLACE,),
    "agent_already": (REFERENCE, PLACE),
    "refused": (GROUND, EVIDENCE, *REMEDIES, PLACE),
    "extended": (NEW_DATE, REASON, EXPLANATION, *REMEDIES, PLACE),
    "answered": (RESOLUTION, *REMEDIES, PLACE),
    "unidentified": (*REMEDIES, PLACE),
    "question": (QUESTION, PLACE),
    "duplicate": (FIRST, PLACE),
    "forwarded": (DECIDER, PLACE),
    "ready": (PLACE,),
    "message": (PLACE,),
}


def missing(letter: str, text: str, known: Known, language: str) -> list[Part]:
    """Return the parts that the rendered letter does not say."""
    whole = _flat(text)
    with override(language):
        said = [(part, _flat(part.words(known))) for part in LETTERS.get(letter, ())]
    return [part for part, words in said if not words or words not in whole]


def require(letter: str, text: str, known: Known, language: str) -> None:
    """Let a letter pass that says all it has to.

    Raises:
        PartMissing: it lacks a part, which is named.
    """
    for part in missing(letter, text, known, language):
        raise PartMissing(
            gettext("This letter cannot leave: it does not name %(part)s.") % {"part": part.label}
        )


def _flat(text: str) -> str:
    """Return the words in one line: a letter may break them anywhere."""
    return " ".join(str(text).split())
