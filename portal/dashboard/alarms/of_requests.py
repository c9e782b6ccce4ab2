"""Rules about requests: their dates, their copies, legal holds."""

from datetime import timedelta

from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from dsar import reckoning
from dsar.deadlines import NONE
from dsar.models import Hold, Package, SubjectRequest
from dsar.models.requests import Kind
from dsar.regimes import REGIMES
from portal.dashboard.alarms.rules import MOST, Cause, Moment, Rule

DAYS = _("days")


def _causes(requests: QuerySet[SubjectRequest], day: str) -> list[Cause]:
    """Return a cause a request; the date is part of it, so that a moved date is a new one."""
    rows = requests.order_by(day, "pk").values_list("reference", day)[:MOST]
    return [
        Cause(f"{reference} {on}", {"reference": reference, "opens": reference, "day": str(on)})
        for reference, on in rows
    ]


def due(days: int, at: Moment) -> list[Cause]:
    """Return the open requests whose last day is at most so many days away."""
    last = at.today + timedelta(days=days)
    return _causes(
        SubjectRequest.objects.open().filter(due_on__gte=at.today, due_on__lte=last), "due_on"
    )


def late(days: int, at: Moment) -> list[Cause]:
    """Return the open requests that are late by so many days or more."""
    last = at.today - timedelta(days=days)
    return _causes(SubjectRequest.objects.open().filter(due_on__lte=last), "due_on")


def extendable(days: int, at: Moment) -> list[Cause]:
    """Return the requests whose time can still be prolonged, for so many days at most."""
    last = at.today + timedelta(days=days)
    can = SubjectRequest.objects.open().filter(_may_be_extended(), extended_at=None)
    return _causes(can.filter(due_on__gte=at.today, due_on__lte=last), "due_on")


def unconfirmed(days: int, at: Moment) -> list[Cause]:
    """Return the requests whose receipt is to be confirmed within so many days, or was to be."""
    last = at.today + timedelta(days=days)
    waiting = SubjectRequest.objects.open().filter(acknowledged_at=None, acknowledge_on__lte=last)
    return _causes(waiting, "acknowledge_on")


def untaken(days: int, at: Moment) -> list[Cause]:
    """Return the copies that nobody downloaded and that end within so many days."""
    rows = (
        Package.objects.filter(destroyed_at=None, downloads=0)
        .filter(expires_at__gt=at.now, expires_at__lte=at.now + timedelta(days=days))
        .order_by("expires_at", "pk")
        .values_list("request__reference", "expires_at")[:MOST]
    )
    return [
        Cause(reference, {"reference": reference, "opens": reference, "since": ends.isoformat()})
        for reference, ends in rows
    ]


def unreviewed(days: int, at: Moment) -> list[Cause]:
    """Return the legal holds whose review is due within so many days, or overdue."""
    rows = (
        Hold.objects.filter(lifted_at=None, review_on__lte=at.today + timedelta(days=days))
        .order_by("review_on", "pk")
        .values_list("uid", "review_on")[:MOST]
    )
    return [Cause(f"{uid} {on}", {"hold": str(uid)[:8], "day": str(on)}) for uid, on in rows]


def _may_be_extended() -> Q:
    """Return the condition that the law of a request gives more time for its kind."""
    found = Q(pk=None)
    for code, law in REGIMES.items():
        kinds = [kind for kind in Kind if law.extends(reckoning.asked_of(kind)) != NONE]
        found |= Q(regime=code, kind__in=kinds)
    return found


RULES = (
    Rule(
        "request_late", _("Request late"), _("An open request is late by %(n)s day or more."), DAYS,
        1, 1, 3, late, _("%(reference)s is late: its last day was %(day)s."), "dsar:staff-detail",
    ),
    Rule(
        "request_due", _("Request due soon"),
        _("The last day of an open request is at most %(n)s days away."), DAYS,
        5, 1, 30, due, _("%(reference)s is due on %(day)s."), "dsar:staff-detail", ahead=True,
    ),
    Rule(
        "extension_ends", _("Last days to take more time"),
        _("At most %(n)s days of the first term are left, in which more time can be taken."),
        DAYS, 3, 1, 15, extendable,
        _("%(reference)s: more time can be taken until %(day)s, then no longer."),
        "dsar:staff-detail", ahead=True,
    ),
    Rule(
        "unconfirmed", _("Receipt not confirmed"),
        _("The receipt of a request is to be confirmed within %(n)s days, or was to be."),
        DAYS, 2, 1, 9, unconfirmed,
        _("%(reference)s: its receipt is to be confirmed by %(day)s."), "dsar:staff-detail",
        ahead=True,
    ),
    Rule(
        "copy_untaken", _("Copy ends undownloaded"),
        _("A copy that nobody downloaded is destroyed within %(n)s days."), DAYS,
        3, 1, 14, untaken,
        _("%(reference)s: the copy was not downloaded and ends on %(since)s."), "dsar:staff-detail",
        ahead=True,
    ),
    Rule(
        "hold_unreviewed", _("Legal hold to be looked at"),
        _("The review of a legal hold is due within %(n)s days, or overdue."), DAYS,
        3, 1, 30, unreviewed,
        _("Legal hold %(hold)s: its review is due on %(day)s."), "dsar:holds", ahead=True,
    ),
)  # fmt: skip
