"""Which rights a person has about a use of data, by its legal basis. The only such table.

The purpose's card and page, the notice of a change, the receipt, part A of a copy and the register
all read it. It is the mapping of the Data Privacy Vocabulary 2.3, corrected by the law: no
portability and no erasure where a duty or a public task is the basis (arts 17(3)(b), 20(3)), an
objection where it is a public task or an interest (art. 21(1)). Art. 21(2) comes with marketing.
"""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

Words = str | Promise


@dataclass(frozen=True)
class Right:
    """One right: its article in the GDPR (``7(3)``), and what a person can do, in words."""

    article: str
    words: Words

    @property
    def term(self) -> str:
        """Return its term in the Data Privacy Vocabulary: ``eu-gdpr:A7-3``."""
        return f"eu-gdpr:A{self.article.replace('(', '-').replace(')', '')}"


WITHDRAW = Right("7(3)", _("withdraw your agreement at any time (art. 7(3))"))
KNOW = Right("13", _("be told before it happens (arts 13 and 14)"))
COPY = Right("15", _("have a copy (art. 15)"))
CORRECT = Right("16", _("have wrong data corrected (art. 16)"))
ERASE = Right("17", _("have data erased (art. 17)"))
PAUSE = Right("18", _("have its use paused (art. 18)"))
TAKE = Right("20", _("take along the data you gave us (art. 20)"))
OBJECT = Right("21", _("object (art. 21)"))
PERSON = Right("22", _("have a decision of a machine looked at by a person (art. 22)"))
COMPLAIN = Right("77", _("complain to a supervisory authority (art. 77)"))

BY_BASIS: dict[str, tuple[Right, ...]] = {
    "6(1)(a)": (WITHDRAW, KNOW, COPY, CORRECT, ERASE, PAUSE, TAKE, PERSON, COMPLAIN),
    "6(1)(b)": (KNOW, COPY, CORRECT, ERASE, PAUSE, TAKE, PERSON, COMPLAIN),
    "6(1)(c)": (KNOW, COPY, CORRECT, PAUSE, COMPLAIN),
    "6(1)(d)": (KNOW, COPY, CORRECT, ERASE, PAUSE, PERSON, COMPLAIN),
    "6(1)(e)": (KNOW, COPY, CORRECT, PAUSE, OBJECT, PERSON, COMPLAIN),
    "6(1)(f)": (KNOW, COPY, CORRECT, ERASE, PAUSE, OBJECT, PERSON, COMPLAIN),
}


# Every right that one exercises, in the order of the articles.
ALL = (WITHDRAW, COPY, CORRECT, ERASE, PAUSE, TAKE, OBJECT, PERSON, COMPLAIN)


def of(basis: str, *, marketing: bool = False) -> tuple[Right, ...]:
    """Return the rights that a basis (``6(1)(a)``) gives, in the order of their articles.

    About marketing one can object whatever the basis is (art. 21(2)).
    """
    rights = BY_BASIS.get(basis, ())
    if marketing and OBJECT not in rights:
        at = next((i for i, one in enumerate(rights) if one in (PERSON, COMPLAIN)), len(rights))
        rights = (*rights[:at], OBJECT, *rights[at:])
    return rights


def exercised(basis: str, *, marketing: bool = False) -> tuple[Right, ...]:
    """Return the rights that one exercises: without that of being told, which is our duty."""
    return tuple(right for right in of(basis, marketing=marketing) if right is not KNOW)
