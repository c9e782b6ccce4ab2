"""What others file in somebody's name neither stands in their way nor speaks for them."""

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from allauth.mfa.models import Authenticator
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.actions import address_for, claim_address
from accounts.models import User
from accounts.proven import person_for_claimed_address
from dsar import intake_tasks, rules_identity
from dsar.actions import approve, doubts, identity, open_request, proofs, withdraw, write_message
from dsar.models import SubjectRequest
from dsar.models.requests import Channel, Kind
from tests.consents.conftest import machine
from tests.dsar.asking import NORA, ask, code_to, link_to, mails, no_limits
from tests.dsar.worlds import make_document, make_person, work

__all__ = ["machine"]
pytestmark = pytest.mark.django_db
Prank = Callable[..., SubjectRequest]


@pytest.fixture(autouse=True)
def _fresh(purpose: Any) -> None:
    no_limits()


@pytest.fixture
def prank(sam: User) -> Prank:
    """A function by which Sam enters what somebody claimed to be wrote."""

    def enter_it(kind: str = "access", email: str = NORA, **more: Any) -> SubjectRequest:
        person = person_for_claimed_address(email, language="en")
        told: dict[str, Any] = {"person": person, "by": sam, "language": "en"}
        return open_request(Kind(kind), **told | {"channel": Channel.EMAIL} | more)

    return enter_it


def test_a_copy_that_nobody_confirmed_does_not_hold_an_erasure_up(
    prank: Prank, alice: User, sam: User
) -> None:
    erasure = open_request(Kind.ERASURE, person=alice, by=alice, language="en")
    work(erasure)
    assert prank(email=alice.email).status == "identity"
    assert approve(erasure, by=sam, accept_gaps=True).status in ("grace", "preparing")


def test_the_person_asks_as_if_nobody_had_and_in_their_own_words(
    prank: Prank, alice: User, client: Client
) -> None:
    waiting = prank(email=alice.email, country="US", region="CA", about="of the other one")
    client.force_login(alice)
    assert client.get("/requests/new/access/").status_code == 200
    mine = open_request(
        Kind.ACCESS, person=alice, by=alice, language="fr", country="FR", about="my own"
    )
    assert mine.pk == waiting.pk
    mine.refresh_from_db()
    assert (mine.country, mine.region, mine.regime, mine.about, mine.language) == (
        "FR", "", "gdpr", "my own", "fr",
    )  # fmt: skip
    asked_now = open_request(Kind.PORTABILITY, person=alice, by=alice, language="fr", country="FR")
    assert mine.due_on <= asked_now.due_on


def test_words_in_a_session_do_not_set_an_erasure_off(
    prank: Prank, alice: User, client: Client
) -> None:
    waiting = prank("erasure", alice.email)
    client.force_login(alice)
    client.post(f"/requests/{waiting.reference}/confirm/")
    waiting.refresh_from_db()
    assert waiting.status == "identity"  # it is asked first whether it is still the same person
    write_message(waiting, by=alice, text="I never asked for this!")
    waiting.refresh_from_db()
    assert (waiting.status, waiting.unread_by_staff) == ("identity", True)
    doubts.give_up(waiting.pk)
    write_message(waiting, by=alice, text="And I do not want it.")
    waiting.refresh_from_db()
    assert waiting.status == "identity"


def test_who_has_meanwhile_proven_the_address_keeps_the_second_factor(
    prank: Prank, client: Client
) -> None:
    waiting = prank("erasure")
    owner = make_person("owner@mail.example")
    claim_address(NORA, person=owner)
    Authenticator.objects.create(user=owner, type="totp", data={"secret": "x"})
    client.post(link_to())
    waiting.refresh_from_db()
    assert waiting.status == "identity"


