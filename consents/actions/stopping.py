"""Stopping a published version before its day: it never takes effect (invariant 4).

To stop is to go back to what people know, so one officer may do it at once, with a reason; there
may be no time to look for a second person. Where the stopped version promised people more than
they have now, going back takes that from them: then a second person agrees. Whoever was told of the
change is told of its end, in batches that a dead worker cannot lose: who has no ``stop_told_at``
yet is found again by the sweep.
"""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from accounts.changes.actions import DpoOnly, mark_stopped
from accounts.changes.models import Change
from accounts.models import User
from consents import widening
from consents.actions.notices import link
from consents.models import Announcement, Announcing, Purpose, PurposeStop, PurposeVersion
from portal.lib import mail
from portal.lib.errors import DomainError
from portal.lib.tasks import enqueue

TELL = "consents.actions.stopping.tell_some"
BATCH = 100
SAY_WHY = _("Say why it is stopped: everybody who was told of it reads this.")
TOO_LATE = _("It is in effect, or was stopped already: nothing can be stopped.")


class NotStoppable(DomainError):
    """The version is in effect, or was stopped already."""

    code = "version_not_stoppable"


class ReasonMissing(DomainError):
    """A change that people were told of is not stopped without saying why."""

    code = "stop_reason_missing"


class SecondPersonNeeded(DomainError):
    """It promised people more than they have now: nobody takes that back alone."""

    code = "stop_needs_second_person"


@transaction.atomic
def stop(
    version: PurposeVersion, *, by: User, reason: str, change: Change | None = None
) -> list[PurposeStop]:
    """Stop the version, and with it whatever was published after it; return the stops.

    What follows was compared with this one, and would go further than anybody was told. ``reason``
    is read by everybody who was told. ``change`` is the one of ``consents.changing.stops`` that is
    carried out, where :func:`takes_back` finds something.

    Raises:
        DpoOnly: ``by`` is not a data protection officer.
        ReasonMissing: see there.
        NotStoppable: it is in effect, or stopped.
        SecondPersonNeeded: it takes back what was promised, and there is no ``change``.
    """
    if not by.is_dpo:
        raise DpoOnly(_("Only a data protection officer may do this."))
    if not reason.strip():
        raise ReasonMissing(SAY_WHY)
    Purpose.objects.select_for_update().get(pk=version.purpose_id)
    standing, now = to_stop(version), timezone.now()
    if not may_be_stopped(standing, version, now):
        raise NotStoppable(TOO_LATE)
    if change is None and takes_back(version, standing):
        raise SecondPersonNeeded(_("It promised people more: a second person has to agree."))
    return [_stop(one, by=by, reason=reason.strip(), at=now) for one in standing]


def takes_back(version: PurposeVersion, standing: list[PurposeVersion]) -> list[PurposeVersion]:
    """Return those against which what holds after the stop goes further.

    ``standing`` are ``version`` and those after it (:func:`to_stop`). What holds then is the one
    before; where there is none nothing is done, and nothing goes no further.
    """
    left = version.before
    return [one for one in standing if left is not None and widening.between(one, left)]


def to_stop(version: PurposeVersion) -> list[PurposeVersion]:
    """Return the version and those that stand after it, the last one first."""
    standing = PurposeVersion.objects.standing().filter(purpose=version.purpose_id)
    return list(standing.filter(number__gte=version.number).order_by("-number"))


def may_be_stopped(standing: list[PurposeVersion], version: PurposeVersion, at: datetime) -> bool:
    """Whether the version is among those that stand, and none of them is in effect at ``at``."""
    return version in standing and all(one.effective_from > at for one in standing)


def tell_some(version_id: int) -> None:
    """Tell the next batch of those who were told of the change, and queue the one after it."""
    with transaction.atomic():
        stopped = PurposeStop.objects.select_related("version__purpose").get(version=version_id)
        untold = Announcement.objects.filter(version=version_id, stop_told_at=None)
        batch = list(
            untold.select_for_update(skip_locked=True, of=["self"])
            .select_related("person", "address")
            .order_by("pk")[:BATCH]
        )
        for announcement in batch:
            _tell(announcement, stopped)
        told = Announcement.objects.filter(pk__in=[one.pk for one in batch])
        told.update(stop_told_at=timezone.now())
        if len(batch) == BATCH:
            enqueue(TELL, version_id)


def sweep() -> None:
    """Take up what a dead worker left: stopped versions of which somebody was not told yet."""
    left = Announcement.objects.filter(version__stop__isnull=False, stop_told_at=None)
    with transaction.atomic():
        for pk in left.values_list("version", flat=True).distinct():
            enqueue(TELL, pk)


def _stop(version: PurposeVersion, *, by: User, reason: str, at: datetime) -> PurposeStop:
    # A batch that is being told now ends first, so that nobody is told of a change after its end.
    announcing = Announcing.objects.select_for_update().filter(version=version).first()
    # The database refuses it once the version is in effect, whoever writes (migration 0019).
    stopped = PurposeStop.objects.create(version=version, by=by, reason=reason, at=at)
    if announcing is not None:
        announcing.finished_at, announcing.leased_until = announcing.finished_at or at, None
        announcing.save(update_fields=["finished_at", "leased_until"])
        enqueue(TELL, version.pk)
    if version.change is not None and version.change.status == Change.Status.APPLIED:
        mark_stopped(version.change, by=by, note=reason)
    return stopped


def _tell(announcement: Announcement, stopped: PurposeStop) -> None:
    """Write the mail; nobody is told who has been erased since."""
    if announcement.is_nobodys:
        return
    person = announcement.person
    to = person.email if person is not None else getattr(announcement.address, "email", None)
    if not to:
        return
    language = (person.language if person is not None else "") or settings.LANGUAGE_CODE
    with translation.override(language):
        title = stopped.version.text().title
    mail.send(
        "consents/purpose_stopped", to=to, language=language,
        key=f"purpose-stopped:{announcement.uid}",
        context={
            "title": title, "version": stopped.version, "reason": stopped.reason,
            "url": link(announcement),
        },
    )  # fmt: skip
