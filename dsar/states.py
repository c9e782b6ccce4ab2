"""The whole life of a request on one screen."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.errors import DomainError


class Status(models.TextChoices):
    """Where a request stands. For an erasure, "searching" is making the plan and "preparing"
    is carrying it out."""

    RECEIVED = "received", _("received")
    SEARCHING = "searching", _("searching your data")
    REVIEW = "review", _("being reviewed")
    PREPARING = "preparing", _("being carried out")
    ANSWERED = "answered", _("answered")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")


class Outcome(models.TextChoices):
    """What an answer amounts to."""

    FULFILLED = "fulfilled", _("everything was done")
    WITH_GAPS = "with_gaps", _("done, with gaps that are named")
    NOTHING_FOUND = "nothing_found", _("we hold nothing about you")


S = Status
NEXT: dict[Status, frozenset[Status]] = {
    S.RECEIVED: frozenset({S.SEARCHING, S.REFUSED, S.WITHDRAWN}),
    # Straight to preparing when there is nothing for a person to review (invariant 8 holds: a
    # source that failed leads to review).
    S.SEARCHING: frozenset({S.REVIEW, S.PREPARING, S.REFUSED, S.WITHDRAWN}),
    # Back to searching, or to preparing, when a source that failed is asked again.
    S.REVIEW: frozenset({S.SEARCHING, S.PREPARING, S.REFUSED, S.WITHDRAWN}),
    S.PREPARING: frozenset({S.REVIEW, S.ANSWERED}),
    S.ANSWERED: frozenset(),
    S.REFUSED: frozenset(),
    S.WITHDRAWN: frozenset(),
}
OPEN = frozenset(status for status, following in NEXT.items() if following)
FINAL = frozenset(NEXT) - OPEN


class IllegalMove(DomainError):
    """The request cannot go from where it is to there."""

    code = "illegal_move"


def may(old: Status, new: Status) -> bool:
    """Return whether a request in ``old`` may become ``new``."""
    return new in NEXT[old]


def require(old: Status, new: Status) -> None:
    """Let the move pass.

    Raises:
        IllegalMove: the table does not have it.
    """
    if not may(old, new):
        raise IllegalMove(
            _("A request that is “%(old)s” cannot become “%(new)s”.")
            % {"old": Status(old).label, "new": Status(new).label}
        )
