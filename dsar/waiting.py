"""What a request waits for outside the portal, in words: for the person, and for staff."""

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsar.actions.owners import options_of
from dsar.grounds import Awaited
from dsar.models import OutsideTask, Step, SubjectRequest
from dsar.models.outside import WORKED_ON
from dsar.sources.base import label_of


@dataclass(frozen=True)
class Waiting:
    """One question that waits. ``uid`` is None where there is nobody to remind (a waiting time)."""

    source: str
    sentence: str
    since: datetime
    until: datetime
    uid: UUID | None = None
    is_person: bool = False
    reminders: int = 0
    reminded_at: datetime | None = None


def waits_sentence(step: Step, *, today: date | None = None) -> str:
    """Return what a step waits for and until when; empty for one that waits for nobody.

    ``today`` is in the controller's zone.
    """
    if step.status != Step.Status.WAITING or not step.awaits:
        return ""
    until = timezone.localtime(_until(step))
    words = {"source": str(label_of(step.source)), "day": date_format(until, "DATE_FORMAT")}
    if step.awaits == Awaited.PURGE:
        days = (until.date() - (today or timezone.localdate())).days
        if days <= 0:
            return _("“%(source)s” is about to delete it; we look again today.") % words
        words["left"] = _days(days)
        return _("Deleted at “%(source)s” on %(day)s at the latest, in %(left)s.") % words
    if step.awaits == Awaited.OWNER:
        return _("We asked the person in charge of “%(source)s”; answer until %(day)s.") % words
    return _("We asked “%(source)s”; answer until %(day)s.") % words


def waiting_for(request: SubjectRequest) -> list[Waiting]:
    """Return everything that the request waits for outside, in two queries: staff's list."""
    if request.status not in WORKED_ON:
        return []
    steps = request.steps.filter(status=Step.Status.WAITING).exclude(awaits="")
    found = []
    for step in steps.select_related("outside", "request"):
        task: OutsideTask | None = getattr(step, "outside", None)
        since = task.asked_at if task else step.started_at or step.queued_at
        found.append(
            Waiting(
                source=str(label_of(step.source)),
                sentence=waits_sentence(step),
                since=since,
                until=_until(step),
                uid=task.uid if task else None,
                is_person=task is not None and options_of(task) is not None,
                reminders=task.reminders if task else 0,
                reminded_at=task.asked_again_at if task and task.reminders else None,
            )
        )
    return found


def _until(step: Step) -> datetime:
    """Return the end of the waiting: of the question where there is one, else of the sleep."""
    task: OutsideTask | None = getattr(step, "outside", None)
    return task.due_at if task else step.not_before


def _days(days: int) -> str:
    return ngettext("%(n)d day", "%(n)d days", days) % {"n": days}
