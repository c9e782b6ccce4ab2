"""What changed between two wordings, word by word, for a reader."""

import re
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from difflib import SequenceMatcher

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from consents.models import PurposeVersion

SAME, ADDED, REMOVED = "same", "added", "removed"
# What French holds together with a space that does not break (“« mot »”) is one word.
WORD = re.compile(r"[^ \t\r\n]+")
LONGEST = 4000  # words; beyond it two texts are shown one after the other


@dataclass(frozen=True)
class Piece:
    """A run of words: the same, added or removed."""

    kind: str
    text: str


@dataclass(frozen=True)
class Difference:
    """One part of the wording that changed."""

    label: str | Promise
    pieces: list[Piece]


PARTS: dict[str, str | Promise] = {
    "title": gettext_lazy("Name"),
    "summary": gettext_lazy("In one line"),
    "detail": gettext_lazy("In detail"),
    "legal": gettext_lazy("Legal text"),
    "data": gettext_lazy("Which data"),
    "recipients": gettext_lazy("Who receives it"),
    "retention": gettext_lazy("How long it is kept"),
    "consequence": gettext_lazy("What follows from it"),
    "refusal": gettext_lazy("Who may refuse, and how"),
    "example": gettext_lazy("Example"),
}


def pieces(old: str, new: str) -> list[Piece]:
    """Return the new text with what was added and removed, by whole words."""
    before, after = WORD.findall(old), WORD.findall(new)
    if max(len(before), len(after)) > LONGEST:
        return [Piece(REMOVED, old), Piece(ADDED, new)]
    found = []
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    for kind, start, end, start_new, end_new in matcher.get_opcodes():
        if kind == "equal":
            found.append(Piece(SAME, " ".join(after[start_new:end_new])))
            continue
        if end > start:
            found.append(Piece(REMOVED, " ".join(before[start:end])))
        if end_new > start_new:
            found.append(Piece(ADDED, " ".join(after[start_new:end_new])))
    return found


def differences(old: PurposeVersion | None, new: PurposeVersion) -> list[Difference]:
    """Return the parts that differ, the legal basis and the retention first; none of a new one."""
    if old is None:
        return []
    before, after = asdict(old.text()), asdict(new.text())
    changed = [
        Difference(PARTS[part], pieces(_of_no_document(before[part]), _of_no_document(after[part])))
        for part in PARTS
        if before[part] != after[part]
    ]
    return [*_facts(old, new), *changed]


def _of_no_document(text: str) -> str:
    """Return a text with its example about no document in particular."""
    return text.replace("{document}", "…")


def _facts(old: PurposeVersion, new: PurposeVersion) -> Iterator[Difference]:
    """Yield what changed beside the words themselves."""
    facts = (
        (gettext_lazy("Legal basis"), basis(old), basis(new)),
        (gettext_lazy("Recipients"), recipients(old), recipients(new)),
    )
    for label, before, after in facts:
        if before != after:
            yield Difference(label, [Piece(REMOVED, before), Piece(ADDED, after)])


def basis(version: PurposeVersion) -> str:
    """Return the legal basis with its article."""
    article = _("article %(article)s") % {"article": version.legal_basis}
    return f"{version.get_legal_basis_display()}, {article}"


def recipients(version: PurposeVersion) -> str:
    """Return the names of who receives the data, as published."""
    return ", ".join(one["name"] for one in version.recipients)
