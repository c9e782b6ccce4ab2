"""The page of the day: what needs a decision, the load, the forecast, whether each no is obeyed."""

from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.timezone import get_default_timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.models import User
from accounts.roles import SignedInRequest, dpo_required
from consents.queries.canaries import watch
from portal.dashboard.cards import (
    approvals,
    care,
    choosing,
    evidence,
    links,
    machinery,
    obeying,
    rollups,
    workload,
)


@dataclass(frozen=True)
class Decision:
    """One thing that waits for somebody: how many, in words, and where."""

    code: str
    number: int
    label: str
    link: str


@dpo_required
@require_safe
def today(request: SignedInRequest) -> HttpResponse:
    """Show whether the law is being kept today, and the figures behind that sentence."""
    context = _figures(request.user, timezone.now())
    context["decisions"] = [one for one in _decisions(context) if one.number]
    return render(request, "dashboard/today.html", context)


def _figures(me: User, now: datetime) -> dict[str, Any]:
    zone = get_default_timezone()
    day = timezone.localdate(now, zone)
    begin = datetime.combine(day, time.min, zone)
    foreseen = workload.forecast(day)
    return {
        "today": day,
        "now": now,
        "load": workload.workload(me, day),
        "oldest": workload.oldest(day),
        "forecast": foreseen,
        "due": workload.due_chart(day, foreseen.pace),
        "unconfirmed": obeying.unconfirmed(now),
        "answered": workload.answered_since(begin),
        "answered_today": links.queue("answered", closed_from=day, closed_to=day),
        "asked": obeying.asked(begin),
        "watch": watch(now),
        "canary_day": obeying.canary_day(begin),
        "opt_outs": choosing.opt_outs(day, now),
        "choosing": choosing.choosing(now),
        "machinery": machinery.machinery(),
        "failed_sources": machinery.failed_sources(),
        "expired": evidence.expired(now),
        "waiting": approvals.waiting(me),
        "care": care.care(now),
        "as_of": rollups.as_of("choices", "standing"),
        "checked_today": links.canaries(since=day, until=day),
        "gate_today": links.gate(since=day, until=day),
        "denied_today": links.gate(answer="denied", since=day, until=day),
        "ended": links.queue(
            "closed",
            closed_from=day - timedelta(days=foreseen.window),
            closed_to=day - timedelta(days=1),
        ),
    }


def _decisions(found: dict[str, Any]) -> list[Decision]:
    """Return what may wait for somebody today, the most pressing first."""
    load: workload.Workload = found["load"]
    dead = sum(one.dead for one in found["unconfirmed"])
    changed = sum(one.is_changed for one in found["opt_outs"])
    queue = links.queue
    return [
        Decision("late", load.late, _("late"), queue("late")),
        Decision("leak", int(found["watch"].state == "leaked"), _("canary let through"), "#gate"),
        Decision("second", found["waiting"].requests, _("second person: you"), queue("second")),
        Decision(
            "changes", found["waiting"].changes, _("changes to approve"),
            reverse("dashboard-approvals"),
        ),
        Decision("review", load.review, _("to review"), queue("review")),
        Decision("unread", load.unread, _("replies unread"), queue("unread")),
        Decision("unassigned", load.unassigned, _("nobody’s yet"), queue("unassigned")),
        Decision("failed", load.failed, _("with a failed step"), queue("failed")),
        Decision("given-up", dead, _("refusals given up"), "#confirmed"),
        Decision(
            "mails", found["machinery"].failed_mails, _("mails not delivered"),
            f"{reverse('dsar:outbox')}?state=failed",
        ),
        Decision(
            "events", found["machinery"].unreadable_events, _("unreadable events"),
            reverse("staff-events"),
        ),
        Decision(
            "evidence", found["expired"], _("evidence expired"), reverse("dashboard-evidence")
        ),
        Decision("changed", changed, _("purposes refused more or less"), "#changed"),
    ]  # fmt: skip
