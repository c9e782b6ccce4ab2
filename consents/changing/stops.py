"""The stop of a version that promised people more than they have now: two persons take it back."""

from collections.abc import Sequence

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.changes import actions
from accounts.changes.kinds import Difference, Problems
from accounts.changes.models import OPEN, Change
from accounts.models import User
from consents.actions import stopping
from consents.changing.purposes import base_of, facts
from consents.models import PurposeVersion

KIND = "purpose_stop"


@transaction.atomic
def ask(version: PurposeVersion, *, by: User, reason: str) -> Change:
    """Ask a second person to stop the version; where the office wants none, it is stopped at once.

    ``reason`` is read by the second person, and then by everybody who was told of the version.

    Raises:
        ReasonMissing: see there.
        DraftOpen: a stop of the purpose was asked for already.
        NotReady: it is in effect, or stopped.
    """
    if not reason.strip():
        raise stopping.ReasonMissing(stopping.SAY_WHY)
    payload = {"number": version.number, "reason": reason.strip()}
    change = actions.draft(KIND, version.purpose.slug, payload, by=by, reason=reason.strip())
    return actions.propose(change, by=by)


def open_of(version: PurposeVersion) -> Change | None:
    """Return the stop that waits for a second person, of this version or of one beside it."""
    return Change.objects.filter(
        kind=KIND, subject=version.purpose.slug, status__in=OPEN
    ).first()  # fmt: skip


class StopChange:
    """``subject`` is the slug of the purpose; the payload is ``{"number": int, "reason": str}``."""

    slug = KIND
    label: str | Promise = gettext_lazy("Stop of a version")

    def titles(self, changes: Sequence[Change]) -> list[str]:
        """Return which version of what."""
        said = _("Stop version %(number)s of “%(title)s”")
        wanted = PurposeVersion.objects.filter(purpose__slug__in={one.subject for one in changes})
        known = {
            (one.purpose.slug, one.number): one.text().title
            for one in wanted.select_related("purpose")
        }
        numbers = [(one.subject, one.payload["number"]) for one in changes]
        return [said % {"number": n, "title": known.get((slug, n), slug)} for slug, n in numbers]

    def path(self, change: Change) -> str:
        """Return the page of the version."""
        version = _version(change)
        if version is None:
            return reverse("dashboard-changes")
        return reverse("dashboard-version", args=[version.pk])

    def base(self, subject: str) -> str:
        """Return a hash of what is published and stopped: what follows is stopped with it."""
        return base_of(subject)

    def problems(self, change: Change) -> Problems:
        """Return whether its day has come, or somebody has stopped it."""
        version = _version(change)
        if version is None:
            return {"": [_("There is no such version.")]}
        standing = stopping.to_stop(version)
        if stopping.may_be_stopped(standing, version, timezone.now()):
            return {}
        return {"": [str(stopping.TOO_LATE)]}

    def differences(self, change: Change) -> list[Difference]:
        """Return what was promised and what stays instead, and the reason people will read."""
        version = _version(change)
        if version is None:
            return []
        day = timezone.localtime(version.effective_from, timezone.get_default_timezone())
        numbers = ", ".join(str(one.number) for one in reversed(stopping.to_stop(version)))
        lines = [
            Difference(_("In effect from"), date_format(day, "DATE_FORMAT"), _("never")),
            Difference(_("Versions that are stopped"), "", numbers),
        ]
        left = version.before
        lines += facts(version, left) if left is not None else []
        return [
            *lines,
            Difference(_("The reason, as people will read it"), "", change.payload["reason"]),
        ]

    def apply(self, change: Change) -> None:
        """Stop it in the name of its author.

        Raises:
            NotStoppable: its day has come.
        """
        version = _version(change)
        if version is None:
            raise stopping.NotStoppable(stopping.TOO_LATE)
        stopping.stop(version, by=change.author, reason=change.payload["reason"], change=change)


def _version(change: Change) -> PurposeVersion | None:
    known = PurposeVersion.objects.select_related("purpose")
    return known.filter(purpose__slug=change.subject, number=change.payload["number"]).first()
