"""The code proves the address: a request is filed under it, and one account joins everything."""

import re
from datetime import timedelta

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.actions import claim_address
from accounts.models import Address, User
from accounts.proven import person_for_proven_address
from consents.actions import links as actions
from consents.links import token_of
from consents.models import ChoiceEvent, DocumentLink, LinkCode, Purpose
from dsar import actions as requests
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.sources.portal import LinkSource
from portal.lib.models import OutgoingMail
from tests.accounts import people
from tests.dsar.worlds import make_document, make_person, unpack, work

pytestmark = pytest.mark.django_db
NORA = "nora@mail.example"


@pytest.fixture(autouse=True)
def _no_limits_left_over() -> None:
    cache.clear()


@pytest.fixture
def link(bob: User) -> DocumentLink:
    """A link of Nora, who has no account, to a document that Bob sent."""
    return link_of(NORA, bob)


def link_of(email: str, sender: User) -> DocumentLink:
    address = Address.objects.get_or_create(email=email)[0]
    document = make_document("lease", sender, address)
    return actions.give_link(document, email=email, lasting=timedelta(days=30))


def path(link: DocumentLink, more: str = "") -> str:
    return f"/d/{token_of(link)}/{more}"


def opened(client: Client, link: DocumentLink) -> Client:
    client.post(path(link, "code/"))
    mails = OutgoingMail.objects.filter(template="consents/link_code", to=link.address.email)
    found = re.search(r"^\d{4} \d{4}$", mails.latest("pk").text, re.MULTILINE)
    assert found
    assert client.post(path(link, "open/"), {"code": found[0]}).status_code == 303
    return client


def test_a_request_needs_the_code(client: Client, link: DocumentLink) -> None:
    for kind in ("access", "erasure"):
        assert client.post(path(link, f"request/{kind}/")).status_code == 303
    assert not SubjectRequest.objects.exists()
    assert not User.objects.filter(email=NORA).exists()


def test_asking_for_a_copy_files_it_under_the_proven_address(
    client: Client, link: DocumentLink
) -> None:
    opened(client, link)
    page = client.get(path(link, "request/access/")).content.decode()
    assert "n…@m….example" in page
    assert not User.objects.filter(email=NORA).exists()
    answer = client.post(path(link, "request/access/"), {"about": "the lease"})
    request = SubjectRequest.objects.get()
    nora = User.objects.get(email=NORA)
    assert (request.person, request.kind, request.about) == (nora, "access", "the lease")
    assert request.reference in answer.content.decode()
    assert not nora.has_usable_password()
    assert EmailAddress.objects.get(user=nora, verified=True).email == NORA
    assert Address.objects.get(email=NORA).person == nora
    assert "_auth_user_id" not in client.session
    received = OutgoingMail.objects.get(template="dsar/received")
    assert received.to == NORA


def test_asked_twice_it_is_one_request(client: Client, link: DocumentLink) -> None:
    opened(client, link)
    for _turn in range(2):
        assert client.post(path(link, "request/access/"), {"about": ""}).status_code == 200
    assert SubjectRequest.objects.count() == 1


def test_an_account_without_a_password_can_be_made_once_the_code_was_entered(
    client: Client, link: DocumentLink
) -> None:
    assert client.post(path(link, "account/")).status_code == 303
    assert not User.objects.filter(email=NORA).exists()
    opened(client, link)
    assert "Make an account" in client.get(path(link)).content.decode()
    answer = client.post(path(link, "account/"))
    assert answer.headers["Location"] == "/account/login/code/"
    nora = User.objects.get(email=NORA)
    assert not nora.has_usable_password()
    assert "_auth_user_id" not in client.session
    assert "Make an account" not in client.get(path(link)).content.decode()


def test_an_erasure_takes_a_fresh_code_and_a_confirmation(
    client: Client, link: DocumentLink
) -> None:
    opened(client, link)
    answer = client.post(path(link, "request/erasure/"), {})
    assert answer.status_code == 422
    with time_machine.travel(timezone.now() + timedelta(minutes=11)):
        page = client.post(path(link, "request/erasure/"), {"understood": "on"}).content.decode()
        assert "ask for a new code" in page
    assert not SubjectRequest.objects.exists()
    assert client.post(path(link, "request/erasure/"), {"understood": "on"}).status_code == 200
    assert SubjectRequest.objects.get().kind == "erasure"


def test_an_objection_takes_the_link_alone(client: Client, link: DocumentLink) -> None:
    page = client.get(path(link, "request/objection/")).content.decode()
    assert NORA not in page
    answer = client.post(path(link, "request/objection/"), {"purpose": "ai-training"})
    assert answer.status_code == 200
    request = SubjectRequest.objects.get()
    assert (request.channel, request.identity, request.status) == ("link", "not_needed", "answered")
    # Whoever holds the link learns nothing of the account or of the request.
    assert request.reference not in answer.content.decode()
    assert OutgoingMail.objects.filter(to=NORA, template="dsar/obeyed").count() == 1


@pytest.mark.parametrize(
    ("kind", "answers"),
    [
        ("portability", {}),
        ("rectification", {"now": "Norah", "should": "Nora"}),
        ("restriction", {"ground": "claims"}),
        ("human_review", {"decision": "My plan was ended."}),
    ],
)
def test_every_kind_is_filed_with_the_code(
    client: Client, link: DocumentLink, kind: str, answers: dict[str, str]
) -> None:
    assert client.post(path(link, f"request/{kind}/"), answers).status_code == 303
    opened(client, link)
    assert client.post(path(link, f"request/{kind}/"), answers).status_code == 200
    request = SubjectRequest.objects.get()
    assert (request.kind, request.channel, request.identity) == (kind, "link", "proven")


