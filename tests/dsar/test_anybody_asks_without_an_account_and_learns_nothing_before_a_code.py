"""The public form: same answers for every address, a code that proves it, one request."""

import re
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.test import Client
from django.utils import timezone

from accounts.models import Address, User
from dsar.models import AskCode, SubjectRequest
from portal.lib.models import OutgoingMail
from tests.dsar.asking import NORA, ask, code_to, long_code_to, mails, no_limits, prove
from tests.dsar.worlds import make_person, work

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh(purpose: Any) -> None:
    no_limits()


def plain(answer: Any) -> str:
    """Return a page without what differs on every page: its form's token."""
    return re.sub(r'name="csrfmiddlewaretoken" value="[^"]+"', "", answer.content.decode())


def test_a_code_files_the_request_under_the_address(client: Client) -> None:
    prove(ask(client))
    page = client.get("/ask/details/").content.decode()
    assert "France" in page
    assert not User.objects.filter(email=NORA).exists()
    answer = client.post("/ask/details/", {"about": "the lease"})
    assert answer.headers["Location"] == "/ask/sent/"
    request = SubjectRequest.objects.get()
    nora = User.objects.get(email=NORA)
    assert (request.person, request.channel, request.identity) == (nora, "form", "proven")
    assert (request.country, request.about, request.status) == ("FR", "the lease", "searching")
    assert Address.objects.get(email=NORA).person == nora
    assert not nora.has_usable_password()
    assert "_auth_user_id" not in client.session
    assert request.reference in client.get("/ask/sent/").content.decode()
    assert [mail.template for mail in OutgoingMail.objects.filter(to=NORA).order_by("pk")] == [
        "dsar/ask_code",
        "dsar/received",
    ]


def test_nothing_shows_whether_an_address_is_known(django_assert_max_num_queries: Any) -> None:
    make_person("known")
    seen = []
    work_of = []
    for email in ("known@example.org", "unknown@example.org"):
        client = Client()
        with django_assert_max_num_queries(90) as queries:
            first = client.post("/ask/", {"kind": "access", "email": email, "country": "FR"})
        work_of.append(len(queries))
        second = client.get("/ask/code/")
        wrong = client.post("/ask/code/", {"code": "00000000"})
        seen.append([
            (first.status_code, first.headers["Location"]),
            plain(second).replace(email, "EMAIL"),
            plain(wrong).replace(email, "EMAIL"),
            [mail.template for mail in OutgoingMail.objects.filter(to=email)],
        ])  # fmt: skip
    assert seen[0] == seen[1]
    assert work_of[0] == work_of[1]


def test_an_objection_needs_no_code_and_says_the_same_to_everybody(client: Client) -> None:
    make_person("known")
    pages = []
    for email in ("known@example.org", "unknown@example.org"):
        one = ask(Client(), email, "objection")
        answer = one.post("/ask/details/", {"purpose": "ai-training"})
        assert answer.headers["Location"] == "/ask/sent/"
        pages.append(plain(one.get("/ask/sent/")).replace(email, "EMAIL"))
        request = SubjectRequest.objects.get(person__email=email)
        assert (request.identity, request.status) == ("not_needed", "answered")
        told = OutgoingMail.objects.filter(to=email).values_list("template", flat=True)
        assert set(told) == {"dsar/received", "dsar/obeyed"}
    assert pages[0] == pages[1]
    assert not AskCode.objects.exists()


def test_details_cannot_be_reached_without_the_code(client: Client) -> None:
    assert client.get("/ask/details/").headers["Location"] == "/ask/"
    assert client.get("/ask/code/").headers["Location"] == "/ask/"
    assert client.get("/ask/sent/").headers["Location"] == "/ask/"
    ask(client)
    assert client.post("/ask/details/", {}).headers["Location"] == "/ask/code/"
    assert not SubjectRequest.objects.exists()


def test_a_code_works_once_in_its_browser_and_not_for_long(client: Client) -> None:
    ask(client)
    code = code_to(NORA)
    other = ask(Client())
    assert other.post("/ask/code/", {"code": code}).status_code == 422
    ask(client)  # the newest one counts
    assert client.post("/ask/code/", {"code": code}).status_code == 422
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        late = client.post("/ask/code/", {"code": code_to(NORA)})
        assert "has ended" in late.content.decode()


def test_five_wrong_codes_end_it(client: Client) -> None:
    ask(client)
    right = code_to(NORA)
    wrong = "0000 0000" if right != "0000 0000" else "1111 1111"
    for _turn in range(5):
        assert client.post("/ask/code/", {"code": wrong}).status_code == 422
    assert client.post("/ask/code/", {"code": right}).status_code == 422


def test_sent_twice_it_is_one_request(client: Client) -> None:
    for _turn in range(2):
        prove(ask(client)).post("/ask/details/", {"about": ""})
        no_limits()
    assert SubjectRequest.objects.count() == 1
    assert client.post("/ask/details/", {}).headers["Location"] == "/ask/"


def test_an_erasure_takes_a_fresh_code_and_a_second_factor_where_there_is_one(
    client: Client,
) -> None:
    prove(ask(client, kind="erasure"))
    page = client.get("/ask/details/").content.decode()
    assert "What goes, and what can stay" in page
    assert client.post("/ask/details/", {}).status_code == 422
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        answer = client.post("/ask/details/", {"understood": "on"})
        assert answer.headers["Location"] == "/ask/code/"
    known = make_person("known")
    Authenticator.objects.create(user=known, type="totp", data={"secret": "s"})
    prove(ask(client, "known@example.org", "erasure"), "known@example.org")
    answer = client.post("/ask/details/", {"understood": "on"})
    assert answer.headers["Location"] == "/requests/new/erasure/"
    assert not SubjectRequest.objects.exists()


