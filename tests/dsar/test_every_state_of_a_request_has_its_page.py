"""The page of a request in each state, its parts that move, its PDF, and what can be done on it."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.actions import claim_address
from accounts.models import User
from consents.models import Purpose
from dsar.models import Attachment, SubjectRequest
from dsar.models.requests import Kind
from dsar.states import FINAL, Status
from tests.accounts import people
from tests.consents.worlds import make_purpose
from tests.dsar.test_an_objection_is_obeyed_and_opens_nothing import without_switch
from tests.dsar.worlds import Ask, make_document, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(purpose: Purpose) -> User:
    """Alice, with a password, so that she can sign in."""
    alice = people.make("alice@example.org", name="Alice")
    claim_address(alice.email or "", person=alice)
    return alice


@pytest.fixture
def hers(alice: User) -> Client:
    return people.sign_in(Client(), alice)


def put(request: SubjectRequest, status: str, **fields: Any) -> str:
    """Put a request into a state, however it got there; return its page."""
    now = timezone.now()
    needed: dict[str, dict[str, Any]] = {
        "grace": {"grace_until": now + timedelta(days=1)},
        "answered": {"outcome": "fulfilled"},
        "refused": {
            "refusal_ground": "eu-gdpr:JustificationA12ManifestlyUnfounded",
            "refusal_evidence": "It was answered yesterday.",
        },
        "duplicate": {"duplicate_of": request},
        "identity": {"identity": "asked", "identity_asked_at": now},
        "forwarded": {"resolution": "Lilas SARL\n\nThey answer you."},
    }
    changed = {"status": status, "closed_at": now if status in FINAL else None}
    changed |= needed.get(status, {}) | fields
    SubjectRequest.objects.filter(pk=request.pk).update(**changed)
    return f"/requests/{request.reference}/"


SAYS = {
    "received": "has <strong>arrived</strong>",
    "identity": "It was me",
    "searching": "Where it stands",
    "review": "A person",
    "grace": "You can still take it back",
    "preparing": "being",
    "answered": "If you disagree",
    "refused": "It was answered yesterday.",
    "withdrawn": "<strong>withdrew</strong>",
    "duplicate": "Where it is answered",
    "spam": "If that is a mistake",
    "unidentified": "What now?",
    "forwarded": "Lilas SARL",
}


@pytest.mark.parametrize("status", Status.values)
def test_each_state_says_where_it_stands_and_what_can_be_done(
    hers: Client, open_request: Ask, status: str
) -> None:
    path = put(open_request("erasure"), status)
    page = hers.get(path).text
    assert SAYS[status] in page
    assert "CNIL" in page
    assert ("hx-get" in page) is (status not in FINAL)
    assert hers.get(f"{path}receipt/")["Content-Type"] == "application/pdf"


@pytest.mark.parametrize("outcome", ["fulfilled", "partly", "confirmed"])
@pytest.mark.parametrize("kind", ["human_review", "rectification", "restriction", "objection"])
def test_each_end_in_words_is_read_on_the_page(
    hers: Client, open_request: Ask, kind: str, outcome: str
) -> None:
    path = put(open_request(kind), "answered", outcome=outcome, resolution="Because of this.")
    page = hers.get(path).text
    assert "Because of this." in page
    assert "Contest the answer" in page


def test_the_page_asks_for_news_only_and_keeps_still_without(
    hers: Client, open_request: Ask
) -> None:
    request = open_request()
    path = f"/requests/{request.reference}/"
    latest = request.events.latest("pk").pk
    asks = {"HX-Request": "true"}
    assert hers.get(f"{path}?seen={latest}", headers=asks).status_code == 204
    work(request)
    part = hers.get(f"{path}?seen={latest}", headers=asks).text
    assert "Your copy is <strong>ready</strong>" in part
    assert 'hx-swap-oob="innerHTML:#said"' in part
    assert "<html" not in part
    assert 'hx-trigger="every' not in part


def test_a_strangers_request_has_no_page_and_no_paper(open_request: Ask, bob: User) -> None:
    request, theirs = open_request(), Client()
    theirs.force_login(bob)
    for what in ("", "receipt/", "contest/", "withdraw/"):
        assert theirs.get(f"/requests/{request.reference}/{what}").status_code == 404


def test_a_message_takes_files_and_says_what_is_wrong_with_one(
    hers: Client, open_request: Ask
) -> None:
    path = f"/requests/{open_request('human_review').reference}/"
    bad = SimpleUploadedFile("virus.pdf", b"MZ\x90\x00")
    answer = hers.post(f"{path}messages/", {"text": "See the file.", "enclosed": bad})
    assert answer.status_code == 422
    assert "See the file." in answer.text
    assert not Attachment.objects.exists()
    good = SimpleUploadedFile("note.txt", b"What I know.")
    assert hers.post(f"{path}messages/", {"text": "Here.", "enclosed": good}).status_code == 302
    assert "note.txt" in hers.get(path).text


def test_a_message_to_an_ended_request_opens_it_again(hers: Client, open_request: Ask) -> None:
    path = put(open_request("human_review"), "spam")
    assert "it is opened again" in hers.get(path).text
    hers.post(f"{path}messages/", {"text": "It was no spam."})
    assert "Your reply is <strong>being looked at</strong>" in hers.get(path).text


@pytest.mark.parametrize("kind", [kind for kind in Kind.values if kind != "appeal"])
def test_each_kind_shows_before_it_is_sent_what_happens_by_when_and_why(
    hers: Client, kind: str
) -> None:
    page = hers.get(f"/requests/new/{kind}/").text
    assert "GDPR" in page
    assert "Why this date?" in page or kind == "objection"
    assert "You receive a confirmation" in page or kind == "erasure"


FILLED: dict[str, dict[str, Any]] = {
    "portability": {},
    "rectification": {"what": "other", "now": "1890", "should": "born in 1980"},
    "restriction": {"scope": "everything", "ground": "claims"},
    "objection": {"purpose": "other", "about": "The statistics."},
    "human_review": {"decision": "My account was blocked."},
}


@pytest.mark.parametrize("kind", FILLED)
def test_each_kind_is_filed_from_its_form_and_read_again_in_words(
    hers: Client, alice: User, kind: str
) -> None:
    answer = hers.post(f"/requests/new/{kind}/", FILLED[kind])
    found = SubjectRequest.objects.get()
    assert answer["Location"] == f"/requests/{found.reference}/"
    assert found.kind == kind
    page = hers.get(answer["Location"]).text
    for text in (FILLED[kind].get("should"), FILLED[kind].get("decision")):
        assert text is None or text in page


@pytest.mark.parametrize(
    ("kind", "given", "error"),
    [
        ("rectification", {"what": "title", "should": "x"}, "Choose the document"),
        ("rectification", {"what": "party_name", "should": "é" * 200}, "at most 150"),
        ("restriction", {"scope": "documents", "ground": "claims"}, "at least one document"),
        ("restriction", {"scope": "documents", "documents": ["x\0"], "ground": "claims"}, "error"),
        ("objection", {"purpose": "other"}, "Say which use you mean"),
        ("objection", {"purpose": "\0"}, "error"),
        ("human_review", {"decision": "x" * 9999}, "error"),
    ],
)
def test_what_cannot_be_sent_says_why_and_nothing_typed_is_lost(
    hers: Client, kind: str, given: dict[str, Any], error: str
) -> None:
    answer = hers.post(f"/requests/new/{kind}/", given)
    assert answer.status_code == 200
    assert error in answer.text
    assert given.get("should", "") in answer.text
    assert not SubjectRequest.objects.exists()


def test_a_form_is_kept_and_gone_on_with_later(hers: Client) -> None:
    typed = {"decision": "My account was blocked.", "later": "1"}
    assert hers.post("/requests/new/human_review/", typed).status_code == 302
    assert not SubjectRequest.objects.exists()
    page = hers.get("/requests/new/human_review/").text
    assert "My account was blocked." in page
    assert "This is what you typed last time" in page
    hers.post("/requests/new/human_review/", typed | {"later": ""})


def test_documents_of_others_cannot_be_chosen(hers: Client, bob: User) -> None:
    his = make_document("his", bob)
    page = hers.get(f"/requests/new/rectification/?document={his.uid}").text
    assert "Title of his" not in page
    given = {"scope": "documents", "documents": [str(his.uid)], "ground": "claims"}
    assert "error" in hers.post("/requests/new/restriction/", given).text


def test_an_objection_lists_the_uses_without_a_switch_and_leads_to_the_others(
    hers: Client,
) -> None:
    make_purpose("analytics", "objection")
    page = hers.get("/requests/new/objection/").text
    assert 'value="analytics"' not in page
    assert "/purposes/" in page


def test_beside_a_use_without_a_switch_stands_that_one_can_object_and_then_that_one_has(
    hers: Client, alice: User
) -> None:
    without_switch("security", "6(1)(f)")
    without_switch("delivery", "6(1)(b)")
    link = "/requests/new/objection/?purpose="
    assert f"{link}security" in hers.get("/purposes/").text
    assert f"{link}delivery" not in hers.get("/purposes/").text
    assert 'value="security"' in hers.get("/requests/new/objection/").text
    hers.post("/requests/new/objection/", {"purpose": "security"})
    assert "You objected" in hers.get("/purposes/security/").text


def test_contesting_leads_to_a_request_of_its_own_and_twice_to_the_same(
    hers: Client, open_request: Ask
) -> None:
    path = put(open_request("human_review"), "answered", resolution="No.")
    given = {"why": ["wrong"], "about": "It is."}
    first = hers.post(f"{path}contest/", given)["Location"]
    assert hers.post(f"{path}contest/", given)["Location"] == first
    assert "Somebody else is" in hers.get(first).text
    assert first in hers.get(path).text


def test_support_answers_in_words_and_ends_a_pause(open_request: Ask) -> None:
    sam = people.with_app(people.make("sam@staff.example.org", name="Sam", role="support"))
    staff = people.sign_in(Client(), sam)
    request = open_request("restriction", details={"scope": "everything", "ground": "claims"})
    path = f"/staff/requests/{request.reference}/"
    assert "Answer in words" in staff.get(path).text
    said = {"outcome": "fulfilled", "text": "It stays paused."}
    assert staff.post(f"{path}resolve/", {"text": "only"}).status_code == 422
    assert staff.post(f"{path}resolve/", said).status_code == 302
    assert staff.post(f"{path}end-pause/", {"reason": "", "on": "x"}).status_code == 422
    on = (timezone.localdate() + timedelta(days=8)).isoformat()
    assert staff.post(f"{path}end-pause/", {"reason": "Settled.", "on": on}).status_code == 302
    request.refresh_from_db()
    assert request.status == "answered"
    assert not request.restrictions.filter(told_at=None).exists()
