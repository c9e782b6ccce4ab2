"""What a request's pages and letters say about where it stands."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsar.grounds import Cause, ground_label
from dsar.kinds import nature
from dsar.models import RequestEvent, Restriction, Step, SubjectRequest
from dsar.models.requests import Kind
from dsar.reckoning import long_date
from dsar.sources.base import label_of
from dsar.states import Outcome, Status


def staff_headline(request: SubjectRequest) -> str:
    """Return what support reads on top: the kind asked for, and where it stands."""
    return _("%(kind)s: %(status)s") % {
        "kind": str(request.get_kind_display()).capitalize(),
        "status": request.get_status_display(),
    }


@dataclass(frozen=True)
class Stage:
    """One stop on the way of a request. ``state`` is "past", "now" or "" (still to come)."""

    label: str
    state: str
    note: str = ""


CHECKED = gettext_lazy("A person checks it, if needed")
LABELS: dict[tuple[str, str], str | Promise] = {
    (Status.RECEIVED, ""): gettext_lazy("Received and confirmed"),
    (Status.IDENTITY, ""): gettext_lazy("You confirm that it was you"),
    (Status.SEARCHING, ""): gettext_lazy("We search every place that holds data"),
    (Status.SEARCHING, Kind.ERASURE): gettext_lazy("We plan what is erased and what must stay"),
    (Status.REVIEW, ""): gettext_lazy("A person looks at it"),
    (Status.REVIEW, Kind.ACCESS): CHECKED,
    (Status.REVIEW, Kind.PORTABILITY): CHECKED,
    (Status.REVIEW, Kind.ERASURE): gettext_lazy("A person checks the plan"),
    (Status.REVIEW, Kind.RECTIFICATION): gettext_lazy("A person compares, and corrects"),
    (Status.REVIEW, Kind.RESTRICTION): gettext_lazy("Paused at once; a person looks at why"),
    (Status.REVIEW, Kind.OBJECTION): gettext_lazy("Stopped meanwhile; a person weighs it"),
    (Status.REVIEW, Kind.HUMAN_REVIEW): gettext_lazy("A person looks at the decision"),
    (Status.REVIEW, Kind.APPEAL): gettext_lazy("Somebody who had not decided looks at it"),
    (Status.GRACE, ""): gettext_lazy("You can still take it back"),
    (Status.PREPARING, ""): gettext_lazy("Your copy is made and sealed"),
    (Status.PREPARING, Kind.ERASURE): gettext_lazy("It is erased, and a new search proves it"),
    (Status.ANSWERED, ""): gettext_lazy("You read the answer here"),
    (Status.ANSWERED, Kind.ACCESS): gettext_lazy("You download it here"),
    (Status.ANSWERED, Kind.PORTABILITY): gettext_lazy("You download them here"),
    (Status.ANSWERED, Kind.ERASURE): gettext_lazy("You receive the certificate"),
}


def way(request: SubjectRequest) -> list[Status]:
    """Return the states that this request goes through when all goes well, in order."""
    stops = [Status.RECEIVED]
    if request.identity_asked_at is not None or request.status == Status.IDENTITY:
        stops.append(Status.IDENTITY)
    searches = nature(request).searches
    if searches:
        stops.append(Status.SEARCHING)
    obeyed = request.kind == Kind.OBJECTION and request.status == Status.ANSWERED
    if not obeyed or request.approved_at is not None:
        stops.append(Status.REVIEW)
    if request.grace_until is not None:
        stops.append(Status.GRACE)
    if searches:
        stops.append(Status.PREPARING)
    return [*stops, Status.ANSWERED]


def stages(request: SubjectRequest) -> list[Stage]:
    """Return the way of a request in words; of one that ended aside, only what happened."""
    order, begun = way(request), [_stage(request, Status.RECEIVED, "past")]
    if request.reopened_on is not None:
        again = _("Opened again by your reply")
        begun.append(Stage(again, "past", date_format(request.reopened_on, "DATE_FORMAT")))
    if request.status not in order:
        end = Stage(str(Status(request.status).label).capitalize(), "now", _day(request.closed_at))
        return [*begun, end]
    here = order.index(Status(request.status))
    if here == 0:
        begun[0] = _stage(request, Status.RECEIVED, "now")
    found = []
    for place, status in enumerate(order[1:], start=1):
        state = "past" if place < here else "now" if place == here else ""
        found.append(_stage(request, status, state))
    return begun + found


def _stage(request: SubjectRequest, status: Status, state: str) -> Stage:
    label = LABELS.get((status, request.kind)) or LABELS[status, ""]
    return Stage(str(label), state, _note(request, status))


def _note(request: SubjectRequest, status: Status) -> str:
    if status == Status.RECEIVED:
        return _day(request.received_at)
    if status == Status.GRACE and request.grace_until is not None:
        until = date_format(timezone.localtime(request.grace_until), "DATETIME_FORMAT")
        return _("until %(when)s") % {"when": until}
    if status == Status.ANSWERED:
        if request.closed_at is not None:
            return _day(request.closed_at)
        return _("by %(day)s at the latest") % {"day": long_date(request.due_on)}
    return ""


def _day(at: datetime | None) -> str:
    return date_format(timezone.localtime(at), "DATE_FORMAT") if at is not None else ""


@dataclass(frozen=True)
class Entry:
    """One line of a timeline: when (aware), what, by whom, and a detail in words."""

    at: datetime
    what: str
    who: str
    detail: str = ""


def timeline(request: SubjectRequest, *, reader: object) -> list[Entry]:
    """Return what happened, newest first, told to ``reader``: the person, or one of the staff.

    Staff are named to each other; to the person they are "support" (C-579/21: not by name).
    """
    found = []
    for is_routine, events in groupby(
        request.events.select_related("by").order_by("-id"), _is_routine
    ):
        group = list(events)
        if is_routine:
            done = ngettext("%(n)d place finished", "%(n)d places finished", len(group))
            found.append(Entry(group[0].at, done % {"n": len(group)}, _("by the portal itself")))
            continue
        found += [
            Entry(one.at, str(one.get_code_display()), _who(one, request, reader), _detail(one))
            for one in group
        ]
    return found


def _is_routine(event: RequestEvent) -> bool:
    """Whether a source finished as it should: many of these in a row are one line."""
    fine = (Step.Outcome.DONE, Step.Outcome.NOT_FOUND)
    return event.code == RequestEvent.Code.STEP_FINISHED and event.detail("outcome") in fine


def _who(event: RequestEvent, request: SubjectRequest, reader: object) -> str:
    if event.detail("to") == "agent":
        return _("by who acts for the person")
    if event.by is None:
        return _("by the portal itself")
    if event.by == reader:
        return _("by you")
    if event.by_id == request.person_id:
        return _("by the person")
    if reader == request.person:
        return str(event.by.get_role_display())
    return event.by.get_short_name()


PAUSED = dict(Restriction.Ground.choices)


def _detail(event: RequestEvent) -> str:
    """Return what the codes and numbers of an event say, in words."""
    parts = []
    if source := event.detail("source"):
        parts.append(str(label_of(source)))
    if outcome := event.detail("outcome"):
        labels = dict(Step.Outcome.choices) | dict(Outcome.choices)
        parts.append(str(labels.get(outcome, outcome)))
    if cause := event.detail("cause"):
        parts.append(str(dict(Cause.choices).get(cause, cause)))
    if records := event.detail("records"):
        parts.append(ngettext("%(n)d record", "%(n)d records", records) % {"n": records})
    if ground := event.detail("ground") or event.detail("reason"):
        parts.append(str(PAUSED.get(ground) or ground_label(ground)))
    return ", ".join(parts)
