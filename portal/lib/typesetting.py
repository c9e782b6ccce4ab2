"""How words, figures and signs stand together, as the active language writes them."""

import re
from collections.abc import Iterable

from django.utils.formats import number_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

Words = str | Promise

# What belongs to the number behind it; a number may be a placeholder.
NUMBERED = re.compile(
    r"(?<!\w)([Aa]rticles?|[Aa]rts?\.?|[Pp]aragraph(?:e|s|es)?|§§?|n°) (?=\d|%\()"
)
# "Que demande-t-on ?" does not break within what is one word to the reader.
PRONOUN = re.compile(r"(?<=\w)-(?=(?:t-)?(?:on|ils?|elles?|ce)\b)")
PER_CENT = re.compile(r"(?<=[\d)s]) (?=%%|%(?![(\w%]))")


def colon(what: Words) -> str:
    """Return "Reason:", in French "Motif :", whose space does not break."""
    sign = pgettext("after a name", ":")
    return f"{what}{sign}"


def named(what: Words, value: Words) -> str:
    """Return what something is, a colon, and the thing: "Reason: too long"."""
    return f"{colon(what)} {value}"


def in_series(parts: Iterable[Words]) -> str:
    """Return parts that may hold commas themselves, a semicolon between them."""
    sign = pgettext("between parts", ";")
    return f"{sign} ".join(str(part) for part in parts)


def percent(share: float, digits: int = 1) -> str:
    """Return a share of one as "98.6%", in French "98,6 %".

    A share short of the whole never reads as 100%: 2,399 of 2,400 is "99.9%".
    """
    shown, most = round(share * 100, digits), 100 - 10**-digits
    shown = most if share < 1 and shown > most else shown
    return _("%(share)s%%") % {"share": number_format(shown, digits)}


def typeset(text: str, language: str) -> str:
    """Return a sentence of the catalogue with the spaces that do not break, as its language asks.

    In each: between "article" and its number. In French besides: before double signs, inside
    quotation marks and before the sign of per cent; and "-t-on" stays whole.
    """
    text = NUMBERED.sub("\\1\u00a0", text)
    if language != "fr":
        return text
    text = PRONOUN.sub("\u2011", text)
    text = re.sub(r" (?=[;?!»])", "\u202f", text).replace("« ", "«\u202f")
    return PER_CENT.sub("\u00a0", re.sub(r" (?=:(?:\s|$|<))", "\u00a0", text))
