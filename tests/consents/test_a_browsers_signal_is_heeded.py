"""Global Privacy Control: heard exactly as specified, kept as a refusal, never more than that."""

from typing import Any

import pytest
from django.db import IntegrityError, connection
from django.test import Client, RequestFactory
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from consents.actions import choices
from consents.actions.purposes import load_catalogue
from consents.models import ChoiceEvent, Purpose, Receipt, Standing
from consents.models.ledger import Act, Source
from portal.lib import gpc
from tests.consents.worlds import make_person

ON = {"Sec-GPC": "1"}
HONORED = "Opt-out preference signal honored"


@pytest.fixture
def ada(db: None) -> User:
    load_catalogue("consent")
    return make_person("ada")


@pytest.fixture
def marketing(ada: User) -> Purpose:
    return Purpose.objects.get(slug="marketing")


@pytest.fixture
def browser(ada: User) -> Client:
    client = Client()
    client.force_login(ada)
    return client


def by_signal() -> list[ChoiceEvent]:
    return list(ChoiceEvent.objects.filter(source=Source.GPC))


def allow(purpose: Purpose, person: User) -> None:
    choices.allow(purpose, person=person, by=person, language="en")


def click_allow(browser: Client, purpose: Purpose, **headers: str) -> Any:
    sent = {"act": "allow", "version": "1"}
    return browser.post(f"/choices/{purpose.slug}/", sent, headers=headers or ON)


@pytest.mark.parametrize("value", ["1", " 1 ", "\t1", "0, 1", "1,1", "x,1 "])
def test_one_exact_one_among_the_values_is_the_signal(value: str) -> None:
    assert gpc.is_on(RequestFactory().get("/", headers={"Sec-GPC": value}))


@pytest.mark.parametrize("value", ["0", "", "true", "1;x", '"1"', "11", "1 1", "０", "\x0b1"])
def test_everything_else_is_as_if_there_were_none(value: str) -> None:
    assert not gpc.is_on(RequestFactory().get("/", headers={"Sec-GPC": value}))


def test_no_header_is_no_signal() -> None:
    assert not gpc.is_on(RequestFactory().get("/"))


@pytest.mark.parametrize("method", ["get", "head", "post"])
def test_any_request_of_a_signed_in_person_is_enough(
    browser: Client, marketing: Purpose, method: str
) -> None:
    getattr(browser, method)("/theme/" if method == "post" else "/purposes/", headers=ON)
    event = ChoiceEvent.objects.get()
    assert (event.purpose, event.act, event.source, event.by) == (
        marketing, Act.CONSENT_REFUSED, Source.GPC, None,
    )  # fmt: skip
    assert Receipt.objects.filter(event=event).exists()


def test_it_is_written_down_once_and_not_for_each_request(browser: Client) -> None:
    for _ in range(3):
        browser.get("/purposes/", headers=ON)
    assert len(by_signal()) == 1
    before = ChoiceEvent.objects.count()
    for way in ("/", "/documents/", "/history/"):
        browser.get(way, headers=ON)
    assert ChoiceEvent.objects.count() == before


def test_a_new_session_finds_it_said_already(browser: Client, ada: User) -> None:
    browser.get("/", headers=ON)
    other = Client()
    other.force_login(ada)
    other.get("/", headers=ON)
    assert len(by_signal()) == 1


def test_it_never_touches_the_switch_of_ai_training(browser: Client, ada: User) -> None:
    training = Purpose.objects.get(is_ai_training=True)
    allow(training, ada)
    browser.get("/", headers=ON)
    assert Standing.objects.get(purpose=training).allowed
    assert not ChoiceEvent.objects.filter(purpose=training, source=Source.GPC).exists()


def test_the_database_lets_no_signal_reach_ai_training(ada: User) -> None:
    with pytest.raises(IntegrityError, match="purpose_training_heeds_no_signal"):
        Purpose.objects.filter(is_ai_training=True).update(honours_gpc=True)


def test_nobody_is_chosen_for_without_being_signed_in(ada: User) -> None:
    Client().get("/", headers=ON)
    Client().get("/verify/", headers=ON)
    assert not ChoiceEvent.objects.exists()


def test_its_absence_later_is_no_permission(browser: Client, marketing: Purpose) -> None:
    browser.get("/", headers=ON)
    browser.get("/")
    assert ChoiceEvent.objects.count() == 1
    assert not Standing.objects.get(purpose=marketing).allowed


def test_it_wins_over_a_permission_given_before_and_the_page_says_so(
    browser: Client, ada: User, marketing: Purpose
) -> None:
    allow(marketing, ada)
    page = browser.get("/purposes/", headers=ON).content.decode()
    assert ChoiceEvent.objects.latest("pk").act == Act.CONSENT_WITHDRAWN
    assert HONORED in page
    assert "before; the signal ended that on" in page
    assert "Your browser’s privacy signal refused it on" in page


def test_a_yes_after_it_holds_for_the_session_and_is_shown(
    browser: Client, ada: User, marketing: Purpose
) -> None:
    browser.get("/", headers=ON)
    click_allow(browser, marketing)
    page = browser.get("/purposes/", headers=ON).content.decode()
    assert Standing.objects.get(purpose=marketing).allowed
    assert "yourself while the signal was on" in page


def test_the_next_sign_in_brings_the_signal_anew(
    browser: Client, ada: User, marketing: Purpose
) -> None:
    browser.get("/", headers=ON)
    click_allow(browser, marketing)
    other = Client()
    other.force_login(ada)
    other.get("/", headers=ON)
    assert not Standing.objects.get(purpose=marketing).allowed


def test_a_signal_that_comes_up_again_counts_again(browser: Client, marketing: Purpose) -> None:
    browser.get("/", headers=ON)
    browser.get("/")
    click_allow(browser, marketing, **{"Sec-GPC": "0"})
    assert Standing.objects.get(purpose=marketing).allowed
    browser.get("/", headers=ON)
    assert not Standing.objects.get(purpose=marketing).allowed


def test_a_yes_as_the_first_request_with_it_is_the_later_act(
    browser: Client, marketing: Purpose
) -> None:
    click_allow(browser, marketing)
    assert [one.source for one in ChoiceEvent.objects.order_by("pk")] == ["gpc", "portal"]
    assert Standing.objects.get(purpose=marketing).allowed


@pytest.mark.parametrize("path", ["/", "/purposes/"])
def test_what_differs_by_the_signal_says_so_to_caches(browser: Client, path: str) -> None:
    without, withit = browser.get(path), browser.get(path, headers=ON)
    assert HONORED not in without.content.decode()
    assert HONORED in withit.content.decode()
    assert "Sec-GPC" in without["Vary"]
    assert "Sec-GPC" in withit["Vary"]


def test_a_signal_that_was_heeded_costs_no_query_more(browser: Client) -> None:
    def cost(**headers: str) -> int:
        with CaptureQueriesContext(connection) as counted:
            browser.get("/accessibility/", headers=headers)
        return len(counted)

    browser.get("/accessibility/")
    without = cost()
    browser.get("/accessibility/", headers=ON)
    assert cost(**ON) == without


def test_the_history_names_the_browser_as_who_did_it(browser: Client) -> None:
    browser.get("/", headers=ON)
    page = browser.get("/history/", headers=ON).content.decode()
    assert "Your browser" in page
    assert "by the browser’s privacy signal" in page
