"""The person’s pages: ask in two steps, see where it stands and why, download once, withdraw."""

import io
import zipfile
from typing import Any

import pytest
from django.test import Client

from accounts.actions import claim_address
from accounts.models import User
from consents.models import Purpose
from dsar import actions
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from tests.accounts import people
from tests.dsar.worlds import Ask, make_life, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def alice(purpose: Purpose) -> User:
    """Alice, with a password, so that she can prove who she is."""
    alice = people.make("alice@example.org", name="Alice")
    claim_address(alice.email or "", person=alice)
    return alice


@pytest.fixture
def hers(alice: User) -> Client:
    return people.sign_in(Client(), alice)


@pytest.fixture
def theirs(bob: User) -> Client:
    client = Client()
    client.force_login(bob)
    return client


def ask(client: Client, kind: str = "access", **fields: str) -> SubjectRequest:
    client.post(f"/requests/new/{kind}/", fields)
    return SubjectRequest.objects.latest("pk")


def test_a_copy_is_asked_for_without_filling_in_anything(hers: Any, alice: User) -> Any:
    assert hers.get("/requests/new/access/").status_code == 200
    found = ask(hers)
    assert (found.person, found.kind, found.channel) == (alice, "access", "portal")
    page = hers.get(f"/requests/{found.reference}/").text
    assert found.reference in page
    assert "Why this date?" in page


def test_sending_twice_is_one_request(hers: Any) -> Any:
    first = ask(hers)
    answer = hers.post("/requests/new/access/", {})
    assert answer.status_code == 302
    assert answer["Location"] == f"/requests/{first.reference}/"
    assert SubjectRequest.objects.count() == 1


def test_an_erasure_shows_what_goes_and_what_stays_before_it_is_sent(
    hers: Any, alice: User, bob: User
) -> Any:
    make_life(alice, bob)
    page = hers.get("/requests/new/erasure/").text
    assert "What goes" in page
    assert "What stays" in page
    assert "Title of shared" in page


def test_an_erasure_is_not_sent_before_the_list_was_read_and_nothing_typed_is_lost(
    hers: Any,
) -> Any:
    answer = hers.post("/requests/new/erasure/", {"about": "because I moved"})
    assert answer.status_code == 200
    assert "because I moved" in answer.text
    assert not SubjectRequest.objects.exists()


def test_an_erasure_asks_who_is_there_every_time(alice: User) -> Any:
    client = Client()
    client.force_login(alice)
    answer = client.post("/requests/new/erasure/", {"understood": "on"})
    assert answer["Location"].startswith("/account/reauthenticate/")
    assert not SubjectRequest.objects.exists()
    client.post(answer["Location"], {"password": people.PASSWORD}, follow=True)
    assert SubjectRequest.objects.get().kind == "erasure"


def test_the_copy_is_downloaded_by_a_link_that_works_once(hers: Any, alice: User, bob: User) -> Any:
    make_life(alice, bob)
    people.confirm(hers)
    found = work(ask(hers))
    link = hers.post(f"/requests/{found.reference}/download/")["Location"]
    answer = hers.get(link)
    content = answer.getvalue()
    assert answer["Content-Disposition"].startswith("attachment")
    assert "no-store" in answer["Cache-Control"]
    assert "index.html" in zipfile.ZipFile(io.BytesIO(content)).namelist()
    again = hers.get(link)  # spent: it leads back to where a new one is made
    assert (again.status_code, again["Location"]) == (302, f"/requests/{found.reference}/")


def test_the_download_asks_who_is_there_every_time(alice: User, open_request: Ask) -> Any:
    found = work(open_request())
    client = Client()
    client.force_login(alice)
    answer = client.post(f"/requests/{found.reference}/download/")
    assert answer["Location"].startswith("/account/reauthenticate/")


