"""What the check of a receipt found, in words, and what our own ledger adds to it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from consents.models import PurposeVersion, Receipt
from consents.models.purposes import PurposeText
from consents.proofs import Finding, Verdict, differences
from consents.queries.facts import Facts, Words
from portal.lib.canonical import sha256_of

# The part of a receipt to which a member belongs, in the order in which they are looked for.
PARTS: dict[str, Words] = {
    "dpv:isIndicatedAtTime": _("the time of the act"),
    "dpv:isIndicatedBy": _("who chose"),
    "dpv:hasIndicationMethod": _("by which way"),
    "regard:act": _("what was done"),
    "regard:allows": _("whether it allows the use"),
    "dpv:hasConsentStatus": _("what was done"),
    "dpv:hasStatus": _("what was done"),
    "dpv:hasDataSubject": _("whose data it is about"),
    "dpv:hasDataController": _("who decides about the data"),
    "dpv:hasScope": _("what the choice is about"),
    "dpv:hasNotice": _("which text was shown"),
    "dpv:hasLegalBasis": _("the legal basis"),
    "dpv:hasProcess": _("the purpose and what is done for it"),
    "dpv:hasContractualClause": _("the clause of the contract"),
    "dct:created": _("when the receipt was made"),
    "text": _("the words of the text"),
    "@id": _("the number of the receipt or of the act"),
}


@dataclass(frozen=True)
class Explanation:
    """What a verdict means: in large, in a sentence, and what can be done now."""

    title: Words
    meaning: Words
    advice: Words = ""


@dataclass(frozen=True)
class OtherProof(Explanation):
    """A sealed document that is no receipt: what it proves, in lines, and what it does not."""

    facts: tuple[tuple[Words, Words], ...] = ()
    limits: tuple[Words, ...] = ()


# Tells what a sealed body of another kind proves; None for a kind that is not known.
Explain = Callable[[dict[str, Any]], OtherProof | None]


def explain_nothing(body: dict[str, Any]) -> OtherProof | None:
    """Know no other kind."""
    return None


ASK_AGAIN = _(
    "Ask whoever gave it to you for the file as it was downloaded. The person can download it "
    "again from the history of their choices."
)
VERDICTS: dict[Verdict, Explanation] = {
    Verdict.GENUINE: Explanation(
        _("This receipt is <strong>genuine</strong>"),
        _("Not a character of it has changed since it was sealed."),
    ),
    Verdict.ALTERED: Explanation(
        _("This receipt has been <strong>altered</strong>"),
        _("Its seal is good, so we know what was sealed. The file shows something else."),
        _("Trust what was sealed, and nothing else in the file."),
    ),
    Verdict.BROKEN: Explanation(
        _("The seal does <strong>not fit</strong>"),
        _("The receipt or its seal was changed after it was sealed. It proves nothing."),
        ASK_AGAIN,
    ),
    Verdict.OTHER: Explanation(
        _("The seal is <strong>genuine</strong>, but this is not a receipt"),
        _("It is another document that was sealed here, and it is unchanged."),
    ),
    Verdict.UNKNOWN_KEY: Explanation(
        _("The seal is <strong>not ours</strong>"),
        _("It was made with a key that this service has never used. It proves nothing here."),
        _("If another service sealed it, check it there."),
    ),
    Verdict.NO_SEAL: Explanation(
        _("This receipt has <strong>no seal</strong>"),
        _("It can be read, but anybody could have written it. It proves nothing."),
        ASK_AGAIN,
    ),
    Verdict.NOT_A_RECEIPT: Explanation(
        _("This is <strong>not a receipt</strong>"),
        _("It can be read, but it holds nothing that a receipt holds."),
        _("A receipt is the JSON or PDF file that the portal offers for each choice."),
    ),
    Verdict.NO_ATTACHMENT: Explanation(
        _("This PDF holds <strong>no sealed data</strong>"),
        _("A receipt carries its sealed data as an attachment. Printing or converting loses it."),
        ASK_AGAIN,
    ),
    Verdict.NOT_JSON: Explanation(
        _("This text is <strong>not complete</strong>"),
        _("It is not JSON. A part may be missing at the beginning or at the end."),
        _("Copy the whole text, or choose the file instead."),
    ),
    Verdict.NOT_TEXT: Explanation(
        _("This file <strong>cannot be read</strong>"),
        _(
            "It is neither a PDF nor text in UTF-8. It may be a picture, or an editor may have "
            "saved it in another encoding."
        ),
        ASK_AGAIN,
    ),
    Verdict.TOO_LARGE: Explanation(
        _("This file is <strong>too large</strong>"),
        _("A receipt has about 20 kB. We read at most 2 MB, so it was not checked."),
        ASK_AGAIN,
    ),
    Verdict.EMPTY: Explanation(
        _("There was <strong>nothing to check</strong>"),
        _("Neither a file nor a text was sent."),
    ),
}
OTHER_PART = _("another part")
SHOWN = 200  # characters of a value


@dataclass(frozen=True)
class Change:
    """One place where a file says something else than was sealed."""

    part: str
    pointer: str
    sealed: str
    shown: str


def changes(finding: Finding) -> list[Change]:
    """Return what was altered, with both values: the reader holds the file and may see both."""
    text = {"text": finding.text}
    return [
        Change(
            part=part_of(pointer),
            pointer=pointer,
            sealed=_value_at(finding.body if pointer != "/text" else text, pointer),
            shown=_value_at(finding.claimed, pointer),
        )
        for pointer in finding.altered
    ]


def part_of(pointer: str) -> str:
    """Return in words to which part of a receipt a JSON pointer leads."""
    for name in reversed(pointer.split("/")):
        if name in PARTS:
            return str(PARTS[name])
    return str(OTHER_PART)


def text_shown(finding: Finding) -> PurposeText | None:
    """Return the text that was shown: the file's own if it fits, else the one we published."""
    if finding.body is None or not finding.is_receipt:
        return None
    facts = Facts(finding.body)
    words = finding.text or _published(facts)
    try:
        return PurposeText(**words) if words else None
    except TypeError:  # a later version of the portal may know other levels of a text
        return None


