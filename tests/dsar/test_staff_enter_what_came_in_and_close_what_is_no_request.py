"""Entry by staff: day, scan, agent, duplicates in sight; and the ends that are no answer."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.utils import timezone

from accounts.models import AccessEvent, User
from dsar import rules, rules_identity
from dsar.actions import closings
from dsar.models import SubjectRequest
from dsar.states import IllegalMove
from portal.lib.models import OutgoingMail
from tests.accounts import people
from tests.dsar.asking import NORA, mails
from tests.dsar.worlds import work

pytestmark = pytest.mark.django_db
NEW = "/staff/requests/new/"


@pytest.fixture
def desk(purpose: Any) -> Client:
    """Support's browser."""
    tess = people.with_app(people.make("tess@staff.example.org", role="support"))
    return people.sign_in(Client(), tess)


def told(**more: Any) -> dict[str, Any]:
    day = timezone.localdate() - timedelta(days=2)
    entry = {"email": NORA, "kind": "access", "channel": "post", "received_on": day.isoformat()}
    return entry | {"country": "FR", "language": "fr", "about": ""} | more


def test_a_letter_is_entered_with_its_day_and_its_scan(desk: Client) -> None:
    assert NEW in desk.get("/staff/").content.decode()
    assert desk.get(NEW).status_code == 200
    page = desk.post(NEW, {"email": NORA, "kind": "access"})
    assert "What came in" in page.content.decode()
    assert not SubjectRequest.objects.exists()
    scan = ContentFile(b"%PDF-1.7 a letter", name="letter.pdf")
    answer = desk.post(NEW, told(scan=[scan]))
    request = SubjectRequest.objects.get()
    assert answer.headers["Location"] == f"/staff/requests/{request.reference}/"
    assert request.received_on == timezone.localdate() - timedelta(days=2)
    assert (request.channel, request.status, request.language) == ("post", "identity", "fr")
    assert request.attachments.get(role="scan").name == "letter.pdf"
    assert len(mails("dsar/identity")) == 1


def test_what_is_likely_is_proposed_in_every_language_of_the_desk(
    desk: Client, alice: User
) -> None:
    alice.language, alice.country = "fr", "BE"
    alice.save()
    today = timezone.localdate(timezone=timezone.get_default_timezone()).isoformat()
    for language in ("en", "fr"):
        desk.cookies["django_language"] = language
        page = desk.post(NEW, {"email": alice.email, "kind": "access"}).content.decode()
        assert f'value="{today}"' in page, "as a browser reads it, or the field is empty"
        assert '<option value="fr" selected>' in page
        assert '<option value="BE" selected>' in page


def test_what_the_person_asked_before_is_in_sight_and_nothing_is_merged(
    desk: Client, open_request: Any, alice: User
) -> None:
    first = work(open_request("rectification"))
    page = desk.post(NEW, {"email": alice.email, "kind": "rectification"}).content.decode()
    assert first.reference in page
    assert AccessEvent.objects.filter(person=alice, kind="person_viewed").count() == 1
    answers = {"now": "Alyce", "should": "Alice"}
    assert (
        desk.post(NEW, told(email=alice.email, kind="rectification", **answers)).status_code == 302
    )
    assert alice.subject_requests.count() == 2
    copy = open_request("access")
    again = desk.post(NEW, told(email=alice.email))
    assert again.status_code == 422
    assert copy.reference in again.content.decode()


@pytest.mark.parametrize(
    "wrong",
    [
        {"received_on": "2030-01-01"},
        {"received_on": "2001-01-01"},
        {"received_on": "soon"},
        {"country": "XX"},
        {"country": "US", "region": "ZZ"},
        {"channel": "agent"},
        {"agent_name": "A friend", "proof": "power"},
        {"agent_name": "A friend", "proof": "none", "answer_to_agent": "on"},
        {"about": "x" * 2001},
    ],
)
def test_what_cannot_be_right_is_said(desk: Client, wrong: dict[str, str]) -> None:
    answer = desk.post(NEW, told(**wrong))
    assert answer.status_code == 422
    assert "Please look at this first" in answer.content.decode()
    assert not SubjectRequest.objects.exists()
    assert not User.objects.filter(email=NORA).exists()


def test_a_wrong_file_leaves_nothing_behind(desk: Client) -> None:
    answer = desk.post(NEW, told(scan=[ContentFile(b"MZ\0", name="letter.pdf")]))
    assert answer.status_code == 422
    assert "PDF, PNG, JPEG" in answer.content.decode()
    assert not SubjectRequest.objects.exists()
    assert not OutgoingMail.objects.filter(to=NORA).exists()


def test_an_agent_with_a_power_of_attorney_is_enough(desk: Client) -> None:
    agent = {"agent_name": "Permission Slip", "agent_email": "a@agent.example", "proof": "power"}
    paper = ContentFile(b"%PDF-1.7 power", name="power.pdf")
    desk.post(NEW, told(channel="agent", mandate=[paper], answer_to_agent="on", **agent))
    request = SubjectRequest.objects.get()
    assert (request.status, request.identity) == ("searching", "proven")
    assert request.mandate.answer_to_agent
    assert request.attachments.get().role == "mandate"
    assert not mails("dsar/identity")


def test_a_customer_cannot_enter_requests(client: Client, alice: User) -> None:
    client.force_login(alice)
    assert client.get(NEW).status_code == 404


def test_a_repetition_is_closed_and_the_person_told_which_is_answered(
    open_request: Any, alice: User, bob: User, sam: User
) -> None:
    first, second = open_request("rectification"), open_request("rectification")
    other = open_request("rectification", person=bob, by=bob)
    for wrong in (other, second, open_request("access")):
        with pytest.raises(closings.NotTheSame):
            closings.close_as_duplicate(second, wrong, by=sam)
    with pytest.raises(rules.StaffOnly):
        closings.close_as_duplicate(second, first, by=alice)
    second = closings.close_as_duplicate(second, first, by=sam)
    assert (second.status, second.duplicate_of) == ("duplicate", first)
    assert first.reference in mails("dsar/duplicate", alice.email)[0].text
    with pytest.raises(closings.NotTheSame):  # no two that point at each other
        closings.close_as_duplicate(first, second, by=sam)
    with pytest.raises(IllegalMove):
        closings.close_as_duplicate(second, first, by=sam)


def test_spam_is_closed_without_a_letter_but_never_what_was_confirmed(
    desk: Client, open_request: Any, sam: User
) -> None:
    desk.post(NEW, told())
    request = SubjectRequest.objects.get()
    sent = OutgoingMail.objects.count()
    assert closings.close_as_spam(request, by=sam).status == "spam"
    assert OutgoingMail.objects.count() == sent
    assert rules_identity.state_of(request.confirmations.get()) == "spent"
    with pytest.raises(closings.NotSpam):
        closings.close_as_spam(open_request("erasure"), by=sam)


def test_what_others_decide_about_is_passed_on_with_their_name(
    open_request: Any, alice: User, sam: User
) -> None:
    request = open_request("rectification")
    with pytest.raises(rules.EvidenceMissing):
        closings.forward_to_controller(request, by=sam, controller=" ", note="We help.")
    request = closings.forward_to_controller(
        request, by=sam, controller="Atelier Lilas", note="They answer; we help them."
    )
    assert request.status == "forwarded"
    assert "Atelier Lilas" in mails("dsar/forwarded", alice.email)[0].text
    assert "Atelier" not in str(request.events.latest("pk").data)
