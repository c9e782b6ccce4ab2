"""What the law forbids to give out, even to the person (CCPA regulations § 7024(d)).

It is said with particularity that we hold it ("bank account number"), and the number itself is not
given. Nothing of it reaches the sealed part. The GDPR knows no such rule.
"""

import re
from typing import Any

from django.utils.translation import gettext as _

from dsar.deadlines import RegimeCode
from dsar.models import SubjectRequest
from dsar.redaction.finding import IBAN, iban_in

SSN = re.compile(r"(?<!\d)(?!000|666|9\d\d)\d{3}-(?!00)\d\d-(?!0000)\d{4}(?!\d)")
CARD = re.compile(r"(?<![\d-])\d(?:[ -]?\d){12,18}(?![\d-])")
# An account number looks like any other: the word before it tells.
ACCOUNT = re.compile(r"(?i)((?:account|routing)\s*(?:number|no\.?|#)?\s*[:#]?\s*)(\d{6,17})(?!\d)")


class Mask:
    """How the rows of a part are written; this one leaves everything as it is."""

    def row(
        self, values: dict[str, Any], words: dict[str, str], hidden: dict[str, str]
    ) -> dict[str, Any]:
        """Return a row's values, and the words for those that need words; ``hidden`` maps the
        fields that may have to be hidden to what they hold."""
        return {"values": values, "words": words}


class NeverDisclose(Mask):
    """Hides what § 7024(d) names: fields that a source marks, and numbers in texts."""

    def row(
        self, values: dict[str, Any], words: dict[str, str], hidden: dict[str, str]
    ) -> dict[str, Any]:
        """Return the row without what must not be disclosed."""
        for key, what in hidden.items():
            if values.get(key) not in (None, "", []):
                values[key] = _held(what)
                words.pop(key, None)
        shown = {key: _masked(value) for key, value in values.items()}
        return {"values": shown, "words": {key: _masked(text) for key, text in words.items()}}


def mask_for(request: SubjectRequest) -> Mask:
    """Return how the rows of a request's copy are written under its law."""
    return NeverDisclose() if request.regime == RegimeCode.CCPA else Mask()


def masked(text: str) -> str:
    """Return a text with the numbers that must not be disclosed replaced by what they are."""
    text = SSN.sub(lambda _match: _held(_("social security number")), text)
    text = IBAN.sub(_account, text)
    text = CARD.sub(_card, text)
    return ACCOUNT.sub(lambda match: match[1] + _held(_("bank account number")), text)


def _masked(value: Any) -> Any:
    if isinstance(value, str):
        return masked(value)
    return [_masked(one) for one in value] if isinstance(value, list) else value


def _held(what: str) -> str:
    return _("[we hold this, and must not give it out: %(what)s]") % {"what": what}


def _account(match: re.Match[str]) -> str:
    length = iban_in(match.group())
    return _held(_("bank account number")) + match.group()[length:] if length else match.group()


def _card(match: re.Match[str]) -> str:
    """Replace a number whose check digit is that of a payment card (ISO/IEC 7812, Luhn)."""
    digits = [int(letter) for letter in match.group() if letter.isdigit()][::-1]
    total = sum(digits[::2]) + sum(sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return _held(_("payment card number")) if total % 10 == 0 else match.group()
