"""A setting whose looser direction is known says so, to whoever drafts it and whoever agrees."""

from typing import Any

import pytest
from django.test import Client

from accounts.changes import actions
from accounts.changes.office import LESS, SettingKind
from accounts.models import User
from portal.lib.office.definitions import SETTINGS, Setting
from portal.lib.office.shapes import VALUE, Field, Flag, Record, Some, Whole
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)
from tests.portal.officers import dina as dina
from tests.portal.officers import dora as dora

pytestmark = pytest.mark.django_db
KIND = SettingKind()
# Where neither direction is better for the people whose data it is, and why.
NEITHER = {
    "digest_hour": "an hour of the office's own",
    "contacts": "an address is right or wrong",
    "identity_link_days": "a link that lasts is easier to use, and to find by others",
    "review_every_copy": "a look finds mistakes, and takes time",
    "erasure_grace_hours": "time to take it back is time in which nothing is erased",
}


def test_every_setting_has_a_direction_or_a_reason_why_not() -> None:
    assert {key for key, one in SETTINGS.items() if not one.stricter} == set(NEITHER)


def directed() -> list[Any]:
    return [pytest.param(one, id=key) for key, one in SETTINGS.items() if one.stricter]


def ends(one: Setting[Any]) -> tuple[Any, Any]:
    """Return the loosest and the strictest value that there may be."""
    if isinstance(one.shape, Whole):
        both: tuple[Any, Any] = (one.shape.least, one.shape.most)
    elif isinstance(one.shape, Flag):
        both = (False, True)
    else:
        assert isinstance(one.shape, Some)
        both = ([], [code for code, _words in one.shape.options])
    return both if one.stricter == "more" else (both[1], both[0])


@pytest.mark.parametrize("one", directed())
def test_the_looser_direction_warns_and_the_stricter_does_not(one: Setting[Any]) -> None:
    loosest, strictest = ends(one)
    assert one.is_looser(loosest, strictest)
    assert not one.is_looser(strictest, loosest)
    assert not one.is_looser(strictest, strictest)


def test_both_read_it_where_they_decide(dina: User, dora: User) -> None:
    change = actions.draft("setting", "purpose_notice_days", {"typed": {"value": "14"}}, by=dina)
    for person in (dina, dora):
        client = Client()
        client.force_login(person)
        for path in (KIND.path(change), f"/dashboard/approvals/{change.uid}/"):
            assert str(LESS) in client.get(path).content.decode()


def test_a_return_to_what_was_first_warns_as_well(dina: User, dora: User) -> None:
    change = actions.draft("setting", "purpose_notice_days", {"typed": {"value": "60"}}, by=dina)
    assert KIND.warning(change) == ""
    actions.approve(actions.propose(change, by=dina), by=dora)
    back = actions.draft("setting", "purpose_notice_days", {"reset": True}, by=dina)
    assert KIND.warning(back) == str(LESS)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("https://www.cnil.fr/fr/plaintes", ""),
        ("http://www.cnil.fr/", "What begins with http:// can be changed on its way"),
        ("www.cnil.fr", "Write a whole address that begins with https://."),
        ("ftp://www.cnil.fr/", "Write a whole address that begins with https://."),
        ("https://cnil", "Write a whole address that begins with https://."),
        ("javascript://www.cnil.fr/", "Write a whole address that begins with https://."),
    ],
)
def test_an_address_that_people_are_sent_to_is_https(typed: str, said: str) -> None:
    value, problems = Record((Field(VALUE, "Address", "url"),)).read({VALUE: typed})
    assert (value is None) == bool(said)
    assert said in problems.get(VALUE, [""])[0]


def test_every_authority_that_we_ship_is_at_such_an_address() -> None:
    from dsar.changes.authorities import AuthorityKind

    kind = AuthorityKind()
    for subject in kind.subjects():
        assert kind.read(subject, kind.typed(subject, kind.first(subject)))[1] == {}