def against_ledger(finding: Finding) -> tuple[bool, list[str]]:
    """Return whether the act stands in our ledger, and which parts of the file differ from it.

    Only the names of the parts are told: who holds a spoilt file learns what to distrust, not what
    the ledger says.
    """
    claimed = finding.body if finding.body is not None else finding.claimed
    number = _number_in(claimed)
    receipt = Receipt.objects.filter(event__uid=number).first() if number else None
    if receipt is None or claimed is None:
        return False, []
    parts = [part_of(at) for at in differences(Facts.of(receipt).body, claimed)]
    return True, list(dict.fromkeys(parts))


def _published(facts: Facts) -> dict[str, str]:
    """Return the text of the version that the receipt names, if its fingerprint is the same."""
    versions = PurposeVersion.objects.filter(sha256=facts.notice["regard:versionSha256"])
    for version in versions:
        words: dict[str, str] = version.texts.get(facts.language, {})
        if sha256_of(words) == facts.text_sha256:
            return words
    return {}


def _number_in(claimed: Any) -> UUID | None:
    try:
        return UUID(claimed["dpv:hasRecordOfActivity"]["@id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        return None


def _value_at(body: Any, pointer: str) -> str:
    """Return the value at a JSON pointer (RFC 6901), shortened; empty where there is none."""
    for name in _names(pointer):
        if isinstance(body, dict):
            body = body.get(name, "")
        elif isinstance(body, list) and name.isdecimal() and int(name) < len(body):
            body = body[int(name)]
        else:
            return ""
    value = body if isinstance(body, str) else json.dumps(body, ensure_ascii=False)
    return value if len(value) <= SHOWN else f"{value[:SHOWN]}…"


def _names(pointer: str) -> Iterator[str]:
    for name in pointer.split("/")[1:]:
        yield name.replace("~1", "/").replace("~0", "~")