@pytest.mark.parametrize("path", ["", "messages/", "withdraw/", "download/"])
@pytest.mark.parametrize("method", ["get", "post"])
def test_to_a_stranger_the_request_does_not_exist(
    theirs: Any, open_request: Ask, path: Any, method: Any
) -> Any:
    found = open_request()
    answer = getattr(theirs, method)(f"/requests/{found.reference}/{path}")
    assert answer.status_code in (404, 405)
    found.refresh_from_db()
    assert found.is_open


def test_a_download_link_is_of_no_use_to_somebody_else(hers: Any, theirs: Any, alice: User) -> Any:
    people.confirm(hers)
    found = work(ask(hers))
    link = hers.post(f"/requests/{found.reference}/download/")["Location"]
    assert theirs.get(link).status_code == 409
    assert hers.get(link).status_code == 200


@pytest.mark.parametrize(
    "path",
    ["/requests/R-2026-0000-0000/", "/requests/new/nonsense/", "/certificates/x/",
     "/certificates/%00/", "/requests/" + "A" * 3000 + "/"],
)  # fmt: skip
def test_what_does_not_exist_is_a_404(hers: Any, path: Any) -> Any:
    assert hers.get(path).status_code == 404


def test_a_request_is_taken_back_after_one_question(hers: Any, sam: User) -> Any:
    people.confirm(hers)
    found = ask(hers, "erasure", understood="on")
    assert hers.get(f"/requests/{found.reference}/withdraw/").status_code == 200
    hers.post(f"/requests/{found.reference}/withdraw/")
    found.refresh_from_db()
    assert found.status == "withdrawn"
    assert hers.post(f"/requests/{found.reference}/withdraw/").status_code == 409


def test_a_message_reaches_support_and_an_empty_one_says_so(hers: Any) -> Any:
    found = ask(hers)
    assert hers.post(f"/requests/{found.reference}/messages/", {"text": " "}).status_code == 422
    hers.post(f"/requests/{found.reference}/messages/", {"text": "Please also look for X."})
    found.refresh_from_db()
    assert found.unread_by_staff
    assert "Please also look for X." in hers.get(f"/requests/{found.reference}/").text


def test_an_erased_person_reads_the_certificate_by_the_link_in_the_mail(
    alice: User, bob: User, sam: User, purpose: Purpose
) -> Any:
    make_life(alice, bob)
    found = work(actions.open_request(Kind.ERASURE, person=alice, by=alice, language="en"))
    work(actions.approve(found, by=sam))
    (last,) = people.mails("alice@example.org")[-1:]
    path = next(word for word in last.text.split() if "/certificates/" in word)
    path = path[path.index("/certificates/") :]
    answer = Client().get(path)
    assert answer.status_code == 200
    assert found.reference in answer.text
    assert Client().get(f"{path}pdf/").content.startswith(b"%PDF")


def test_the_lists_cost_the_same_queries_however_many(
    hers: Any, alice: User, django_assert_max_num_queries: Any
) -> Any:
    for _ in range(12):
        found = ask(hers)
        actions.withdraw(found, by=alice)
    with django_assert_max_num_queries(10):
        hers.get("/requests/")


def test_a_plan_that_nobody_carried_out_is_not_shown_as_what_goes(
    hers: Any, open_request: Ask
) -> None:
    found = work(open_request("erasure"))
    page = f"/requests/{found.reference}/"
    assert "What goes and what stays" in hers.get(page).text
    hers.post(f"{page}withdraw/")
    assert "What goes and what stays" not in hers.get(page).text


def test_a_pause_that_is_over_is_not_promised_any_more(hers: Any) -> None:
    hers.post("/requests/new/restriction/", {"scope": "everything", "ground": "accuracy"})
    found = SubjectRequest.objects.get()
    page = f"/requests/{found.reference}/"
    assert "What is paused" in hers.get(page).text
    hers.post(f"{page}withdraw/")
    ended = hers.get(page).text
    assert "What was paused" in ended
    assert "used for nothing else" not in ended
