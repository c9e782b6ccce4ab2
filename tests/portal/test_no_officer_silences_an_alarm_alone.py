"""Quieter than shipped, or nobody else told: both take two; an officer is always told."""

from typing import Any

import pytest
from django.test import Client

from accounts.changes import actions as changes
from accounts.changes.models import Change
from accounts.models import User
from accounts.roles import Role
from portal.dashboard.alarms import quieting, rounds, setting
from portal.dashboard.alarms.rules import RULES
from portal.dashboard.alarms.setting import Wish
from portal.dashboard.models import AlarmHook, AlarmRule, OfficeEvent
from tests.accounts import people
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)
from tests.portal.officers import dina as dina
from tests.portal.officers import dora as dora

pytestmark = pytest.mark.django_db
RULE = "/dashboard/alarms/rules/"
# Seen from the cause: these speak before it, so that more time is more warning.
AHEAD = {
    "request_due", "extension_ends", "unconfirmed", "copy_untaken", "hold_unreviewed",
    "notice_missed", "evidence_ends",
}  # fmt: skip


@pytest.fixture
def desk(dina: User) -> Client:
    client = Client()
    client.force_login(dina)
    return client


def rule(code: str) -> AlarmRule:
    rounds.ensure()
    return AlarmRule.objects.get(code=code)


def wish(threshold: int, *readers: User, hooks: tuple[AlarmHook, ...] = ()) -> Wish:
    return Wish(threshold, not readers, list(readers), list(hooks), tells_end=False)


def test_each_rule_knows_which_way_is_quieter() -> None:
    assert {code for code, known in RULES.items() if known.ahead} == AHEAD
    assert RULES["request_due"].is_quieter(4, 5)
    assert RULES["request_late"].is_quieter(2, 1)


@pytest.mark.parametrize(("code", "quieter", "louder"), [
    ("request_due", 4, 6), ("request_late", 2, 1), ("mail_failing", 2, 1), ("queue_waits", 11, 9),
])  # fmt: skip
def test_quieter_than_shipped_takes_two_and_louder_one(
    code: str, quieter: int, louder: int, desk: Client, dina: User, dora: User
) -> None:
    answer = desk.post(f"{RULE}{code}/", {"threshold": quieter, "to_all": "on"})
    change = Change.objects.get(kind="alarm-quiet")
    assert answer["Location"] == f"/dashboard/approvals/{change.uid}/"
    assert rule(code).threshold == RULES[code].usual
    assert "needs a second person" in desk.get(f"{RULE}{code}/").content.decode()
    changes.propose(change, by=dina, reason="Too many.")
    with pytest.raises(changes.OwnChange):
        changes.approve(change, by=dina)
    changes.approve(change, by=dora)
    assert rule(code).threshold == quieter
    event = OfficeEvent.objects.get(code="rule_changed")
    assert (event.by, event.data["threshold"]) == (dina, [RULES[code].usual, quieter])
    desk.post(f"{RULE}{code}/", {"threshold": louder, "to_all": "on"})
    assert rule(code).threshold == louder


def test_the_page_says_it_before_the_click(desk: Client, dora: User) -> None:
    shown = desk.get(f"{RULE}request_due/").content.decode()
    assert "as shipped: 5" in shown
    assert "quieter than as shipped, or leaving nobody told but yourself" in shown


def test_what_two_made_quieter_can_be_made_less_so_by_one(dina: User, dora: User) -> None:
    found = rule("queue_waits")
    AlarmRule.objects.filter(pk=found.pk).update(threshold=60)
    found.refresh_from_db()
    setting.change(found, wish(30), by=dina)
    assert rule("queue_waits").threshold == 30


def test_nobody_goes_past_it(dina: User, dora: User) -> None:
    with pytest.raises(setting.SecondPersonNeeded):
        setting.change(rule("request_late"), wish(3), by=dina)
    with pytest.raises(setting.SecondPersonNeeded):
        setting.change(rule("request_late"), wish(1, dina), by=dina)


def test_to_be_the_only_one_told_takes_two(desk: Client, dina: User, dora: User) -> None:
    sent = {"threshold": 1, "readers": [str(dina.uid)]}
    desk.post(f"{RULE}request_late/", sent)
    assert rounds.readers(rule("request_late"), rounds.officers()) == [dina, dora]
    change = Change.objects.get(kind="alarm-quiet")
    changes.propose(change, by=dina)
    shown = desk.get(f"/dashboard/approvals/{change.uid}/").content.decode()
    assert "every data protection officer" in shown
    changes.approve(change, by=dora)
    assert rounds.readers(rule("request_late"), rounds.officers()) == [dina]
    # And nothing is in the way of telling everybody again.
    desk.post(f"{RULE}request_late/", {"threshold": 1, "to_all": "on"})
    assert rule("request_late").to_all


def test_a_colleague_who_is_still_told_is_enough(dina: User, dora: User) -> None:
    found = rule("request_late")
    assert not setting.is_silencing(found, wish(1, dora), by=dina)
    third = people.make("doro@regard.example", name="Doro", role=Role.DPO)
    assert not setting.is_silencing(found, wish(1, dina, third), by=dina)


def test_an_officer_is_always_told_whatever_webhooks_there_are(dina: User, dora: User) -> None:
    hook = AlarmHook.objects.create(name="desk", url="https://desk.example", is_on=True)
    found = rule("request_late")
    nobody = Wish(1, to_all=False, readers=[], hooks=[hook], tells_end=False)
    for ask in (setting.change, quieting.ask):
        with pytest.raises(setting.NobodyTold):
            ask(found, nobody, by=dina)
    # Of an earlier release, or when who was chosen has left: everybody is told.
    AlarmRule.objects.filter(pk=found.pk).update(to_all=False)
    found.hooks.add(hook)
    found.refresh_from_db()
    assert rounds.readers(found, rounds.officers()) == [dina, dora]


def test_who_is_alone_in_the_office_silences_nobody_else(dina: User) -> None:
    assert not setting.is_silencing(rule("request_late"), wish(1, dina), by=dina)


def test_where_the_office_wants_no_second_person_it_is_at_once(
    desk: Client, dina: User, dora: User, settings: Any
) -> None:
    settings.SECOND_PERSON = []
    desk.post(f"{RULE}request_late/", {"threshold": 3, "to_all": "on"})
    assert rule("request_late").threshold == 3
    assert Change.objects.get(kind="alarm-quiet").status == Change.Status.APPLIED


def test_what_was_set_meanwhile_is_seen_before_anybody_agrees(dina: User, dora: User) -> None:
    found = rule("request_late")
    change = changes.propose(quieting.ask(found, wish(3), by=dina), by=dina)
    setting.change(found, wish(1, dora), by=dina)
    with pytest.raises(changes.Overtaken):
        changes.approve(change, by=dora)
