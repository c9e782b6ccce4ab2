"""On their page, officers find what waits for them, decide, and read who did what."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from accounts.changes import actions
from accounts.changes.kinds import KINDS, register
from accounts.changes.models import Change
from accounts.models import User
from accounts.roles import Role
from tests.accounts import people
from tests.accounts.test_a_change_needs_a_second_person import Motto

pytestmark = pytest.mark.django_db
LIST = "/dashboard/approvals/"


@pytest.fixture(autouse=True)
def _second_factor_is_not_the_point_here(settings: Any) -> None:
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "SecondFactor" not in one]


@pytest.fixture
def motto() -> Iterator[Motto]:
    kind = Motto()
    register(kind)
    yield kind
    KINDS.pop("motto")


@pytest.fixture
def dina(db: None) -> User:
    return people.make("dina@regard.example", name="Dina Moreau", role=Role.DPO)


@pytest.fixture
def dora(db: None) -> User:
    return people.make("dora@regard.example", name="Dora Lindt", role=Role.DPO)


def signed_in(person: User) -> Client:
    """Sign in, and prove with the password who it is."""
    client = Client()
    client.force_login(person)
    return people.confirm(client)


def proposed(dina: User, subject: str = "") -> Change:
    change = actions.draft("motto", subject, {"words": "as it shall be"}, by=dina)
    return actions.propose(change, by=dina, reason="It is time.")


def test_it_is_found_read_and_agreed_to(motto: Motto, dina: User, dora: User) -> None:
    change, client = proposed(dina), signed_in(dora)
    assert f"/dashboard/approvals/{change.uid}/" in client.get(LIST).content.decode()
    page = client.get(f"{LIST}{change.uid}/").content.decode()
    assert "It is time." in page
    assert "as it shall be" in page
    assert "as it was" in page
    answer = client.post(f"{LIST}{change.uid}/approve/", agreeing(change, "Yes."), follow=True)
    assert "Carried out." in answer.content.decode()
    assert motto.words == "as it shall be"


def agreeing(change: Change, words: str = "") -> dict[str, str]:
    """Return what the page sends to agree to the change as it is now."""
    return {"words": words, "seen": Change.objects.get(pk=change.pk).fingerprint}


def test_nobody_agrees_to_words_that_came_after_they_looked(
    motto: Motto, dina: User, dora: User
) -> None:
    change, client = proposed(dina), signed_in(dora)
    looked_at = agreeing(change)
    assert looked_at["seen"] in client.get(f"{LIST}{change.uid}/").content.decode()
    actions.propose(actions.edit(change, {"words": "something else"}, by=dina), by=dina)
    for sent in (looked_at, {"words": ""}):
        answer = client.post(f"{LIST}{change.uid}/approve/", sent)
        assert answer.status_code == 409
        assert "It was edited since you looked at it." in answer.content.decode()
        assert motto.words == "as it was"
    client.post(f"{LIST}{change.uid}/approve/", agreeing(change))
    assert motto.words == "something else"


def test_the_author_is_offered_no_decision(motto: Motto, dina: User, dora: User) -> None:
    change = proposed(dina)
    page = signed_in(dina).get(f"{LIST}{change.uid}/").content.decode()
    assert "/approve/" not in page
    assert "Another data protection officer" in page
    answer = signed_in(dina).post(f"{LIST}{change.uid}/approve/")
    assert answer.status_code == 409
    assert motto.words == "as it was"


def test_a_refusal_without_a_reason_loses_nothing(motto: Motto, dina: User, dora: User) -> None:
    change, client = proposed(dina), signed_in(dora)
    answer = client.post(f"{LIST}{change.uid}/refuse/", {"words": " "})
    assert answer.status_code == 409
    assert "Say why" in answer.content.decode()
    client.post(f"{LIST}{change.uid}/refuse/", {"words": "Too long."})
    assert "Too long." in client.get(f"{LIST}{change.uid}/").content.decode()


def test_support_finds_nothing_of_it(motto: Motto, dina: User) -> None:
    change = proposed(dina)
    sam = signed_in(people.make("sam@regard.example", role=Role.SUPPORT))
    for path in (LIST, f"{LIST}{change.uid}/"):
        assert sam.get(path).status_code == 404
    assert sam.post(f"{LIST}{change.uid}/approve/").status_code == 404
    assert signed_in(dina).post(f"{LIST}{change.uid}/nonsense/").status_code == 404


def test_the_list_asks_as_much_for_many_as_for_few(motto: Motto, dina: User, dora: User) -> None:
    client = signed_in(dora)
    proposed(dina)
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(8):
        proposed(dina, str(number))
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(many) == len(few)
