"""A round: every rule that is on is asked for its causes, and what is new is told, once.

Rounds wait for each other on the rows of the rules. What a round finds new is a row before it is a
message, and both are one transaction: a worker that dies tells nobody, or everybody once. A cause
that stays is quiet; one that is gone and comes again is new.
"""

from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import override

from accounts.models import User
from accounts.roles import Role
from dsar import reckoning
from portal.dashboard.alarms import hooks
from portal.dashboard.alarms.rules import MOST, RULES, Cause, Moment
from portal.dashboard.models import AlarmRule, OfficeEvent, RaisedAlarm
from portal.lib import mail

Code = OfficeEvent.Code
SHOWN = 30  # in one mail


@dataclass
class News:
    """What one reader, or one webhook, is told of a round."""

    begun: list[RaisedAlarm] = field(default_factory=list)
    over: list[RaisedAlarm] = field(default_factory=list)


@dataclass(frozen=True)
class Said:
    """One alarm as a mail says it."""

    rule: str
    sentence: str
    url: str


def ensure() -> None:
    """Make the rows of rules that have none yet, as is usual."""
    known = set(AlarmRule.objects.values_list("code", flat=True))
    new = [AlarmRule(code=one.code, threshold=one.usual) for one in RULES.values()]
    AlarmRule.objects.bulk_create(
        [one for one in new if one.code not in known], ignore_conflicts=True
    )


def ring(now: datetime) -> int:
    """Ask every rule, tell what is new; return how many alarms were raised. Each five minutes."""
    ensure()
    return _ring(Moment(now, reckoning.office_today()))


def officers() -> list[User]:
    """Return who can be told: the data protection officers with an address."""
    found = User.objects.filter(role=Role.DPO, is_active=True).exclude(email=None)
    return list(found.order_by("pk"))


def said(alarms: Iterable[RaisedAlarm]) -> list[Said]:
    """Return alarms in the active language, each with where to act."""
    return [
        Said(
            rule=str(RULES[one.rule.code].label),
            sentence=RULES[one.rule.code].said(one.data),
            url=settings.SITE_URL + RULES[one.rule.code].path(one.data),
        )
        for one in alarms
        if one.rule.code in RULES
    ]


@transaction.atomic
def _ring(at: Moment) -> int:
    locked = AlarmRule.objects.select_for_update().order_by("pk")
    known = list(locked.prefetch_related("hooks", "readers"))
    standing: dict[int, dict[str, RaisedAlarm]] = defaultdict(dict)
    for alarm in RaisedAlarm.objects.filter(over_at=None).select_related("rule"):
        standing[alarm.rule_id][alarm.cause] = alarm
    begun: list[RaisedAlarm] = []
    over: list[RaisedAlarm] = []
    for rule in known:
        found = _causes(rule, at)
        was = standing[rule.pk]
        begun += [_alarm(rule, one, at) for one in found if one.key not in was]
        if len(found) < MOST:  # else it cannot be told what is gone
            still = {one.key for one in found}
            over += [alarm for key, alarm in was.items() if key not in still]
    _write(begun, over, at)
    _tell(known, begun, over)
    return len(begun)


def _causes(rule: AlarmRule, at: Moment) -> list[Cause]:
    """Return the causes of a rule that is on and known, each once."""
    watched = RULES.get(rule.code)
    if watched is None or not rule.is_on:
        return []
    return list({one.key: one for one in watched.causes(rule.threshold, at)}.values())


def _alarm(rule: AlarmRule, cause: Cause, at: Moment) -> RaisedAlarm:
    return RaisedAlarm(rule=rule, cause=cause.key, data=dict(cause.data), raised_at=at.now)


def _write(begun: list[RaisedAlarm], over: list[RaisedAlarm], at: Moment) -> None:
    """Write the rows, and a line of the log for each."""
    RaisedAlarm.objects.bulk_create(begun)
    RaisedAlarm.objects.filter(pk__in=[one.pk for one in over]).update(over_at=at.now)
    OfficeEvent.objects.bulk_create(
        OfficeEvent(code=code, at=at.now, about=f"{one.rule.code} {one.cause}"[:80])
        for code, alarms in ((Code.RAISED, begun), (Code.OVER, over))
        for one in alarms
    )


def _tell(known: list[AlarmRule], begun: list[RaisedAlarm], over: list[RaisedAlarm]) -> None:
    """Queue one mail a reader and the messages of each webhook."""
    by_id = {rule.pk: rule for rule in known}
    ended = [one for one in over if by_id[one.rule_id].tells_end and by_id[one.rule_id].is_on]
    if not begun and not ended:
        return
    everybody = officers()
    of_readers: dict[int, News] = defaultdict(News)
    of_hooks: dict[int, News] = defaultdict(News)
    told = [("begun", one) for one in begun] + [("over", one) for one in ended]
    for name, one in told:
        rule = by_id[one.rule_id]
        heard = [of_readers[reader.pk] for reader in readers(rule, everybody)]
        heard += [of_hooks[hook.pk] for hook in rule.hooks.all() if hook.is_on]
        for news in heard:
            getattr(news, name).append(one)
    for reader in everybody:
        if reader.pk in of_readers:
            _mail(reader, of_readers[reader.pk])
    for pk, news in of_hooks.items():
        hooks.queue(pk, news.begun, news.over)


def readers(rule: AlarmRule, everybody: list[User]) -> list[User]:
    """Return who is told of a rule's alarms by mail, of the officers there are now."""
    chosen = {one.reader_id for one in rule.readers.all()}
    found = [one for one in everybody if rule.to_all or one.pk in chosen]
    # Who was chosen is no officer any more: an alarm that is on never tells nobody.
    return found or everybody


def _mail(reader: User, news: News) -> None:
    with override(reader.language or settings.LANGUAGE_CODE):
        begun, over = said(news.begun[:SHOWN]), said(news.over[:SHOWN])
    mail.send(
        "dashboard/alarms",
        to=reader.email or "",
        language=reader.language,
        key=f"alarms:{uuid4().hex}:{reader.pk}",
        context={
            "begun": begun,
            "over": over,
            "n": len(news.begun),
            "more": max(0, len(news.begun) - SHOWN) + max(0, len(news.over) - SHOWN),
            "url": settings.SITE_URL + reverse("dashboard-alarms"),
        },
    )
