"""What a request's pages and letters say about where it stands."""

from dataclasses import dataclass
from datetime import datetime
from itertools import groupby

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsar.grounds import Cause, ground_label
from dsar.kinds import nature
from dsar.models import RequestEvent, Step, SubjectRequest
from dsar.models.requests import Kind
from dsar.reckoning import long_date
from dsar.sources.base import label_of
from dsar.states import Outcome, Status

ARRIVED = gettext_lazy("Your request has <strong>arrived</strong>.")
HEADLINES: dict[tuple[str, str], str | Promise] = {
    (Kind.ACCESS, Status.REVIEW): gettext_lazy("A person is <strong>checking</strong> your copy."),
    (Kind.ACCESS, Status.PREPARING): gettext_lazy("Your copy is <strong>being made</strong>."),
    (Kind.ACCESS, Status.ANSWERED): gettext_lazy("Your copy is <strong>ready</strong>."),
    (Kind.PORTABILITY, Status.REVIEW): gettext_lazy(
        "A person is <strong>checking</strong> your files."
    ),
    (Kind.PORTABILITY, Status.PREPARING): gettext_lazy(
        "Your files are <strong>being made</strong>."
    ),
    (Kind.PORTABILITY, Status.ANSWERED): gettext_lazy("Your files are <strong>ready</strong>."),
    (Kind.ERASURE, Status.SEARCHING): gettext_lazy(
        "We are <strong>planning</strong> what is erased."
    ),
    (Kind.ERASURE, Status.REVIEW): gettext_lazy("A person is <strong>checking</strong> the plan."),
    (Kind.ERASURE, Status.PREPARING): gettext_lazy("Your data is <strong>being erased</strong>."),
    (Kind.ERASURE, Status.ANSWERED): gettext_lazy("Your data has been <strong>erased</strong>."),
    (Kind.RECTIFICATION, Status.REVIEW): gettext_lazy(
        "A person is <strong>comparing</strong> what we hold with what you wrote."
    ),
    (Kind.RECTIFICATION, Status.ANSWERED): gettext_lazy("Your data is <strong>corrected</strong>."),
    (Kind.RESTRICTION, Status.REVIEW): gettext_lazy(
        "The use is <strong>paused</strong>, and a person looks at why."
    ),
    (Kind.RESTRICTION, Status.ANSWERED): gettext_lazy("The use is <strong>paused</strong>."),
    (Kind.OBJECTION, Status.REVIEW): gettext_lazy(
        "Your objection is <strong>being weighed</strong>."
    ),
    (Kind.OBJECTION, Status.ANSWERED): gettext_lazy("Your objection is <strong>obeyed</strong>."),
    (Kind.HUMAN_REVIEW, Status.REVIEW): gettext_lazy(
        "A person is <strong>looking at</strong> the decision."
    ),
    (Kind.HUMAN_REVIEW, Status.ANSWERED): gettext_lazy("The decision is <strong>changed</strong>."),
    (Kind.APPEAL, Status.REVIEW): gettext_lazy(
        "Somebody else is <strong>looking again</strong> at our answer."
    ),
    (Kind.APPEAL, Status.ANSWERED): gettext_lazy("Our first answer is <strong>changed</strong>."),
}
# An answer says no more than was done (invariant 8).
BY_OUTCOME: dict[tuple[str, str], str | Promise] = {
    (Outcome.WITH_GAPS, Kind.ACCESS): gettext_lazy(
        "Your copy is ready, <strong>with gaps</strong>."
    ),
    (Outcome.WITH_GAPS, Kind.PORTABILITY): gettext_lazy(
        "Your files are ready, <strong>with gaps</strong>."
    ),
    (Outcome.WITH_GAPS, Kind.ERASURE): gettext_lazy(
        "Your data has been erased <strong>in part</strong>."
    ),
    (Outcome.NOTHING_FOUND, Kind.ACCESS): gettext_lazy(
        "We hold <strong>nothing</strong> about you."
    ),
    (Outcome.NOTHING_FOUND, Kind.PORTABILITY): gettext_lazy(
        "There was <strong>nothing</strong> to take along."
    ),
    (Outcome.NOTHING_FOUND, Kind.ERASURE): gettext_lazy(
        "There was <strong>nothing</strong> to erase."
    ),
    (Outcome.PARTLY, Kind.RECTIFICATION): gettext_lazy(
        "Your data is corrected <strong>in part</strong>."
    ),
    (Outcome.PARTLY, Kind.RESTRICTION): gettext_lazy("The use is paused <strong>in part</strong>."),
    (Outcome.PARTLY, Kind.OBJECTION): gettext_lazy(
        "Your objection is obeyed <strong>in part</strong>."
    ),
    (Outcome.PARTLY, Kind.HUMAN_REVIEW): gettext_lazy(
        "The decision is changed <strong>in part</strong>."
    ),
    (Outcome.PARTLY, Kind.APPEAL): gettext_lazy(
        "Our first answer is changed <strong>in part</strong>."
    ),
    (Outcome.CONFIRMED, Kind.HUMAN_REVIEW): gettext_lazy("The decision <strong>stands</strong>."),
    (Outcome.CONFIRMED, Kind.APPEAL): gettext_lazy("Our first answer <strong>stands</strong>."),
}
# What is said of a kind that has no words of its own at that place.
ANY: dict[str, str | Promise] = {
    Status.RECEIVED: ARRIVED,
    Status.IDENTITY: gettext_lazy("We wait until you have <strong>confirmed</strong> it."),
    Status.SEARCHING: gettext_lazy("We are <strong>searching</strong> your data."),
    Status.REVIEW: gettext_lazy("A person is <strong>looking at</strong> your request."),
    Status.GRACE: gettext_lazy("It is decided, and you can still <strong>take it back</strong>."),
    Status.PREPARING: gettext_lazy("Your answer is <strong>being made</strong>."),
    Status.ANSWERED: gettext_lazy("Your request is <strong>answered</strong>."),
    Status.DUPLICATE: gettext_lazy("This is answered in your <strong>other</strong> request."),
    Status.SPAM: gettext_lazy("This was closed as <strong>no request</strong> about data."),
    Status.UNIDENTIFIED: gettext_lazy("Nobody <strong>confirmed</strong> this request."),
    Status.FORWARDED: gettext_lazy("We <strong>passed this on</strong> to who decides about it."),
    Status.REFUSED: gettext_lazy("We did <strong>not do</strong> what you asked."),
    Status.WITHDRAWN: gettext_lazy("You <strong>withdrew</strong> this request."),
}


