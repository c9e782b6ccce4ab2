"""The people API: no address in a URL, refusing at once, allowing never."""

from typing import Any
from uuid import uuid4

import pytest
from django.core.cache import cache

from accounts.models import Address
from consents import permits
from consents.models import ChoiceEvent, Purpose
from tests.consents.worlds import World, make_purpose

pytestmark = pytest.mark.django_db
JSON = "application/json"
PEOPLE = "/api/v1/people/"


@pytest.fixture(autouse=True)
def _nothing_remembered(db: None) -> None:
    cache.clear()


@pytest.fixture
def world() -> World:
    world = World()
    make_purpose("search", "objection")
    make_purpose("delivery", "none")
    return world


class Settings:
    """The service's own settings page."""

    def __init__(self, client: Any) -> None:
        self.client = client

    def person(self, email: str) -> str:
        answer = self.client.post(PEOPLE, {"email": email}, content_type=JSON)
        assert answer.status_code == 200
        assert set(answer.json()) == {"person"}
        return str(answer.json()["person"])

    def choices(self, person: str) -> dict[str, Any]:
        answer = self.client.get(f"{PEOPLE}{person}/choices/").json()
        return {one["purpose"]: one for one in answer["choices"]}

    def refuse(self, person: str, key: str = "", **body: Any) -> Any:
        body = {"purpose": "ai-training"} | body
        headers = {"Idempotency-Key": key} if key else {}
        return self.client.post(
            f"{PEOPLE}{person}/refusals/", body, content_type=JSON, headers=headers
        )


@pytest.fixture
def page(machine: Any, world: World) -> Settings:
    return Settings(machine("choices:write"))


def test_known_and_unknown_addresses_get_the_same_answer(page: Settings) -> None:
    assert page.person("ADA@example.org") == page.person("ada@example.org")
    assert page.person("stranger@example.org") == page.person("stranger@example.org")


def test_choices_are_told_as_the_portal_tells_them(page: Settings, world: World) -> None:
    person = page.person("ada@example.org")
    before = page.choices(person)
    assert before["ai-training"]["allowed"] is False
    assert before["ai-training"]["state"] == "never_allowed"
    assert (before["search"]["allowed"], before["delivery"]["state"]) == (True, "needed")
    world.allow(world.ada)
    after = page.choices(person)["ai-training"]
    assert (after["allowed"], after["state"], after["origin"]) == (True, "agreed", "everything")
    assert after["since"]
    assert after["version"] == 1
    assert after["url"].endswith("/purposes/ai-training/")


def test_a_refusal_closes_the_gate_and_shows_where_it_came_from(
    page: Settings, world: World, machine: Any
) -> None:
    world.allow(world.cleo)
    world.allow(world.dan)
    assert permits.may("private", "ai-training").allowed
    answer = page.refuse(page.person("cleo@example.org"), language="fr")
    assert answer.status_code == 200
    assert answer.json()["act"] == "consent_withdrawn"
    assert permits.may("private", "ai-training").reason == "refused_by_party"
    event = ChoiceEvent.objects.get(uid=answer.json()["receipt"])
    assert (event.person, event.by, event.source, event.language) == (world.cleo, None, "api", "fr")
    assert answer.json()["receipt_url"].endswith(f"/receipts/{event.uid}/")


def test_who_has_no_account_refuses_by_address(page: Settings, world: World) -> None:
    person = page.person("signer@example.org")
    assert page.refuse(person).json()["act"] == "consent_refused"
    assert ChoiceEvent.objects.get().address == world.signer
    assert page.choices(person)["ai-training"]["state"] == "refused"
    assert permits.may("with-signer", "ai-training").reason == "refused_by_party"


def test_who_has_no_account_and_has_not_answered_is_not_said_to_allow(
    page: Settings, machine: Any
) -> None:
    world = World.__new__(World)
    world.purpose = Purpose.objects.get(slug="search")
    person = page.person("signer@example.org")
    assert page.choices(person)["search"]["allowed"] is True
    world.widen()
    told = page.choices(person)["search"]
    assert (told["allowed"], told["state"]) == (False, "unanswered")
    assert permits.may("with-signer", "search").reason == "widened_unanswered"


def test_one_document_can_be_refused_alone(page: Settings, world: World) -> None:
    person = page.person("ada@example.org")
    assert page.refuse(person, document="org:shared").status_code == 200
    assert ChoiceEvent.objects.get().document == world.documents[1]
    assert page.choices(person)["ai-training"]["state"] == "never_allowed"


def test_what_is_not_theirs_and_what_is_not_there_answer_alike(
    page: Settings, world: World
) -> None:
    person = page.person("ada@example.org")
    answers = [page.refuse(person, document=one) for one in ("private", "unheard-of")]
    assert {one.status_code for one in answers} == {409}
    assert len({(one.json()["code"], one.json()["message"]) for one in answers}) == 1


def test_refusing_again_is_the_same_act(page: Settings) -> None:
    person = page.person("ada@example.org")
    assert page.refuse(person).json() == page.refuse(person).json()
    assert ChoiceEvent.objects.count() == 1


def test_a_repeated_key_undoes_no_later_yes(page: Settings, world: World) -> None:
    person = page.person("ada@example.org")
    first = page.refuse(person, key="k1").json()
    world.allow(world.ada)
    assert page.refuse(person, key="k1").json() == first
    assert page.choices(person)["ai-training"]["allowed"] is True
    page.refuse(person, key="k2")
    assert page.choices(person)["ai-training"]["allowed"] is False


def test_a_key_of_another_question_is_refused(page: Settings) -> None:
    person = page.person("ada@example.org")
    page.refuse(person, key="k1")
    other = page.refuse(person, key="k1", purpose="search")
    assert (other.status_code, other.json()["code"]) == (409, "key_of_another")


def test_nothing_allows(page: Settings) -> None:
    person = page.person("ada@example.org")
    url = f"{PEOPLE}{person}/permissions/"
    answer = page.client.post(url, {"purpose": "ai-training"}, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "portal_only")
    assert answer.json()["url"].endswith("/purposes/")
    assert not ChoiceEvent.objects.exists()


@pytest.mark.parametrize("purpose", ["unheard-of", "a\0b", ""])
def test_a_purpose_that_is_not_there_is_an_error(page: Settings, purpose: str) -> None:
    assert page.refuse(page.person("ada@example.org"), purpose=purpose).status_code == 400


def test_what_nobody_chooses_cannot_be_refused(page: Settings) -> None:
    answer = page.refuse(page.person("ada@example.org"), purpose="delivery")
    assert (answer.status_code, answer.json()["code"]) == (409, "nothing_to_choose")


@pytest.mark.parametrize("email", ["", "no address", "a\0@example.org", 7, None, {"a": 1}])
def test_what_is_no_address_is_an_error(page: Settings, email: Any) -> None:
    answer = page.client.post(PEOPLE, {"email": email}, content_type=JSON)
    assert answer.status_code == 400


def test_strangers_and_erased_addresses_are_not_found(page: Settings, world: World) -> None:
    assert page.client.get(f"{PEOPLE}{uuid4()}/choices/").status_code == 404
    Address.objects.filter(pk=world.signer.pk).update(email=None)
    assert page.client.get(f"{PEOPLE}{world.signer.uid}/choices/").status_code == 404
    assert page.refuse(str(world.signer.uid)).status_code == 404


def test_the_scope_is_asked_for(machine: Any) -> None:
    answer = machine("permits:read").post(PEOPLE, {}, content_type=JSON)
    assert (answer.status_code, answer.json()["code"]) == (403, "insufficient_scope")
