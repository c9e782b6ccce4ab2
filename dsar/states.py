"""The whole life of a request on one screen. Pages, API and letters draw on it.

    received ─┬─ identity ─┐            (who asks is to be confirmed; only where there is a doubt)
              └────────────┴─ searching ─ review ─ grace ─ preparing ─ answered
                              (no search for what a person decides)   (grace: an erasure only)

Every open state may also end as refused, withdrawn, duplicate, spam or forwarded, as far as the
table says. A reply of the person opens an ended request again (``REOPENING``).
"""

from django.db import models
from django.utils.translation import gettext_lazy as _

from portal.lib.errors import DomainError


class Status(models.TextChoices):
    """Where a request stands. For an erasure, "searching" is making the plan and "preparing"
    is carrying it out; "grace" is the time in which an approved one can be taken back."""

    RECEIVED = "received", _("received")
    IDENTITY = "identity", _("waiting for a confirmation of who asks")
    SEARCHING = "searching", _("searching your data")
    REVIEW = "review", _("being reviewed")
    GRACE = "grace", _("decided, can still be taken back")
    PREPARING = "preparing", _("being carried out")
    ANSWERED = "answered", _("answered")
    REFUSED = "refused", _("refused")
    WITHDRAWN = "withdrawn", _("withdrawn")
    DUPLICATE = "duplicate", _("closed: asked twice")
    SPAM = "spam", _("closed: no request about data")
    UNIDENTIFIED = "unidentified", _("closed: nobody confirmed who asked")
    FORWARDED = "forwarded", _("passed on to who decides about the data")


class Outcome(models.TextChoices):
    """What an answer amounts to."""

    FULFILLED = "fulfilled", _("everything was done")
    PARTLY = "partly", _("done in part, with the reason")
    WITH_GAPS = "with_gaps", _("done, with gaps that are named")
    NOTHING_FOUND = "nothing_found", _("we hold nothing about you")
    CONFIRMED = "confirmed", _("checked by somebody else: the first decision stands")


S = Status
# What an open request may end as although nothing was done.
ASIDE = frozenset({S.REFUSED, S.WITHDRAWN, S.DUPLICATE, S.SPAM, S.FORWARDED})
NEXT: dict[Status, frozenset[Status]] = {
    # Straight to answered: an objection that is obeyed at once. Straight to review: what a person
    # decides, with nothing to search for.
    S.RECEIVED: ASIDE | {S.IDENTITY, S.SEARCHING, S.REVIEW, S.ANSWERED},
    S.IDENTITY: ASIDE | {S.SEARCHING, S.REVIEW, S.ANSWERED, S.UNIDENTIFIED},
    # Straight to preparing when there is nothing for a person to review (invariant 8 holds: a
    # source that failed leads to review).
    S.SEARCHING: ASIDE | {S.REVIEW, S.PREPARING},
    # Back to searching, or to preparing, when a source that failed is asked again.
    S.REVIEW: ASIDE | {S.IDENTITY, S.SEARCHING, S.GRACE, S.PREPARING, S.ANSWERED},
    S.GRACE: frozenset({S.REVIEW, S.PREPARING, S.REFUSED, S.WITHDRAWN}),
    S.PREPARING: frozenset({S.REVIEW, S.ANSWERED}),
    S.ANSWERED: frozenset({S.REVIEW}),
    S.REFUSED: frozenset({S.REVIEW}),
    S.WITHDRAWN: frozenset(),
    S.DUPLICATE: frozenset({S.REVIEW}),
    S.SPAM: frozenset({S.REVIEW}),
    S.UNIDENTIFIED: frozenset({S.IDENTITY, S.SEARCHING, S.REVIEW}),
    S.FORWARDED: frozenset({S.REVIEW}),
}
# An answer is awaited.
OPEN = frozenset({S.RECEIVED, S.IDENTITY, S.SEARCHING, S.REVIEW, S.GRACE, S.PREPARING})
FINAL = frozenset(NEXT) - OPEN
# A reply of the person opens these again; who withdrew asks anew.
REOPENING = frozenset(status for status in FINAL if NEXT[status])


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