def headline(request: SubjectRequest) -> SafeString:
    """Return the sentence at the top of a request's page, as HTML with its decisive word marked."""
    said = BY_OUTCOME.get((request.outcome, request.kind))
    own = HEADLINES.get((request.kind, request.status))
    in_words = request.reopened_on is not None and request.resolution != ""
    if request.status == Status.ANSWERED and in_words and nature(request).searches:
        own = said = None  # answered in words after a reply: no new copy, nothing erased anew
    if request.kind == Kind.RESTRICTION and request.status == Status.ANSWERED and _is_over(request):
        own = said = gettext_lazy("The pause has <strong>ended</strong>.")
    if request.status == Status.REVIEW and request.reopened_on is not None:
        own = gettext_lazy("Your reply is <strong>being looked at</strong>.")
    # The words are ours and hold no value of anybody's.
    return mark_safe(str(said or own or ANY[request.status]))  # noqa: S308


def _is_over(request: SubjectRequest) -> bool:
    """Whether all that the request had paused is in use again."""
    rows = request.restrictions.all()
    return rows.exists() and not rows.filter(lifted_at=None).exists()


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
        return _("until %(when)s") % {"when": date_format(request.grace_until, "DATETIME_FORMAT")}
    if status == Status.ANSWERED:
        if request.closed_at is not None:
            return _day(request.closed_at)
        return _("by %(day)s at the latest") % {"day": long_date(request.due_on)}
    return ""


def _day(at: datetime | None) -> str:
    return date_format(at, "DATE_FORMAT") if at is not None else ""


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
    if event.by is None:
        return _("by the portal itself")
    if event.by == reader:
        return _("by you")
    if event.by_id == request.person_id:
        return _("by the person")
    if reader == request.person:
        return str(event.by.get_role_display())
    return event.by.get_short_name()


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
        parts.append(str(ground_label(ground)))
    return ", ".join(parts)
