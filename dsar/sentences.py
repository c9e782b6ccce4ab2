"""What a request's pages and letters say about where it stands and why its date is its date."""

from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby

from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from dsar import calendars, deadlines
from dsar.deadlines import Why
from dsar.grounds import Cause, ground_label
from dsar.models import RequestEvent, Step, SubjectRequest
from dsar.models.requests import Kind
from dsar.sources.base import label_of
from dsar.states import Outcome, Status

LONG_DATE = gettext_lazy("l j F Y")

HEADLINES: dict[tuple[str, str], str | Promise] = {
    (Kind.ACCESS, Status.RECEIVED): gettext_lazy("Your request has <strong>arrived</strong>."),
    (Kind.ACCESS, Status.SEARCHING): gettext_lazy("We are <strong>searching</strong> your data."),
    (Kind.ACCESS, Status.REVIEW): gettext_lazy("A person is <strong>checking</strong> your copy."),
    (Kind.ACCESS, Status.PREPARING): gettext_lazy("Your copy is <strong>being made</strong>."),
    (Kind.ACCESS, Status.ANSWERED): gettext_lazy("Your copy is <strong>ready</strong>."),
    (Kind.ERASURE, Status.RECEIVED): gettext_lazy("Your request has <strong>arrived</strong>."),
    (Kind.ERASURE, Status.SEARCHING): gettext_lazy(
        "We are <strong>planning</strong> what is erased."
    ),
    (Kind.ERASURE, Status.REVIEW): gettext_lazy("A person is <strong>checking</strong> the plan."),
    (Kind.ERASURE, Status.PREPARING): gettext_lazy("Your data is <strong>being erased</strong>."),
    (Kind.ERASURE, Status.ANSWERED): gettext_lazy("Your data has been <strong>erased</strong>."),
}
# An answer says no more than was done (invariant 8).
IN_PART: dict[str, str | Promise] = {
    Kind.ACCESS: gettext_lazy("Your copy is ready, <strong>with gaps</strong>."),
    Kind.ERASURE: gettext_lazy("Your data has been erased <strong>in part</strong>."),
}
NOTHING: dict[str, str | Promise] = {
    Kind.ACCESS: gettext_lazy("We hold <strong>nothing</strong> about you."),
    Kind.ERASURE: gettext_lazy("There was <strong>nothing</strong> to erase."),
}
# What is said of a kind that has no words of its own at that place.
ANY: dict[str, str | Promise] = {
    Status.RECEIVED: gettext_lazy("Your request has <strong>arrived</strong>."),
    Status.IDENTITY: gettext_lazy("We wait until you have <strong>confirmed</strong> it."),
    Status.SEARCHING: gettext_lazy("We are <strong>searching</strong> your data."),
    Status.REVIEW: gettext_lazy("A person is <strong>looking at</strong> your request."),
    Status.GRACE: gettext_lazy("It is decided, and you can still <strong>take it back</strong>."),
    Status.PREPARING: gettext_lazy("Your answer is <strong>being made</strong>."),
    Status.ANSWERED: gettext_lazy("Your request is <strong>answered</strong>."),
}
CLOSED: dict[str, str | Promise] = {
    Status.DUPLICATE: gettext_lazy("This is answered in your <strong>other</strong> request."),
    Status.SPAM: gettext_lazy("This was closed as <strong>no request</strong> about data."),
    Status.UNIDENTIFIED: gettext_lazy("Nobody <strong>confirmed</strong> this request."),
    Status.FORWARDED: gettext_lazy("We <strong>passed this on</strong> to who decides about it."),
    Status.REFUSED: gettext_lazy("We did <strong>not do</strong> what you asked."),
    Status.WITHDRAWN: gettext_lazy("You <strong>withdrew</strong> this request."),
}


def headline(request: SubjectRequest) -> SafeString:
    """Return the sentence at the top of a request's page, as HTML with its decisive word marked."""
    by_outcome = {Outcome.WITH_GAPS.value: IN_PART, Outcome.NOTHING_FOUND.value: NOTHING}
    said = by_outcome.get(request.outcome, {}).get(request.kind)
    own = HEADLINES.get((request.kind, request.status))
    words = CLOSED.get(request.status) or said or own or ANY[request.status]
    # The words are ours and hold no value of anybody's.
    return mark_safe(str(words))  # noqa: S308


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


WAY: tuple[tuple[Status, dict[str, str | Promise]], ...] = (
    (Status.RECEIVED, {"": gettext_lazy("Received and confirmed")}),
    (
        Status.SEARCHING,
        {
            Kind.ACCESS: gettext_lazy("We search every place that holds data"),
            Kind.ERASURE: gettext_lazy("We plan what is erased and what must stay"),
        },
    ),
    (Status.REVIEW, {"": gettext_lazy("A person checks it, if needed")}),
    (
        Status.PREPARING,
        {
            Kind.ACCESS: gettext_lazy("Your copy is made and sealed"),
            Kind.ERASURE: gettext_lazy("It is erased, and a new search proves it"),
        },
    ),
    (
        Status.ANSWERED,
        {
            Kind.ACCESS: gettext_lazy("You download it here"),
            Kind.ERASURE: gettext_lazy("You receive the certificate"),
        },
    ),
)


def stages(request: SubjectRequest) -> list[Stage]:
    """Return the way of a request in words; of one refused or withdrawn, only what happened."""
    order = [status for status, _labels in WAY]
    if request.status not in order:
        end = Stage(str(Status(request.status).label).capitalize(), "now", _day(request.closed_at))
        return [Stage(_("Received and confirmed"), "past", _day(request.received_at)), end]
    here = order.index(Status(request.status))
    found = []
    for place, (status, labels) in enumerate(WAY):
        state = "past" if place < here else "now" if place == here else ""
        label = labels.get(request.kind) or labels[""]
        found.append(Stage(str(label), state, _note(request, status)))
    return found


def why_this_date(request: SubjectRequest) -> list[str]:
    """Return, a sentence a step, how the day of the answer comes about (Regulation 1182/71)."""
    closed = calendars.closed_days(request.received_on)
    steps = deadlines.explain(
        request.received_on,
        request.law,
        extended=request.extended_at is not None,
        holidays=closed,
    )
    return [_step(step, closed.get(step.day, "")) for step in steps]


def _step(step: deadlines.Step, holiday: str) -> str:
    words = {
        Why.RECEIVED: _("We received it on %(day)s. That day is not counted."),
        Why.TERM_ENDS: _("The law gives one month: to %(day)s."),
        Why.EXTENDED_TERM_ENDS: _(
            "With the two further months it is three from receipt: to %(day)s."
        ),
        Why.MONTH_IS_SHORTER: _("That month has no such day, so its last day counts: %(day)s."),
        Why.PAUSED: _("While we waited for you the clock stood still: to %(day)s."),
        Why.SATURDAY: _("%(day)s is a Saturday, so the next working day counts."),
        Why.SUNDAY: _("%(day)s is a Sunday, so the next working day counts."),
        Why.HOLIDAY: _(
            "%(day)s is a public holiday (%(holiday)s), so the next working day counts."
        ),
        Why.DUE: _("The answer is due by the end of %(day)s."),
    }
    return words[step.code] % {"day": long_date(step.day), "holiday": holiday}


def long_date(day: date) -> str:
    """Return a day in full, with its weekday, in the active language."""
    return date_format(day, str(LONG_DATE))


def _note(request: SubjectRequest, status: Status) -> str:
    if status == Status.RECEIVED:
        return _day(request.received_at)
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
