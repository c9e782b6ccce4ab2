"""The office's own words of a letter: text with placeholders, filled in once, never evaluated.

A placeholder is a name in braces, ``{reference}``. What it stands for comes from what the letter
knows, in the letter's language; whole sentences that depend on the case (``{remedies}`` of them:
officer, authority, court) are placeholders too, so that own words cannot be wrong in another case.
Which of them a letter must hold is the law's (``required``).
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.template import Context
from django.template.loader import get_template
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dsar import letter_parts
from dsar.models.requests import Kind
from dsar.reckoning import long_date
from portal.lib.mail import Wording
from portal.lib.office import store
from portal.lib.office.contacts import controller
from portal.lib.office.shapes import one_line

KEY = "letter:"
PLACEHOLDER = re.compile(r"\{([a-z_]+)\}")
Known = Mapping[str, Any]
Words = str | Promise


@dataclass(frozen=True)
class Placeholder:
    """One name that own words may hold: what it stands for, and how it is found."""

    name: str
    label: Words
    words: Callable[[Known], str]


@dataclass(frozen=True)
class Letter:
    """One letter: when it is sent, which placeholders it may hold, and which it must (why)."""

    name: str
    label: Words
    may: tuple[str, ...]
    must: tuple[str, ...]
    kind: Kind = Kind.ACCESS  # of the made-up request it is shown with
    subject_must: tuple[str, ...] = ()


def _day(value: date | datetime | None) -> str:
    return date_format(value, "DATE_FORMAT") if value else ""


def _moment(value: datetime | None) -> str:
    return date_format(timezone.localtime(value), "DATETIME_FORMAT") if value else ""


def _part(name: str) -> Callable[[Known], str]:
    """Return how a sentence that depends on the case is found: by its own small template."""

    def words(known: Known) -> str:
        plain = get_template(f"mail/dsar/_{name}.txt").template  # type: ignore[attr-defined]
        return str(plain.render(Context(dict(known), autoescape=False))).strip()

    return words


def _expires(format_: Callable[[Any], str]) -> Callable[[Known], str]:
    return lambda k: format_(k["package"].expires_at)


ALL = {
    one.name: one
    for one in (
        Placeholder("reference", _("the reference"), lambda k: k["request"].reference),
        Placeholder("kind", _("what was asked for"), lambda k: k["request"].get_kind_display()),
        Placeholder("received", _("the day it came in"), lambda k: _day(k["request"].received_on)),
        Placeholder("due", _("the day of the answer"), lambda k: _day(k["request"].due_on)),
        Placeholder("page", _("the address of its page"), lambda k: k["url"]),
        Placeholder("controller", _("who decides"), lambda k: controller()["name"]),
        Placeholder(
            "officer", _("the officer’s e-mail address"), lambda k: controller()["dpo_email"]
        ),
        Placeholder("authority", _("where to complain"), lambda k: k["remedies"][0]),
        Placeholder("court", _("the way to a court"), lambda k: k["remedies"][1]),
        Placeholder("next", _("what happens next"), _part("next")),
        Placeholder("link", _("the link"), lambda k: k["link"]),
        Placeholder("agent", _("who says that they act for you, if somebody does"), _part("agent")),
        Placeholder(
            "agent_told", _("who acts for you and is told, if somebody"), _part("agent_told")
        ),
        Placeholder(
            "agent_name",
            _("who acts for the person"),
            lambda k: k["agent"].agent_name or k["agent"].agent_email,
        ),
        Placeholder("doubt", _("why we doubt who asks, if we do"), _part("doubt")),
        Placeholder("ground", _("the ground"), lambda k: k["request"].get_refusal_ground_display()),
        Placeholder("evidence", _("what shows it"), lambda k: k["request"].refusal_evidence),
        Placeholder("outcome", _("how it ended"), _part("outcome")),
        Placeholder("corrected", _("whether all was corrected"), _part("corrected")),
        Placeholder("resolution", _("what was decided"), lambda k: k["request"].resolution),
        Placeholder(
            "reason",
            _("why it takes longer"),
            lambda k: k["request"].get_extension_reason_display(),
        ),
        Placeholder("explanation", _("the explanation"), lambda k: k["request"].extension_note),
        Placeholder("asked_because", _("why we ask"), lambda k: k["pause"].get_reason_display()),
        Placeholder("clock", _("whether the time stands still"), _part("clock")),
        Placeholder("day", _("the day it ends"), lambda k: _day(k["restriction"].lift_on)),
        Placeholder("because", _("the reason"), _part("because")),
        Placeholder("lift_reason", _("the reason"), lambda k: k["restriction"].lift_reason),
        Placeholder("parent", _("the first request"), lambda k: k["parent"].reference),
        Placeholder("first", _("the other request"), lambda k: k["first"].reference),
        Placeholder("decider", _("who decides about the data"), lambda k: k["decider"]),
        Placeholder("until", _("until when"), lambda k: _moment(k["request"].grace_until)),
        Placeholder(
            "due_in_full",
            _("the day of the answer, with its weekday"),
            lambda k: long_date(k["request"].due_on),
        ),
        Placeholder("before", _("the day said before"), lambda k: long_date(k["old"])),
        Placeholder("last_day", _("the last day to fetch it"), _expires(_day)),
        Placeholder("destroyed", _("when it is destroyed"), _expires(_moment)),
        Placeholder("gaps", _("that something is missing, if so"), _part("gaps")),
        Placeholder("headline", _("whether all was erased"), _part("headline")),
        Placeholder("not_erased", _("that something was not erased, if so"), _part("not_erased")),
    )
}
COMMON = ("reference", "kind", "received", "due", "page", "controller", "officer")
REMEDIES = ("officer", "authority", "court")  # art. 12(4)
PLACE = ("page",)

LETTERS = {
    one.name: one
    for one in (
        Letter("received", _("Receipt of a request"), ("next", "agent_told"),
               ("reference", "due", "agent_told", *PLACE)),
        Letter("withdrawn", _("Withdrawn"), (), PLACE),
        Letter("identity", _("Please confirm that it is you"), ("link", "doubt", "agent"),
               ("reference", "link", "doubt", "agent")),
        Letter("identity_again", _("Please confirm, once more"), ("link",), ("link",)),
        Letter("unidentified", _("Closed: nobody confirmed it"), (), (*REMEDIES, *PLACE)),
        Letter("question", _("A question"), ("asked_because", "clock"),
               ("asked_because", "clock", *PLACE)),
        Letter("answered", _("Answered in words"), ("outcome", "resolution"),
               ("outcome", "resolution", *REMEDIES, *PLACE), Kind.HUMAN_REVIEW),
        Letter("restricted", _("The use is paused"), ("resolution",),
               ("resolution", *REMEDIES, *PLACE), Kind.RESTRICTION),
        Letter("lifting", _("The pause ends soon"), ("day", "lift_reason"),
               ("day", "lift_reason", *REMEDIES, *PLACE), Kind.RESTRICTION),
        Letter("rectified", _("Corrected"), ("corrected", "resolution"),
               ("corrected", "resolution", *REMEDIES, *PLACE), Kind.RECTIFICATION),
        Letter("obeyed", _("The objection is obeyed"), ("resolution",), ("resolution", *PLACE),
               Kind.OBJECTION),
        Letter("appeal", _("Receipt of an appeal"), ("parent",),
               ("parent", "reference", "due", *PLACE), Kind.APPEAL),
        Letter("duplicate", _("Answered in another request"), ("first",), ("first", *PLACE)),
        Letter("forwarded", _("Passed on"), ("decider",), ("decider", *REMEDIES, *PLACE)),
        Letter("grace", _("The erasure can be taken back"), ("until",), ("until", *PLACE),
               Kind.ERASURE),
        Letter("reopened", _("Open again"), (), ("due", *PLACE)),
        Letter("due_moved", _("Another date"), ("because", "before", "due_in_full"),
               ("due_in_full", "because", *PLACE)),
        Letter("extended", _("More time"), ("reason", "explanation"),
               ("due", "reason", "explanation", *REMEDIES, *PLACE)),
        Letter("refused", _("Refused"), ("ground", "evidence"),
               ("ground", "evidence", *REMEDIES, *PLACE)),
        Letter("message", _("A message"), (), PLACE),
        Letter("ready", _("The copy is ready"), ("last_day", "gaps"),
               ("last_day", "gaps", *PLACE)),
        Letter("erased", _("Erased"), ("headline", "link", "not_erased"),
               ("link", "not_erased", *REMEDIES), Kind.ERASURE, ("headline",)),
        Letter("agent_took", _("Who acts for the person has fetched the copy"), ("agent_name",),
               ("agent_name", *PLACE)),
        Letter("expiring", _("The copy is destroyed soon"), ("destroyed",),
               ("destroyed", *PLACE)),
    )
}  # fmt: skip


def allowed(letter: Letter) -> list[Placeholder]:
    """Return the placeholders that a letter may hold."""
    names = [*COMMON, *letter.may, *(name for name in letter.must if name in REMEDIES)]
    # What the law's remedies are is known to each letter; after an erasure there is no page.
    known = dict.fromkeys([*names, *REMEDIES])
    return [ALL[name] for name in known if letter.name != "erased" or name != "page"]


def used(*texts: str) -> list[str]:
    """Return the names of the placeholders in own words, in order, each once."""
    return list(dict.fromkeys(name for text in texts for name in PLACEHOLDER.findall(text)))


def fill(text: str, known: Known) -> str:
    """Return own words with each placeholder replaced, once: what comes in is not read again.

    An empty sentence leaves no gap. Called in the language of the letter.
    """
    filled = PLACEHOLDER.sub(lambda found: str(ALL[found[1]].words(known) or ""), text)
    return re.sub(r"\n{3,}", "\n\n", filled.replace("\r\n", "\n")).strip()


def own(letter: str, language: str, known: Known) -> Wording | None:
    """Return the office's own words of a letter, filled in; None where the shipped ones hold.

    Called in the letter's language. Own words that lack in this case what the person is owed are
    left aside for the shipped ones: no act fails because of a wording.
    """
    version = store.current(key(letter, language))
    if version is None or version.value is None:
        return None
    words = filled(version.value, version.number, known)
    lacks = letter_parts.missing(letter, words.body, known, language)
    return None if lacks else words


def filled(value: Mapping[str, str], number: int, known: Known) -> Wording:
    """Return own words with what is known, the subject on one line."""
    subject = one_line(fill(value["subject"], known))
    return Wording(number, subject, fill(value["body"], known))


def key(letter: str, language: str) -> str:
    """Return under which key the words of a letter in a language lie."""
    return f"{KEY}{letter}.{language}"
