"""To make an alarm quieter: what one officer may set alone, and what a second one agrees to."""

from collections.abc import Sequence
from typing import Any

from django.db import transaction
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.changes import actions as changes
from accounts.changes.kinds import Difference, Problems
from accounts.changes.models import OPEN, Change
from accounts.models import User
from portal.dashboard.alarms import rounds, setting
from portal.dashboard.alarms.setting import Wish
from portal.dashboard.models import AlarmHook, AlarmRule
from portal.lib.canonical import sha256_of
from portal.lib.errors import DomainError

KIND = "alarm-quiet"


@transaction.atomic
def ask(rule: AlarmRule, wish: Wish, *, by: User) -> Change:
    """Draft that the rule is set so; where the office wants no second person, it is at once.

    Raises:
        OutOfBounds, NobodyTold: see ``setting.change``.
        DraftOpen: it was asked for already.
    """
    setting.require_fit(rule, wish)
    payload: dict[str, Any] = {
        "threshold": wish.threshold,
        "to_all": wish.to_all,
        "readers": sorted(str(one.uid) for one in wish.readers),
        "hooks": sorted(str(one.uid) for one in wish.hooks),
        "tells_end": wish.tells_end,
    }
    change = changes.draft(KIND, rule.code, payload, by=by)
    return change if changes.second_person_needed() else changes.propose(change, by=by)


def open_of(rule: AlarmRule) -> Change | None:
    """Return the draft to make the rule quieter, if there is one."""
    return Change.objects.filter(kind=KIND, subject=rule.code, status__in=OPEN).first()


class QuietKind:
    """``subject`` is the code of the rule; the payload is a :class:`Wish`, people by ``uid``."""

    slug = KIND
    label: str | Promise = gettext_lazy("alarm made quieter")

    def titles(self, changes: Sequence[Change]) -> list[str]:
        """Return which alarms."""
        said = _("Make the alarm “%(name)s” quieter")
        return [said % {"name": setting.label_of(one.subject)} for one in changes]

    def path(self, change: Change) -> str:
        """Return the page of the rule."""
        return reverse("dashboard-alarm-rule", args=[change.subject])

    def base(self, subject: str) -> str:
        """Return a hash of how the rule is set."""
        rule = AlarmRule.objects.filter(code=subject).first()
        return sha256_of(list(_said(_as_set(rule)).values())) if rule else ""

    def problems(self, change: Change) -> Problems:
        """Return what is out of bounds by now, or that nobody would be told."""
        rule = AlarmRule.objects.filter(code=change.subject).first()
        if rule is None:
            return {"": [_("There is no such alarm.")]}
        try:
            setting.require_fit(rule, _wish(change.payload))
        except DomainError as error:
            return {"": [str(error.message)]}
        return {}

    def differences(self, change: Change) -> list[Difference]:
        """Return in what it would be set otherwise."""
        rule = AlarmRule.objects.filter(code=change.subject).first()
        if rule is None:
            return []
        old, new = _said(_as_set(rule)), _said(_wish(change.payload))
        return [
            Difference(label, old[label], new[label]) for label in new if old[label] != new[label]
        ]

    def apply(self, change: Change) -> None:
        """Set it, in the name of its author."""
        rule = AlarmRule.objects.get(code=change.subject)
        setting.change(rule, _wish(change.payload), by=change.author, agreed=change)


def _wish(payload: dict[str, Any]) -> Wish:
    """Return the wish of a draft; who is no officer any more is left out."""
    wanted = set(payload["readers"])
    return Wish(
        threshold=payload["threshold"],
        to_all=payload["to_all"],
        readers=[one for one in rounds.officers() if str(one.uid) in wanted],
        hooks=list(AlarmHook.objects.filter(uid__in=payload["hooks"])),
        tells_end=payload["tells_end"],
    )


def _as_set(rule: AlarmRule) -> Wish:
    chosen = {one.reader_id for one in rule.readers.all()}
    readers = [one for one in rounds.officers() if one.pk in chosen]
    hooks = list(rule.hooks.all())
    return Wish(rule.threshold, rule.to_all, readers, hooks, rule.tells_end)


def _said(wish: Wish) -> dict[str, str]:
    names = sorted(one.get_short_name() for one in wish.readers)
    return {
        _("Threshold"): str(wish.threshold),
        _("Told by mail"): _("every data protection officer") if wish.to_all else ", ".join(names),
        _("Webhooks"): ", ".join(sorted(one.name for one in wish.hooks)),
        _("Says the end"): _("yes") if wish.tells_end else _("no"),
    }