@pytest.mark.parametrize("kind", ["nobody", "appeal", "-"])
def test_other_kinds_do_not_exist_here(client: Client, link: DocumentLink, kind: str) -> None:
    assert opened(client, link).get(path(link, f"request/{kind}/")).status_code == 404


def test_the_copy_of_a_signer_holds_the_document_and_the_links(
    client: Client, link: DocumentLink
) -> None:
    opened(client, link)
    client.post(path(link, "request/access/"), {"about": ""})
    request = work(SubjectRequest.objects.get())
    archive = unpack(request)
    inside = b"".join(archive.read(name) for name in archive.namelist())
    assert b"Title of lease" in inside
    assert link.uid.hex.encode() not in inside
    assert any("links" in name for name in archive.namelist())


def test_of_a_claimed_address_the_request_is_its_persons(client: Client, bob: User) -> None:
    nora = people.with_app(make_person("nora"))
    link = link_of("nora@example.org", bob)
    opened(client, link)
    client.post(path(link, "request/access/"), {"about": ""})
    assert SubjectRequest.objects.get().person == nora
    assert "_auth_user_id" not in client.session
    reference = SubjectRequest.objects.get().reference
    assert client.get(f"/requests/{reference}/").status_code == 302


def test_an_account_with_a_second_factor_is_not_erased_by_a_code_alone(
    client: Client, bob: User
) -> None:
    people.with_app(make_person("nora"))
    link = link_of("nora@example.org", bob)
    opened(client, link)
    answer = client.post(path(link, "request/erasure/"), {"understood": "on"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/requests/new/erasure/")
    assert client.get("/requests/new/erasure/").status_code == 302  # to the sign-in
    assert not SubjectRequest.objects.exists()


def test_the_address_of_staff_gives_no_power_of_staff(client: Client, bob: User) -> None:
    sam = make_person("sam")
    sam.role = "support"
    sam.save()
    link = link_of("sam@example.org", bob)
    opened(client, link)
    client.post(path(link, "request/access/"), {"about": ""})
    assert SubjectRequest.objects.get().person == sam
    assert client.get("/staff/").status_code == 302


def test_who_signed_up_with_the_address_and_never_proved_it_comes_in_with_no_password() -> None:
    squatter = User.objects.create_user(NORA, people.PASSWORD)
    EmailAddress.objects.create(user=squatter, email=NORA, verified=False, primary=True)
    address = Address.objects.create(email=NORA)
    person = person_for_proven_address(address, language="en")
    person.refresh_from_db()
    assert person == squatter
    assert not person.has_usable_password()


def test_proving_it_twice_makes_one_person() -> None:
    address = Address.objects.create(email=NORA)
    first = person_for_proven_address(address, language="fr")
    assert person_for_proven_address(address, language="fr") == first
    assert first.language == "fr"


def test_verifying_the_address_later_joins_refusals_receipts_page_and_requests(
    client: Client, link: DocumentLink, purpose: Purpose
) -> None:
    for scope in ("document", "everything"):
        client.post(path(link, "refuse/"), {"purpose": purpose.slug, "scope": scope})
    opened(client, link)
    client.post(path(link, "request/access/"), {"about": ""})
    # The usual way in: a code sent to the address, no password.
    browser = Client()
    browser.post("/account/login/code/", {"email": NORA})
    browser.post("/account/login/code/confirm/", {"code": people.code_for(NORA)})
    history = browser.get("/history/").content.decode()
    assert history.count("You, without signing in") == 2
    for event in ChoiceEvent.objects.filter(source="link"):
        assert f"/receipts/{event.uid}/" in history
        assert browser.get(f"/receipts/{event.uid}.json").status_code == 200
    page = browser.get(f"/documents/{link.document.uid}/").content.decode()
    assert "you refused" in page
    reference = SubjectRequest.objects.get().reference
    assert reference in browser.get("/requests/").content.decode()
    assert browser.get(path(link)).headers["Location"] == f"/documents/{link.document.uid}/"


def test_a_second_address_joins_what_was_refused_under_it(
    client: Client, link: DocumentLink, alice: User, purpose: Purpose
) -> None:
    client.post(path(link, "refuse/"), {"purpose": purpose.slug, "scope": "document"})
    claim_address(NORA, person=alice)
    browser = Client()
    browser.force_login(alice)
    assert "You, without signing in" in browser.get("/history/").content.decode()
    assert browser.get(f"/documents/{link.document.uid}/").status_code == 200


def test_an_erasure_removes_links_and_codes(client: Client, link: DocumentLink, sam: User) -> None:
    opened(client, link)
    nora = person_for_proven_address(link.address, language="en")
    asked = requests.open_request(Kind.ERASURE, person=nora, by=nora, language="en")
    request = work(requests.approve(work(asked), by=sam))
    assert request.outcome == "fulfilled"
    assert not DocumentLink.objects.exists()
    assert not LinkCode.objects.exists()
    assert client.get(path(link)).status_code == 404


def test_the_source_counts_and_shows_links_without_giving_them_out(link: DocumentLink) -> None:
    nora = claim_address(NORA, person=make_person("nora")).person
    assert nora is not None
    source = LinkSource()
    assert source.find(nora) == 1
    (row,) = [row for table in source.collect(nora) for row in table.rows]
    assert row.values["document"] == "Title of lease"
    assert link.uid.hex not in str(row.values)
