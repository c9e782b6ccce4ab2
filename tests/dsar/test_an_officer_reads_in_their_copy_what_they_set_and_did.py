"""An officer is a person, too: their copy holds what they asked to be told and what they did."""

from typing import Any

import pytest

from accounts.models import User
from dsar.sources.base import Table
from dsar.sources.portal import AccessLogSource
from portal.dashboard.alarms import digest, rounds, setting
from portal.dashboard.models import AlarmRule
from tests.accounts import people

pytestmark = pytest.mark.django_db


@pytest.fixture
def dina(db: None) -> User:
    return people.make("dina@regard.example", name="Dina Roy", role="dpo")


def copied(person: User) -> dict[str, list[dict[str, Any]]]:
    found: dict[str, list[dict[str, Any]]] = {}
    table: Table
    for table in AccessLogSource().collect(person):
        found[table.slug] = [dict(row.values) for row in table.rows]
    return found


def test_what_they_set_and_did_is_theirs_and_nobody_elses(dina: User) -> None:
    dora = people.make("dora@regard.example", name="Dora Lindt", role="dpo")
    rounds.ensure()
    rule = AlarmRule.objects.get(code="request_late")
    wish = setting.Wish(1, to_all=False, readers=[dina, dora], hooks=[], tells_end=False)
    setting.change(rule, wish, by=dina)
    digest.wish(dina, is_on=True, hour=7, even_if_quiet=False)
    mine, hers = copied(dina), copied(dora)
    assert mine["my-alarms"] == [
        {"what": "alarm", "which": "request_late"},
        {"what": "digest", "which": "07:00"},
    ]
    assert [row["what"] for row in mine["my-office"]] == ["rule_changed", "digest_set"]
    assert hers["my-alarms"] == [{"what": "alarm", "which": "request_late"}]
    assert hers["my-office"] == []


def test_a_customer_has_no_such_table(db: None) -> None:
    assert set(copied(people.make("ada@example.org"))) == {"access-log"}
