"""How far people have been told of each wording, and how many have read of it."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Count, Q
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from consents.models import Announcing, PurposeStop, PurposeVersion
from consents.queries import change, diff
from consents.queries.change import Step
from consents.queries.changes import know_what_was_before
from consents.queries.diff import Difference

MOST = 50


@dataclass(frozen=True)
class Told:
    """Numbers of people, and addresses without account, about one version."""

    found: int = 0  # to be told, as of the last look
    told: int = 0
    sent: int = 0  # the mail server took the mail
    failed: int = 0
    read: int = 0  # opened the notice
    stop_told: int = 0  # told that it was stopped

    @property
    def waiting(self) -> int:
        """Told, and the mail is still on its way."""
        return self.told - self.sent - self.failed

    @property
    def total(self) -> int:
        """Whom there is to tell; never fewer than were told."""
        return max(self.found, self.told)


STATES: dict[str, str | Promise] = {
    "same": gettext_lazy("Goes no further than the one before: nobody had to be told first."),
    "telling": gettext_lazy("People are being told now."),
    "told": gettext_lazy("Everybody known was told. Who is new is told within the hour."),
    "effect": gettext_lazy("In effect. Who has not answered is not taken along."),
    "stopped": gettext_lazy("Stopped before its day: it never takes effect."),
    "before": gettext_lazy("In effect since before anybody’s documents were here."),
}


@dataclass(frozen=True)
class Changed:
    """One version that followed another, and how far it has been announced."""

    version: PurposeVersion
    steps: list[Step]
    changes: list[Difference]
    told: Told | None  # None: nobody had to be told
    state: str
    is_announced: bool
    is_live: bool
    stop: PurposeStop | None  # who stopped it before its day, and why

    @property
    def words(self) -> str:
        """Return the state in words."""
        return str(STATES[self.state])


def changes(now: datetime) -> list[Changed]:
    """Return the versions that changed a purpose, newest first: three queries, however many."""
    told = Q(number__gt=1) | Q(widens=True)
    newest = PurposeVersion.objects.filter(told).order_by("-published_at", "-pk")
    found = list(newest.select_related("purpose", "announcing", "stop__by")[:MOST])
    know_what_was_before(found)
    numbers = _numbers(found)
    return [_changed(one, numbers.get(one.pk), now) for one in found]


def changed(version: PurposeVersion, now: datetime) -> Changed:
    """Return one version in the same way."""
    return _changed(version, _numbers([version]).get(version.pk), now)


def _numbers(versions: list[PurposeVersion]) -> dict[int, Told]:
    people = "version__announcements"
    rows = (
        Announcing.objects.filter(version__in=versions)
        .annotate(
            told=Count(people),
            sent=Count(people, filter=Q(version__announcements__sent_at__isnull=False)),
            failed=Count(people, filter=Q(version__announcements__failed_at__isnull=False)),
            read=Count(people, filter=Q(version__announcements__read_at__isnull=False)),
            stop_told=Count(people, filter=Q(version__announcements__stop_told_at__isnull=False)),
        )
        .values_list("version", "found", "told", "sent", "failed", "read", "stop_told")
    )
    return {pk: Told(*numbers) for pk, *numbers in rows}


def _changed(version: PurposeVersion, told: Told | None, now: datetime) -> Changed:
    state, before = _state(version, told, now), version.before
    stop = getattr(version, "stop", None)
    return Changed(
        version=version,
        steps=change.steps(before, version),
        changes=diff.differences(before, version),
        told=told,
        state=state,
        is_announced=stop is None and version.effective_from > now,
        stop=stop,
        is_live=stop is None and told is not None and (state == "telling" or told.waiting > 0),
    )


def _state(version: PurposeVersion, told: Told | None, now: datetime) -> str:
    if hasattr(version, "stop"):
        return "stopped"
    if not version.widens:
        return "same"
    if told is None:
        return "before"
    if version.effective_from <= now:
        return "effect"
    return "told" if version.announcing.rounds else "telling"
