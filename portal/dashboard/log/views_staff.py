"""What each member of staff did, and what of it is unusual."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.actions import look
from accounts.models import AccessEvent, User
from accounts.roles import Role, SignedInRequest, dpo_required
from portal.dashboard.charts import Chart, Series
from portal.dashboard.log import activity
from portal.dashboard.log.asked import PeriodForm, midnight
from portal.dashboard.log.families import BY_SLUG
from portal.dashboard.log.views import OPEN_FOR
from portal.dashboard.office import MANY_IN_AN_HOUR, WITHOUT_REQUEST
from portal.lib.days import day_label

DAYS = 30
LONGEST = 366  # days at most: what staff did is counted anew each time


class ActivityForm(PeriodForm):
    """A period of a year at most."""

    def clean(self) -> dict[str, Any]:
        """Refuse a longer one, counted up to today where no last day is given."""
        data = super().clean()
        first, last = data.get("since"), data.get("until") or timezone.localdate()
        if first and (last - first).days >= LONGEST:
            self.add_error("since", _("A year at most: choose a later first day."))
        return data


@dpo_required
@require_safe
def staff(request: SignedInRequest) -> HttpResponse:
    """List the staff with their counts in a period."""
    form, since, until = _period(request)
    rows = activity.activity(since, until)
    context = {
        "form": form,
        "rows": rows,
        "unusual": sum(bool(one.unusual) for one in rows),
        "many": MANY_IN_AN_HOUR.now(),
        "without": WITHOUT_REQUEST.now(),
        "query": _query(since, until),
        "since": since,
        "until": until - timedelta(days=1),
    }
    return render(request, "dashboard/log/staff.html", context)


@dpo_required
@require_safe
def member(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Show one member's period; that it was opened is a line that they can read."""
    person = get_object_or_404(User, uid=uid, role__in=(Role.SUPPORT, Role.DPO))
    form, since, until = _period(request)
    _look_once(person, request.user)
    found = activity.activity(since, until)
    context = {
        "form": form,
        "person": person,
        "row": next(one for one in found if one.person.pk == person.pk),
        "chart": _chart(person, since, until),
        "kinds": [
            (BY_SLUG["looks"].words(code), code, n)
            for code, n in activity.kinds(person, since, until)
        ],
        "hours": activity.busy_hours(person, since, until),
        "query": _query(since, until, staff=str(person.uid)),
        "since": since,
        "until": until - timedelta(days=1),
        "is_me": person.pk == request.user.pk,
    }
    return render(request, "dashboard/log/member.html", context)


def _period(request: SignedInRequest) -> tuple[ActivityForm, datetime, datetime]:
    """Return the form and its bounds; the last thirty days where none are given, or impossible."""
    today = timezone.localdate()
    usual = {"since": today - timedelta(days=DAYS - 1), "until": today}
    form = ActivityForm(request.GET or usual)
    since, until = form.bounds() if form.is_valid() else (None, None)
    until = until or midnight(today + timedelta(days=1))
    since = since or until - timedelta(days=DAYS)
    if since >= until:
        since = until - timedelta(days=DAYS)
    return form, since, until


def _query(since: datetime, until: datetime, **more: str) -> str:
    last = timezone.localdate(until - timedelta(seconds=1))
    return urlencode({"since": str(timezone.localdate(since)), "until": str(last), **more})


def _look_once(person: User, viewer: User) -> None:
    """Write down, once an hour, that somebody's activity was opened."""
    kind = AccessEvent.Kind.ACTIVITY_VIEWED
    known = AccessEvent.objects.filter(person=person, by=viewer, kind=kind)
    if not known.filter(at__gt=timezone.now() - OPEN_FOR).exists():
        look(person, by=viewer, kind=kind)


def _chart(person: User, since: datetime, until: datetime) -> Chart:
    """Draw the looks of each day, days without one included."""
    found: dict[Any, int] = dict(activity.days(person, since, until))
    first, last = timezone.localdate(since), timezone.localdate(until - timedelta(seconds=1))
    days = [first + timedelta(days=n) for n in range((last - first).days + 1)]
    return Chart(
        name=_("Looks at files, per day"),
        labels=[day_label(day) for day in days],
        series=[Series(_("looks"), [found.get(day, 0) for day in days])],
    )
