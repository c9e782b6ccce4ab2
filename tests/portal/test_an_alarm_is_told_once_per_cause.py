"""A rule about to be broken is told once per cause, by mail and webhook, and again only if new."""

from collections.abc import Iterator
from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.changes import actions as changes
from accounts.changes.models import Change
from accounts.models import User
from accounts.roles import Role
from consents.models import CanaryCheck
from dsar import actions, reckoning
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from portal.dashboard.alarms import hooks, rounds, setting
from portal.dashboard.alarms.rules import RULES
from portal.dashboard.models import (
    AlarmHook,
    AlarmRule,
    CareRecord,
    HookMessage,
    OfficeEvent,
    RaisedAlarm,
)
from portal.lib.models import OutgoingMail
from tests.accounts import people
from tests.consents.receivers import Receiver
from tests.consents.worlds import make_person
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)

ALARMS = "/dashboard/alarms/"


@pytest.fixture
def dina(db: None) -> User:
    return people.make("dina@regard.example", name="Dina Moreau", role=Role.DPO, language="en")


@pytest.fixture
def dora(db: None) -> User:
    return people.make("dora@regard.example", name="Dora Lindt", role=Role.DPO, language="fr")


@pytest.fixture
def receiver(settings: Any) -> Iterator[Receiver]:
    found = Receiver()
    settings.OUTGOING_ALLOWED_HOSTS = [found.host]
    yield found
    found.stop()


def late(name: str = "ada") -> SubjectRequest:
    """File a request and let its day pass."""
    person = make_person(name)
    asked = actions.open_request(Kind.RECTIFICATION, person=person, by=person, language="en")
    before = reckoning.office_today() - timedelta(days=2)
    SubjectRequest.objects.filter(pk=asked.pk).update(
        received_on=before - timedelta(days=30), due_on=before
    )
    return asked


def ring() -> int:
    return rounds.ring(timezone.now())


def mails() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(template="dashboard/alarms").order_by("to"))


def hooked(receiver: Receiver, by: User, code: str = "request_late") -> AlarmHook:
    """Register the receiver, and have one rule tell it."""
    hook, receiver.secret = hooks.register("Pager", receiver.url, by=by)
    rounds.ensure()
    AlarmRule.objects.get(code=code).hooks.add(hook)
    return hook


def deliver() -> None:
    for pk in HookMessage.objects.values_list("pk", flat=True):
        hooks.deliver(pk)


def test_a_cause_is_told_once_however_long_it_lasts(dina: User, dora: User) -> None:
    asked = late()
    assert ring() == 1
    assert ring() == 0
    assert [mail.to for mail in mails()] == [dina.email, dora.email]
    assert asked.reference in mails()[0].text
    assert "1 new alarm" in mails()[0].subject
    assert "ada" not in mails()[0].text.lower().replace("/dashboard", "")
    codes = OfficeEvent.objects.values_list("code", "about")
    assert [code for code, _about in codes] == ["raised"]


def test_a_cause_that_comes_again_is_told_again(dina: User) -> None:
    asked = late()
    ring()
    actions.withdraw(asked, by=asked.person)
    ring()
    assert RaisedAlarm.objects.get().over_at is not None
    assert len(mails()) == 1, "the end is told only where it is wished"
    SubjectRequest.objects.filter(pk=asked.pk).update(status="received", closed_at=None)
    assert ring() == 1
    assert len(mails()) == 2


def test_the_end_is_told_where_it_is_wished(dina: User) -> None:
    asked = late()
    ring()
    AlarmRule.objects.update(tells_end=True)
    actions.withdraw(asked, by=asked.person)
    ring()
    assert "are over" in mails()[-1].subject
    ring()
    assert len(mails()) == 2


