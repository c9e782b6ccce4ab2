"""The day comes in one mail: at the officer's hour, in their zone and language, once."""

from datetime import UTC, datetime, timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from dsar import actions
from dsar.models.requests import Kind
from portal.dashboard.alarms import digest
from portal.dashboard.models import AlarmRule, DigestDay, OfficeEvent, RaisedAlarm
from portal.lib.models import OutgoingMail
from tests.accounts import people
from tests.consents.worlds import make_person
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)

# Eight in the morning in Paris, two at night in New York.
EIGHT = datetime(2026, 5, 4, 6, 0, tzinfo=UTC)


@pytest.fixture
def dina(db: None) -> User:
    return people.make("dina@regard.example", name="Dina Moreau", role=Role.DPO, language="fr")


@pytest.fixture
def alarm(db: None) -> RaisedAlarm:
    rule = AlarmRule.objects.create(code="canary_leaked", threshold=1)
    return RaisedAlarm.objects.create(
        rule=rule, cause="leak", data={"since": EIGHT.isoformat()}, raised_at=EIGHT
    )


def sent() -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(template="dashboard/digest").order_by("pk"))


def test_it_comes_once_at_the_hour(dina: User, alarm: RaisedAlarm) -> None:
    assert digest.send_due(EIGHT - timedelta(minutes=1)) == 0
    assert digest.send_due(EIGHT) == 1
    assert digest.send_due(EIGHT + timedelta(minutes=15)) == 0
    assert digest.send_due(EIGHT + timedelta(hours=15)) == 0
    assert digest.send_due(EIGHT + timedelta(days=1)) == 1
    assert len(sent()) == 2


def test_it_comes_late_rather_than_not_at_all(dina: User, alarm: RaisedAlarm) -> None:
    assert digest.send_due(EIGHT + timedelta(hours=5)) == 1


def test_each_has_their_own_hour_zone_and_language(dina: User, alarm: RaisedAlarm) -> None:
    nora = people.make(
        "nora@regard.example", role=Role.DPO, language="en", time_zone="America/New_York"
    )
    digest.wish(nora, is_on=True, hour=7, even_if_quiet=False)
    digest.send_due(EIGHT)
    assert [mail.to for mail in sent()] == [dina.email]
    digest.send_due(EIGHT + timedelta(hours=5))
    assert [mail.to for mail in sent()] == [dina.email, nora.email]
    french, english = sent()
    assert "Monday 4 May" in english.subject
    assert "lundi 4 mai" in french.subject.lower()
    assert OfficeEvent.objects.get(code="digest_set").by == nora


def test_nothing_to_say_is_silence_unless_wished(dina: User) -> None:
    assert digest.send_due(EIGHT) == 0
    assert sent() == []
    assert DigestDay.objects.get().was_sent is False
    digest.wish(dina, is_on=True, hour=8, even_if_quiet=True)
    assert digest.send_due(EIGHT + timedelta(days=1)) == 1


def test_who_wants_none_gets_none(dina: User, alarm: RaisedAlarm) -> None:
    digest.wish(dina, is_on=False, hour=8, even_if_quiet=False)
    assert digest.send_due(EIGHT) == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_send_one(dina: User, alarm: RaisedAlarm) -> None:
    gate = Barrier(2)

    def one() -> None:
        gate.wait()
        try:
            digest.send_due(EIGHT)
        finally:
            connections.close_all()

    threads = [Thread(target=one) for _n in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(sent()) == 1
    assert DigestDay.objects.count() == 1


def test_its_figures_are_those_of_the_tables(dina: User) -> None:
    person = make_person("ada")
    asked = actions.open_request(Kind.RECTIFICATION, person=person, by=person, language="en")
    found = digest.summary(asked.received_at + timedelta(hours=1))
    assert (found.open, found.late, found.received) == (1, 0, 1)
    assert digest.summary(asked.received_at + timedelta(days=2)).received == 0


def test_the_page_keeps_the_wish_and_shows_the_figures(dina: User, alarm: RaisedAlarm) -> None:
    client = Client()
    client.force_login(dina)
    way = "/dashboard/alarms/digest/"
    client.post(way, {"is_on": "on", "hour": "6", "even_if_quiet": "on"})
    assert (dina.digest.hour, dina.digest.even_if_quiet) == (6, True)
    assert client.post(way, {"is_on": "on", "hour": "99"}).status_code == 200
    dina.digest.refresh_from_db()
    assert dina.digest.hour == 6


def test_who_chose_no_hour_has_that_of_the_office(
    dina: User, alarm: RaisedAlarm, settings: Any
) -> None:
    settings.DIGEST_HOUR = 10
    assert digest.wish_of(dina).hour == 10
    assert digest.send_due(EIGHT + timedelta(hours=1)) == 0
    digest.wish(dina, is_on=True, hour=9, even_if_quiet=False)
    assert digest.send_due(EIGHT + timedelta(hours=1)) == 1
