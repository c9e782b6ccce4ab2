"""What in a text looks like data of somebody else: addresses, numbers, accounts, known names."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import cached_property

import phonenumbers

from dsar.models import Redaction

Kind = Redaction.Kind
EMAIL = re.compile(r"[\w.!#$%&'*+/=?^`{|}~-]+@[\w-]+(?:\.[\w-]+)+")
IBAN = re.compile(r"(?<![A-Za-z0-9])[A-Z]{2}\d{2}(?:[ \u00a0-]?[A-Z0-9]){11,30}(?![a-z0-9])")
# How long an account number is in each country (ISO 13616 registry); elsewhere 15 to 34.
LENGTHS = {
    "AT": 20, "BE": 16, "BG": 22, "CH": 21, "CY": 28, "CZ": 24, "DE": 22, "DK": 18, "EE": 20,
    "ES": 24, "FI": 18, "FR": 27, "GB": 22, "GR": 27, "HR": 21, "HU": 28, "IE": 22, "IS": 26,
    "IT": 27, "LI": 21, "LT": 20, "LU": 20, "LV": 21, "MC": 27, "MT": 31, "NL": 18, "NO": 15,
    "PL": 28, "PT": 25, "RO": 24, "SE": 24, "SI": 19, "SK": 24, "SM": 27,
}  # fmt: skip
SHORTEST, LONGEST = 15, 34
MOST_NAMES = 5000
SHORTEST_NAME = 3


@dataclass(frozen=True)
class Found:
    """Characters ``start`` to ``end`` (not included) of a text, and what they seem to be."""

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True)
class Known:
    """Whom the search knows: ``names`` of others, ``own`` addresses that may stay (in lower case).

    ``words``: what staff typed to be blacked out wherever it stands; then nothing else is looked
    for. ``region``: the country whose telephone numbers may be written without its code.
    """

    names: tuple[str, ...] = ()
    own: frozenset[str] = field(default_factory=frozenset)
    region: str = "FR"
    words: str = ""

    @cached_property
    def pattern(self) -> re.Pattern[str] | None:
        """The names as one pattern, in both orders, whatever space stands between their words."""
        wanted = (self.words,) if self.words else self.names[:MOST_NAMES]
        orders = {order for name in wanted for order in _orders(name, both=not self.words)}
        if not orders:
            return None
        longest_first = sorted(orders, key=len, reverse=True)
        return re.compile(rf"(?<!\w)(?:{'|'.join(longest_first)})(?!\w)", re.IGNORECASE)


def find(text: str, known: Known) -> list[Found]:
    """Return what was found, in order; of two that overlap, the first or else the longer."""
    searches = [_names] if known.words else [_emails, _ibans, _names, _phones]
    found = [one for search in searches for one in search(text, known)]
    kept: list[Found] = []
    for one in sorted(found, key=lambda one: (one.start, -one.end)):
        if not kept or one.start >= kept[-1].end:
            kept.append(one)
    return kept


def iban_in(candidate: str) -> int:
    """Return how many characters of the text are an account number by its checksum; 0 if none."""
    compact = re.sub(r"[^A-Z0-9]", "", candidate)
    known = LENGTHS.get(compact[:2])
    lengths = [known] if known else range(min(LONGEST, len(compact)), SHORTEST - 1, -1)
    for length in lengths:
        if len(compact) >= length and _checks(compact[:length]):
            return _end_of(candidate, length)
    return 0


def _emails(text: str, known: Known) -> Iterator[Found]:
    for match in EMAIL.finditer(text):
        if match.group().lower() not in known.own:
            yield Found(Kind.EMAIL, match.start(), match.end())


def _ibans(text: str, known: Known) -> Iterator[Found]:
    for match in IBAN.finditer(text):
        if length := iban_in(match.group()):
            yield Found(Kind.IBAN, match.start(), match.start() + length)


def _names(text: str, known: Known) -> Iterator[Found]:
    kind = Kind.MARKED if known.words else Kind.NAME
    for match in known.pattern.finditer(text) if known.pattern else ():
        yield Found(kind, match.start(), match.end())


def _phones(text: str, known: Known) -> Iterator[Found]:
    for match in phonenumbers.PhoneNumberMatcher(text, known.region or None):
        # A bracket that is never closed belongs to the sentence.
        opening = match.raw_string.startswith("(") and ")" not in match.raw_string
        yield Found(Kind.PHONE, match.start + opening, match.end)


def _orders(name: str, *, both: bool) -> Iterable[str]:
    words = [re.escape(word) for word in name.replace(",", " ").split()]
    if sum(len(word) for word in words) < SHORTEST_NAME:
        return
    yield r"\s+".join(words)
    if both and len(words) > 1:
        yield r",?\s+".join([words[-1], *words[:-1]])


def _checks(account: str) -> bool:
    """Whether the check digits fit (ISO 7064, mod 97-10)."""
    turned = account[4:] + account[:4]
    return int("".join(str(int(letter, 36)) for letter in turned)) % 97 == 1


def _end_of(candidate: str, length: int) -> int:
    """Return where the given number of letters and digits ends in the text."""
    for place, letter in enumerate(candidate):
        length -= letter.isalnum()
        if not length:
            return place + 1
    return len(candidate)