@pytest.mark.django_db(transaction=True)
def test_two_rounds_at_once_tell_once(dina: User) -> None:
    for name in ("ada", "ben", "cleo"):
        late(name)
    rounds.ensure()
    gate, raised = Barrier(2), list[int]()

    def one() -> None:
        gate.wait()
        try:
            raised.append(ring())
        finally:
            connections.close_all()

    threads = [Thread(target=one) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(raised) == [0, 3]
    assert RaisedAlarm.objects.count() == 3
    assert len(mails()) == 1
    assert "3 new alarms" in mails()[0].subject


def test_what_is_rolled_back_was_never_told(dina: User) -> None:
    late()
    with transaction.atomic():
        ring()
        transaction.set_rollback(True)
    assert mails() == []
    assert ring() == 1


def test_a_round_costs_the_same_with_more_causes(dina: User) -> None:
    rounds.ensure()
    late()

    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            ring()
        return len(found)

    first = queries()
    for n in range(6):
        late(f"p{n}")
    assert queries() <= first


def test_a_webhook_is_told_references_with_a_signature(dina: User, receiver: Receiver) -> None:
    hook = hooked(receiver, dina)
    asked = late()
    ring()
    deliver()
    assert receiver.refused == 0
    (body,) = receiver.bodies
    assert body["type"] == "alarm.changed"
    (told,) = body["data"]["begun"]
    assert told["rule"] == "request_late"
    assert told["url"].endswith(f"/staff/requests/{asked.reference}/")
    assert "ada@" not in str(body)
    hook.refresh_from_db()
    assert hook.taken_at is not None
    deliver()
    assert len(receiver.bodies) == 1
    assert receiver.ids() == [str(HookMessage.objects.get().uid)]


def test_a_webhook_that_fails_is_tried_again_and_seen(dina: User, receiver: Receiver) -> None:
    hook = hooked(receiver, dina)
    late()
    ring()
    receiver.answers = [500, 204]
    deliver()
    message = HookMessage.objects.get()
    assert (message.status, message.error, message.attempts) == ("waiting", "http_500", 1)
    client = Client()
    client.force_login(dina)
    page = client.get(f"{ALARMS}hooks/{hook.uid}/").content.decode()
    assert "It failed 1 time." in page
    assert "The system failed while it took the message." in page
    HookMessage.objects.update(due_at=timezone.now())
    deliver()
    assert HookMessage.objects.get().status == "taken"
    assert AlarmHook.objects.get().failures == 0
    assert len(set(receiver.ids())) == 1, "the receiver knows it again by its number"


def test_a_webhook_is_given_up_after_its_last_attempt(dina: User, receiver: Receiver) -> None:
    hooked(receiver, dina)
    late()
    ring()
    receiver.answers = [503] * 9
    for _n in range(9):
        HookMessage.objects.update(due_at=timezone.now())
        deliver()
    message = HookMessage.objects.get()
    assert (message.status, message.attempts) == ("dead", len(hooks.BACKOFF) + 1)
    assert ring() == 1, "and that is an alarm by itself"


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("https://127.0.0.1/", "leads into a network that the portal does not call"),
        ("https://169.254.169.254/latest/", "leads into a network that the portal does not call"),
        ("https://[::1]/", "leads into a network that the portal does not call"),
        ("http://192.0.2.1/", "It has to be https"),
        ("https://name:word@192.0.2.1/", "It has to be https"),
    ],
)
def test_an_address_inside_is_refused_with_a_sentence(dina: User, url: str, said: str) -> None:
    client = Client()
    client.force_login(dina)
    people.confirm(client)
    answer = client.post(f"{ALARMS}hooks/new/", {"name": "Inside", "url": url})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not AlarmHook.objects.exists()


def test_a_webhook_is_added_its_secret_shown_once_and_tried(dina: User, receiver: Receiver) -> None:
    client = Client()
    client.force_login(dina)
    asked = client.post(f"{ALARMS}hooks/new/", {"name": "Pager", "url": receiver.url})
    assert "reauthenticate" in asked["Location"]
    people.confirm(client)
    page = client.post(f"{ALARMS}hooks/new/", {"name": "Pager", "url": receiver.url})
    text = page.content.decode()
    receiver.secret = "whsec_" + text.partition("whsec_")[2].partition("<")[0]
    hook = AlarmHook.objects.get()
    assert "whsec_" not in client.get(f"{ALARMS}hooks/{hook.uid}/").content.decode()
    client.post(f"{ALARMS}hooks/{hook.uid}/test/")
    deliver()
    assert [body["type"] for body in receiver.bodies] == ["alarm.test"]


