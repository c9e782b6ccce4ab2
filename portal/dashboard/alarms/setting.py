"""What an officer sets of a rule. Silence is a risk: nobody makes an alarm silent alone.

To turn one off, to make it quieter than it is shipped, and to leave nobody but oneself told of it
need a second person. An alarm that is on is always told to an officer, whatever webhooks there are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.changes import actions as changes
from accounts.changes.kinds import Difference, Problems
from accounts.changes.models import Change
from accounts.models import User
from portal.dashboard.alarms import hooks, rounds
from portal.dashboard.alarms.rules import RULES
from portal.dashboard.models import (
    AlarmHook,
    AlarmReader,
    AlarmRule,
    OfficeEvent,
    RaisedAlarm,
)
from portal.lib import mail
from portal.lib.errors import DomainError

Code = OfficeEvent.Code
KIND = "alarm-off"


class OutOfBounds(DomainError):
    """A threshold so high or low that the rule would be silent, or never quiet."""

    code = "out_of_bounds"


class NobodyTold(DomainError):
    """A rule tells an officer: a webhook may fail, or lead to nobody."""

    code = "nobody_told"


class SecondPersonNeeded(DomainError):
    """It would be quieter than shipped, or nobody else would be told."""

    code = "alarm_needs_second_person"


@dataclass(frozen=True)
class Wish:
    """How a rule shall be: its threshold, who is told, and whether of the end, too."""

    threshold: int
    to_all: bool
    readers: Sequence[User]
    hooks: Sequence[AlarmHook]
    tells_end: bool


@transaction.atomic
def change(rule: AlarmRule, wish: Wish, *, by: User, agreed: Change | None = None) -> None:
    """Set a rule. ``agreed`` is the change (``quieting``) that is carried out, where one is needed.

    Raises:
        OutOfBounds, NobodyTold.
        SecondPersonNeeded: see :func:`is_silencing`; and there is no ``agreed``.
    """
    require_fit(rule, wish)
    rule = AlarmRule.objects.select_for_update().get(pk=rule.pk)
    if agreed is None and is_silencing(rule, wish, by=by):
        raise SecondPersonNeeded(_("It would be quieter: a second person has to agree."))
    readers, told = list(wish.readers), list(wish.hooks)
    data = {
        "threshold": [rule.threshold, wish.threshold],
        "to_all": [rule.to_all, wish.to_all],
        "tells_end": [rule.tells_end, wish.tells_end],
        "readers": len(readers),
        "hooks": len(told),
    }
    rule.threshold, rule.to_all, rule.tells_end = wish.threshold, wish.to_all, wish.tells_end
    rule.changed_at = timezone.now()
    rule.save()
    rule.hooks.set(told)
    rule.readers.all().delete()
    AlarmReader.objects.bulk_create(AlarmReader(rule=rule, reader=one) for one in readers)
    OfficeEvent.objects.create(code=Code.RULE_CHANGED, by=by, about=f"rule {rule.code}", data=data)


def require_fit(rule: AlarmRule, wish: Wish) -> None:
    """Refuse a wish that nobody may have, alone or not.

    Raises:
        OutOfBounds, NobodyTold.
    """
    known = RULES[rule.code]
    if not known.least <= wish.threshold <= known.most:
        bounds = {"least": known.least, "most": known.most}
        raise OutOfBounds(_("Between %(least)s and %(most)s.") % bounds)
    if not (wish.to_all or wish.readers):
        raise NobodyTold(_("Choose an officer who is told: a webhook alone may reach nobody."))


def is_silencing(rule: AlarmRule, wish: Wish, *, by: User) -> bool:
    """Whether ``by`` would make it quieter than shipped and than now, or leave nobody else told."""
    known = RULES[rule.code]
    is_quieter = [known.is_quieter(wish.threshold, one) for one in (known.usual, rule.threshold)]
    officers = rounds.officers()
    told = officers if wish.to_all else list(wish.readers)
    others = [one for one in rounds.readers(rule, officers) if one != by]
    return all(is_quieter) or (bool(others) and all(one == by for one in told))


@transaction.atomic
def switch_on(rule: AlarmRule, *, by: User) -> None:
    """Turn a rule on, at once: to watch more needs nobody's consent."""
    if AlarmRule.objects.filter(pk=rule.pk, is_on=False).update(is_on=True):
        OfficeEvent.objects.create(code=Code.RULE_ON, by=by, about=f"rule {rule.code}")


@transaction.atomic
def switch_off(rule: AlarmRule, *, by: User, reason: str) -> Change:
    """Ask a second person to turn a rule off; where the office wants none, it is off at once.

    Raises:
        DraftOpen: it was asked for already.
    """
    change_ = changes.draft(KIND, rule.code, {}, by=by, reason=reason)
    return changes.propose(change_, by=by)


@transaction.atomic
def try_out(rule: AlarmRule, *, by: User) -> int:
    """Send a test the way an alarm of the rule would go; return how many are told."""
    everybody = rounds.officers()
    told = rounds.readers(rule, everybody)
    for reader in told:
        mail.send(
            "dashboard/alarm_test",
            to=reader.email or "",
            language=reader.language,
            key=f"alarm-test:{rule.code}:{timezone.now().timestamp()}:{reader.pk}",
            context={"rule": RULES[rule.code].label, "name": by.get_short_name()},
        )
    called = [one for one in rule.hooks.all() if one.is_on]
    for hook in called:
        hooks.try_out(hook, by=by, rule=rule.code)
    OfficeEvent.objects.create(code=Code.TESTED, by=by, about=f"rule {rule.code}")
    return len(told) + len(called)


class OffKind:
    """To turn a rule off."""

    slug = KIND
    label: str | Promise = gettext_lazy("alarm switched off")

    def titles(self, changes: Sequence[Change]) -> list[str]:
        """Return which alarms."""
        said = _("Switch off the alarm “%(name)s”")
        return [said % {"name": label_of(one.subject)} for one in changes]

    def path(self, change: Change) -> str:
        """Return the page of the rule."""
        return reverse("dashboard-alarm-rule", args=[change.subject])

    def base(self, subject: str) -> str:
        """Whether it is on is all there is."""
        return ""

    def problems(self, change: Change) -> Problems:
        """Return nothing: the only thing to say is yes or no."""
        return {}

    def differences(self, change: Change) -> list[Difference]:
        """Return on and off."""
        return [Difference(label_of(change.subject), _("watched"), _("not watched any more"))]

    def apply(self, change: Change) -> None:
        """Turn it off; what stood is over, without a word."""
        AlarmRule.objects.filter(code=change.subject).update(is_on=False)
        standing = RaisedAlarm.objects.filter(rule__code=change.subject, over_at=None)
        standing.update(over_at=timezone.now())
        OfficeEvent.objects.create(
            code=Code.RULE_OFF, by=change.author, about=f"rule {change.subject}"
        )


def label_of(code: str) -> str:
    """Return the name of a rule in the active language; its code if it is none any more."""
    return str(RULES[code].label) if code in RULES else code
