"""The pages of a receipt: own ones open, every other does not exist."""

import io
import json
from typing import Any

import pikepdf
import pytest
from django.test import Client

from accounts.actions import claim_address
from accounts.models import User
from accounts.roles import Role
from consents import proofs, receipts
from consents.actions import choices
from consents.models import ChoiceEvent, Receipt
from consents.models.ledger import Source
from consents.proofs import Verdict
from tests.consents.worlds import World, make_person

FORMS = ["/receipts/{}/", "/receipts/{}.json", "/receipts/{}.pdf"]


@pytest.fixture
def world(db: None) -> World:
    return World()


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def event(world: World) -> ChoiceEvent:
    world.refuse(world.ada, document=world.documents[0])
    return ChoiceEvent.objects.get()


@pytest.mark.parametrize("form", FORMS)
def test_the_holder_opens_each_form(world: World, event: ChoiceEvent, form: str) -> None:
    response = signed_in(world.ada).get(form.format(event.uid))
    assert response.status_code == 200
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("form", FORMS)
def test_to_another_party_it_does_not_exist(world: World, event: ChoiceEvent, form: str) -> None:
    assert signed_in(world.ben).get(form.format(event.uid)).status_code == 404


@pytest.mark.parametrize("form", FORMS)
def test_nor_to_staff_who_work_on_requests_and_not_in_files(event: ChoiceEvent, form: str) -> None:
    sam = User.objects.create_user("sam@paraphe.example", role=Role.SUPPORT)
    assert not receipts.visible_to(sam).exists()
    assert signed_in(sam).get(form.format(event.uid)).status_code != 200


@pytest.mark.parametrize("form", FORMS)
def test_a_visitor_is_led_to_sign_in(event: ChoiceEvent, form: str) -> None:
    response = Client().get(form.format(event.uid))
    assert response.status_code == 302
    assert response["Location"].startswith("/account/login/")


@pytest.mark.parametrize("form", FORMS)
def test_an_unknown_number_does_not_exist(world: World, form: str) -> None:
    unknown = "6f1c0c1e-6f0e-4b7e-9a55-0b6a5a0e2f10"
    assert signed_in(world.ada).get(form.format(unknown)).status_code == 404


def test_what_was_refused_by_link_is_theirs_once_they_have_the_address(world: World) -> None:
    choices.refuse(world.purpose, address=world.signer, by=None, source=Source.LINK, language="en")
    path = f"/receipts/{ChoiceEvent.objects.get().uid}/"
    eve = make_person("eve")
    assert signed_in(eve).get(path).status_code == 404
    claim_address("signer@example.org", person=eve)
    assert signed_in(eve).get(path).status_code == 200


def test_an_organisations_receipt_is_its_admins(world: World) -> None:
    choices.refuse_for_organisation(
        world.purpose, organisation=world.organisation, by=world.ada, language="en"
    )
    path = f"/receipts/{ChoiceEvent.objects.get().uid}/"
    assert signed_in(world.ada).get(path).status_code == 200
    assert signed_in(world.ben).get(path).status_code == 404, "a member, and no admin"


def test_the_page_says_what_was_done_about_what_and_when(world: World, event: ChoiceEvent) -> None:
    page = signed_in(world.ada).get(f"/receipts/{event.uid}/").content.decode()
    assert "You <strong>refused</strong>" in page
    assert "org:members" in page, "the title of the document is for its party to read"
    assert str(event.uid) in page
    assert Receipt.objects.get().sha256 in page


def test_the_file_holds_the_receipt_its_seal_and_the_text_and_names_nobody(world: World) -> None:
    # No random identifier or seal can hold these: they have an @, a space, a colon.
    User.objects.filter(pk=world.ada.pk).update(name="Ada Lovelace")
    world.refuse(User.objects.get(pk=world.ada.pk), document=world.documents[0])
    event = ChoiceEvent.objects.get()
    response = signed_in(world.ada).get(f"/receipts/{event.uid}.json")
    envelope = json.loads(response.content)
    assert list(envelope) == ["receipt", "jws", "text"]
    assert proofs.examine(response.content).verdict == Verdict.GENUINE
    for named in (b"ada@example.org", b"Ada Lovelace", b"org:members"):
        assert named not in response.content
    name = f"receipt-{event.at:%Y-%m-%d}-{event.uid.hex[:8]}.json"
    assert response["Content-Disposition"] == f'attachment; filename="{name}"'


@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pdf_speaks_the_persons_language_and_carries_the_file(
    world: World, event: ChoiceEvent, language: str
) -> None:
    User.objects.filter(pk=world.ada.pk).update(language=language)
    client = signed_in(world.ada)
    content = client.get(f"/receipts/{event.uid}.pdf").content
    with pikepdf.open(io.BytesIO(content)) as document:
        attached = document.attachments["receipt.json"].get_file().read_bytes()
        assert str(document.Root.Lang) == language
        assert len(document.pages) == 1
    assert attached == client.get(f"/receipts/{event.uid}.json").content


def test_the_pdf_is_the_same_each_time(world: World, event: ChoiceEvent) -> None:
    client = signed_in(world.ada)
    first, second = (client.get(f"/receipts/{event.uid}.pdf").content for _ in range(2))
    assert first == second


def test_pages_and_files_are_only_read(world: World, event: ChoiceEvent) -> None:
    client: Any = signed_in(world.ada)
    assert {client.post(form.format(event.uid)).status_code for form in FORMS} == {405}