def test_a_rule_is_set_within_bounds_and_tells_somebody(dina: User, dora: User) -> None:
    client = Client()
    client.force_login(dina)
    way = f"{ALARMS}rules/request_due/"
    assert client.get(way).status_code == 200
    silent = client.post(way, {"threshold": 900, "to_all": "on"})
    assert "Between 1 and 30." in silent.content.decode()
    nobody = client.post(way, {"threshold": 9})
    assert "Choose an officer who is told" in nobody.content.decode()
    client.post(way, {"threshold": 9, "readers": [str(dora.uid)], "tells_end": "on"})
    rule = AlarmRule.objects.get(code="request_due")
    assert (rule.threshold, rule.to_all, rule.tells_end) == (9, False, True)
    assert [one.to for one in _told(rule)] == [dora.email]
    assert OfficeEvent.objects.get(code="rule_changed").by == dina


def _told(rule: AlarmRule) -> list[OutgoingMail]:
    setting.try_out(rule, by=User.objects.get(email="dina@regard.example"))
    return list(OutgoingMail.objects.filter(template="dashboard/alarm_test"))


def test_a_rule_whose_readers_have_left_tells_every_officer(dina: User, dora: User) -> None:
    rounds.ensure()
    rule = AlarmRule.objects.get(code="request_late")
    setting.change(
        rule, setting.Wish(1, to_all=False, readers=[dora], hooks=[], tells_end=False), by=dina
    )
    User.objects.filter(pk=dora.pk).update(role=Role.CUSTOMER)
    late()
    ring()
    assert [mail.to for mail in mails()] == [dina.email]


def test_to_silence_a_rule_takes_two_and_to_wake_it_one(dina: User, dora: User) -> None:
    late()
    ring()
    client = Client()
    client.force_login(dina)
    client.post(f"{ALARMS}rules/request_late/switch/", {"reason": ""})
    assert not Change.objects.exists()
    client.post(f"{ALARMS}rules/request_late/switch/", {"reason": "Moved to the pager."})
    assert AlarmRule.objects.get(code="request_late").is_on
    changes.approve(Change.objects.get(), by=dora)
    assert not AlarmRule.objects.get(code="request_late").is_on
    assert RaisedAlarm.objects.get().over_at is not None
    late("ben")
    assert ring() == 0
    client.post(f"{ALARMS}rules/request_late/switch/")
    assert ring() == 2
    codes = set(OfficeEvent.objects.values_list("code", flat=True))
    assert {"rule_off", "rule_on"} <= codes


def test_every_rule_has_words_in_every_state(dina: User) -> None:
    late()
    CanaryCheck.objects.create(outcome="leaked", asked=1, allowed=1)
    old = timezone.now() - timedelta(days=9)
    CareRecord.objects.create(kind="backup", at=old, succeeded=True)
    OutgoingMail.objects.create(
        key="x", template="x", to="x@example.org", status="failed", text="x"
    )
    ring()
    raised = {alarm.rule.code for alarm in RaisedAlarm.objects.select_related("rule")}
    assert {"request_late", "canary_leaked", "backup_old", "mail_failing"} <= raised
    client = Client()
    client.force_login(dina)
    for path in ("", "history/", *(f"rules/{code}/" for code in RULES)):
        page = client.get(f"{ALARMS}{path}").content.decode()
        assert "%(" not in page


def test_support_finds_nothing_of_it(dina: User) -> None:
    client = Client()
    client.force_login(people.make("sam@regard.example", role=Role.SUPPORT))
    rounds.ensure()
    for path in ("", "history/", "digest/", "hooks/new/", "rules/request_late/"):
        assert client.get(f"{ALARMS}{path}").status_code == 404


def test_where_a_webhook_leads_is_changed_by_who_has_proven_who_they_are(
    dina: User, receiver: Receiver
) -> None:
    hook = hooked(receiver, dina)
    client = Client()
    client.force_login(dina)
    way, sent = f"{ALARMS}hooks/{hook.uid}/", {"name": "Nobody", "url": receiver.url}
    assert "reauthenticate" in client.post(way, sent)["Location"]
    assert AlarmHook.objects.get().is_on
    people.confirm(client)
    assert client.post(way, {**sent, "url": "https://127.0.0.1/"}).status_code == 422
    assert client.post(way, sent)["Location"] == way
    assert not AlarmHook.objects.get().is_on