def test_what_cannot_be_right_is_said_and_nothing_typed_is_lost(client: Client) -> None:
    told = {"kind": "appeal", "email": "nobody", "country": "XX"}
    page = client.post("/ask/", told)
    assert page.status_code == 422
    assert 'value="nobody"' in page.content.decode()
    assert not AskCode.objects.exists()
    assert client.post("/ask/", {"email": "\0", "kind": "\0"}).status_code == 422


def test_one_browser_is_held_up_by_itself_alone(client: Client) -> None:
    for _turn in range(5):
        ask(client)
    told = {"kind": "access", "email": NORA, "country": "FR"}
    assert client.post("/ask/", told).status_code == 429
    assert client.post("/ask/code/again/").status_code == 429
    assert ask(Client()).get("/ask/code/").status_code == 200


def test_strangers_who_use_up_the_codes_of_an_address_shut_its_owner_out_of_nothing(
    client: Client,
) -> None:
    start = timezone.now()
    for turn in range(60):  # each from another browser, for two hours
        with time_machine.travel(start + timedelta(minutes=2 * turn)):
            ask(Client(REMOTE_ADDR=f"192.0.2.{turn}"))
    sent = mails("dsar/ask_code")
    assert len(sent) == 9, "eight, then one in three hours: no flood of mails"
    with time_machine.travel(start + timedelta(hours=2, minutes=1)):
        page = ask(client).get("/ask/code/").content.decode()
        assert "no further one leaves for now" in page
        assert len(mails("dsar/ask_code")) == 9
        assert client.post("/ask/code/", {"code": code_to(NORA)}).status_code == 422
        long = long_code_to(NORA)
        stranger = ask(Client())
        assert stranger.post("/ask/code/", {"code": "0" * 16}).status_code == 422
        answer = client.post("/ask/code/", {"code": long.lower().replace("-", " ")})
        assert answer.headers["Location"] == "/ask/details/"
        again = stranger.post("/ask/code/", {"code": long})
        assert "was used already" in again.content.decode()
    with time_machine.travel(start + timedelta(hours=4)):
        ask(Client())
    assert len(mails("dsar/ask_code")) == 10


def test_a_long_code_opens_only_its_own_address_and_for_a_day(client: Client) -> None:
    ask(client)
    long = long_code_to(NORA)
    other = ask(Client(), "zoe@mail.example")
    assert other.post("/ask/code/", {"code": long}).status_code == 422
    with time_machine.travel(timezone.now() + timedelta(hours=25)):
        late = ask(Client()).post("/ask/code/", {"code": long})
    assert "has ended" in late.content.decode()


def test_an_objection_by_a_stranger_takes_none_from_the_owner(client: Client) -> None:
    for turn in range(8):
        other = ask(Client(REMOTE_ADDR=f"192.0.2.{turn}"), kind="objection")
        answer = other.post("/ask/details/", {"purpose": "ai-training"})
        assert answer.headers["Location"] == "/ask/sent/"
    assert SubjectRequest.objects.count() == 1, "the same, a moment later: nothing to do or to tell"
    ask(client, kind="objection")
    answer = client.post("/ask/details/", {"purpose": "other", "about": "Stop the newsletter."})
    assert answer.headers["Location"] == "/ask/sent/"
    assert SubjectRequest.objects.count() == 2


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("portability", {}),
        ("rectification", {"now": "Marti", "should": "Martín"}),
        ("restriction", {"ground": "accuracy"}),
        ("human_review", {"decision": "My plan was ended."}),
    ],
)
def test_every_kind_can_be_asked_for(client: Client, kind: str, answers: dict[str, str]) -> None:
    prove(ask(client, kind=kind))
    assert client.get("/ask/details/").status_code == 200
    answer = client.post("/ask/details/", answers)
    assert answer.headers["Location"] == "/ask/sent/", answer.content.decode()[:2000]
    request = SubjectRequest.objects.get()
    assert request.kind == kind
    assert answers.items() <= request.details.items()


def test_who_is_signed_in_asks_there(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get("/ask/").headers["Location"] == "/requests/new/"


def test_a_country_is_proposed(client: Client) -> None:
    page = client.get("/ask/", headers={"Accept-Language": "fr-CH,fr;q=0.9"}).content.decode()
    assert re.search(r'value="CH"\s+selected', page)
    page = client.get("/ask/", headers={"Accept-Language": "en-EU"}).content.decode()
    assert re.search(r'value="FR"\s+selected', page)


def test_a_waiting_request_is_confirmed_by_asking_again(client: Client, sam: User) -> None:
    from dsar.actions import open_request
    from dsar.models.requests import Channel, Kind

    nora = make_person("nora")
    waiting = open_request(Kind.ACCESS, person=nora, by=sam, language="en", channel=Channel.POST)
    assert waiting.status == "identity"
    prove(ask(client, "nora@example.org"), "nora@example.org").post("/ask/details/", {})
    waiting.refresh_from_db()
    assert SubjectRequest.objects.count() == 1
    assert work(waiting).status == "answered"