def test_who_has_answered_a_doubt_is_not_given_up(prank: Prank, alice: User, sam: User) -> None:
    waiting = prank(email=alice.email)
    doubts.doubt(waiting, by=sam, reason="The letter was signed by somebody else.")
    now = timezone.now()
    with time_machine.travel(now + timedelta(days=3)):
        proofs.answer_doubt(waiting, by=alice, text="My bank letter is on its way.", files=[])
    with time_machine.travel(now + timedelta(days=31)):
        intake_tasks.ask_and_give_up()
    waiting.refresh_from_db()
    assert waiting.status == "identity"
    assert not mails("dsar/unidentified", alice.email)
    assert not mails("dsar/identity_again", alice.email)


def test_what_staff_are_sure_of_is_searched_under_the_address(prank: Prank, sam: User) -> None:
    document = make_document("lease", make_person("landlord@mail.example"), address_for(NORA))
    waiting = prank()
    identity.confirm_identity(waiting, by=sam, how=rules_identity.How.CALLED, words="Called back.")
    assert document.parties.filter(address__person=waiting.person).exists()


def test_what_the_service_vouches_for_is_searched_under_the_address(
    machine: Callable[..., Client],
) -> None:
    document = make_document("lease", make_person("landlord@mail.example"), address_for(NORA))
    service = machine("requests:write")
    body = {"kind": "access", "email": NORA, "country": "FR"}
    first = service.post("/api/v1/requests/", body, content_type="application/json")
    assert first.status_code == 201
    body |= {"identity": "authenticated"}
    second = service.post("/api/v1/requests/", body, content_type="application/json")
    assert second.status_code in (200, 201)
    assert second.json()["reference"] == first.json()["reference"]
    assert second.json()["status"] == "searching"
    person = SubjectRequest.objects.get().person
    assert document.parties.filter(address__person=person).exists()


def test_a_link_of_somebody_who_has_been_erased_says_so(prank: Prank, client: Client) -> None:
    waiting = prank()
    User.objects.filter(pk=waiting.person_id).update(
        email=None, name="", is_active=False, erased_at=timezone.now()
    )
    assert client.post(link_to()).status_code == 409


def test_the_tries_of_a_stranger_shut_nobody_out(client: Client) -> None:
    stranger = ask(Client())
    for _try in range(31):
        stranger.post("/ask/code/", {"code": "0000 0000"}, REMOTE_ADDR="192.0.2.7")
    ask(client)
    # From another network: what is counted by address is not counted here.
    answer = client.post("/ask/code/", {"code": code_to(NORA)}, REMOTE_ADDR="192.0.2.8")
    assert answer.headers["Location"] == "/ask/details/"


def test_where_nobody_said_a_place_the_day_that_was_shown_counts(prank: Prank, alice: User) -> None:
    waiting = prank(email=alice.email, country="US", region="CA")
    User.objects.filter(pk=alice.pk).update(country="")
    alice.refresh_from_db()
    mine = open_request(Kind.ACCESS, person=alice, by=alice, language="en")
    assert mine.pk == waiting.pk
    assert (mine.regime, mine.due_on < waiting.due_on) == ("gdpr", True)


def test_documents_sent_as_proof_go_when_the_request_is_taken_back(
    prank: Prank, alice: User, sam: User
) -> None:
    waiting = prank(email=alice.email)
    doubts.doubt(waiting, by=sam, reason="The letter was signed by somebody else.")
    card = ContentFile(b"my card", name="card.txt")
    proofs.answer_doubt(waiting, by=alice, text="", files=[card])
    withdraw(waiting, by=alice)
    assert not waiting.attachments.filter(destroyed_at=None).exists()


@pytest.mark.parametrize("text", ["\\ud800", "\\u0000"])
@pytest.mark.parametrize("field", ["about", "country", "region", "email"])
def test_a_text_that_cannot_be_kept_is_named(
    machine: Callable[..., Client], field: str, text: str
) -> None:
    body = {"kind": "access", "email": NORA, "country": "FR", field: "X"}
    raw = json.dumps(body).replace('"X"', f'"a{text}@b.example"')
    service = machine("requests:write")
    answer = service.post("/api/v1/requests/", raw, content_type="application/json")
    assert answer.status_code == 400
