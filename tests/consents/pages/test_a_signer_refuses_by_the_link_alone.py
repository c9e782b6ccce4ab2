"""The link of the service's mail is enough to refuse: no code, no reason, no account."""

import io
import logging
import re
from datetime import timedelta
from typing import Any

import pytest
from django.core.signing import Signer
from django.test import Client
from django.utils import timezone

from accounts.actions import claim_address
from accounts.models import Address
from consents import permits
from consents.actions import links as actions
from consents.links import masked, token_of
from consents.models import ChoiceEvent, DocumentLink, Propagation
from consents.models.ledger import Source
from portal.lib.models import OutgoingMail
from tests.consents.pages.conftest import Shop
from tests.consents.receivers import Receiver, register
from tests.consents.worlds import make_person
from tests.reading import without_tokens

NORA = "nora.signer@mail.example"


def link_for(shop: Shop, email: str = NORA, **fields: Any) -> DocumentLink:
    """Return a link of a signer without an account, to a document that Ada sent."""
    address = Address.objects.get_or_create(email=email)[0]
    document = shop.document("Secret lease", shop.ada, address)
    return actions.give_link(document, email=email, lasting=timedelta(days=30), **fields)


def path(link: DocumentLink, more: str = "") -> str:
    return f"/d/{token_of(link)}/{more}"


def refuse(client: Client, link: DocumentLink, scope: str = "document") -> Any:
    form = {"purpose": "ai-training", "scope": scope}
    return client.post(path(link, "refuse/"), form, follow=True)


def test_the_page_before_the_code_tells_nothing_of_the_document(client: Client, shop: Shop) -> None:
    link = link_for(shop)
    answer = client.get(path(link))
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "n…@m….example" in page
    for secret in ("Secret lease", NORA, "nora", "ada@", "Ada", link.document.reference):
        assert secret not in without_tokens(page)
    assert "no-store" in answer["Cache-Control"]
    assert "noindex" in answer["X-Robots-Tag"]
    assert answer["Referrer-Policy"] == "same-origin"


def test_the_address_of_the_page_holds_no_personal_data(shop: Shop) -> None:
    link = link_for(shop)
    token = token_of(link)
    assert re.fullmatch(r"[0-9a-f]{32}\.[\w-]+", token)
    assert link.uid.hex in token
    assert str(link.document.uid) not in token


@pytest.mark.parametrize("shape", ["shop", "objection"])
def test_one_act_without_a_code_closes_the_gate(client: Client, request: Any, shape: str) -> None:
    shop: Shop = request.getfixturevalue(shape)
    link = link_for(shop)
    if shape == "objection":
        assert permits.may(link.document.reference, "ai-training").allowed
    page = refuse(client, link).content.decode()
    event = ChoiceEvent.objects.get()
    assert event.address == link.address
    assert event.document == link.document
    assert event.source == Source.LINK
    assert event.by is None
    assert permits.may(link.document.reference, "ai-training").reason == "refused_by_party"
    assert f"Saved {timezone.localtime(event.at):%H:%M:%S}" in page
    assert str(event.uid) in page
    assert "Secret lease" not in page


def test_an_objection_is_called_one_and_is_offered_until_it_is_made(
    client: Client, objection: Shop
) -> None:
    link = link_for(objection)
    page = client.get(path(link)).content.decode()
    assert "This document <strong>may be used</strong> to train AI." in page
    assert "Object for this document" in page
    page = refuse(client, link).content.decode()
    assert "This document <strong>may not be used</strong> to train AI." in page
    assert "Object for this document" not in page
    assert "Object for all documents under this address" in page
    assert "Object for all" not in refuse(client, link, "everything").content.decode()


def test_it_may_be_about_all_documents_of_the_address(client: Client, objection: Shop) -> None:
    link = link_for(objection)
    other = objection.document("Another", objection.ben, link.address)
    refuse(client, link, "everything")
    event = ChoiceEvent.objects.get()
    assert (event.address, event.document) == (link.address, None)
    assert not permits.may(other.reference, "ai-training").allowed


def test_its_receipt_can_be_had_by_who_did_it_and_by_no_other_holder(
    client: Client, shop: Shop
) -> None:
    link = link_for(shop)
    refuse(client, link)
    uid = ChoiceEvent.objects.get().uid
    for form in ("json", "pdf"):
        assert client.get(path(link, f"receipts/{uid}.{form}")).status_code == 200
        assert Client().get(path(link, f"receipts/{uid}.{form}")).status_code == 404


def test_it_is_said_in_how_many_systems_the_refusal_is_in_effect(
    client: Client, shop: Shop, settings: Any
) -> None:
    receiver = Receiver()
    settings.OUTGOING_ALLOWED_HOSTS = [receiver.host]
    try:
        register(receiver, "archive", shop.training)
        link = link_for(shop)
        page = refuse(client, link).content.decode()
        uid = ChoiceEvent.objects.get().uid
        assert "Applied in 0 of 1 system." in page
        Propagation.objects.update(status=Propagation.Status.APPLIED, applied_at=timezone.now())
        assert "Applied in 1 of 1 system." in client.get(path(link)).content.decode()
        asked = client.get(path(link, f"applied/{uid}/?key=applied-{uid}"))
        assert asked.status_code == 286
        assert "Applied in 1 of 1" in asked.content.decode()
        assert Client().get(path(link, f"applied/{uid}/")).status_code == 404
    finally:
        receiver.stop()


def test_who_holds_a_forwarded_link_does_not_learn_when_it_was_refused_before(
    client: Client, shop: Shop
) -> None:
    link = link_for(shop)
    refuse(client, link)
    event = ChoiceEvent.objects.get()
    other = Client()
    page = refuse(other, link).content.decode()
    assert ChoiceEvent.objects.count() == 1
    assert "the refusal stands" in page
    assert str(event.uid) not in page
    assert other.get(path(link, f"receipts/{event.uid}.json")).status_code == 404


def test_sent_twice_it_is_one_refusal_confirmed_as_the_first_time(
    client: Client, shop: Shop
) -> None:
    link = link_for(shop)
    refuse(client, link)
    page = refuse(client, link).content.decode()
    assert ChoiceEvent.objects.count() == 1
    assert page.count("Saved ") == 1


def test_the_owner_of_the_address_is_told_once(client: Client, shop: Shop) -> None:
    link = link_for(shop, language="fr")
    refuse(client, link)
    refuse(Client(), link)
    mail = OutgoingMail.objects.get()
    assert (mail.to, mail.language) == (NORA, "fr")
    assert "Secret lease" not in mail.text + mail.subject
    assert token_of(link) not in mail.text + mail.html


def test_of_a_claimed_address_it_is_the_persons_own(client: Client, shop: Shop) -> None:
    nora = make_person("nora")
    link = link_for(shop, "nora@example.org")
    refuse(client, link)
    event = ChoiceEvent.objects.get()
    assert (event.person, event.address) == (nora, None)
    assert event.by is None
    refuse(client, link, "everything")
    whole = ChoiceEvent.objects.order_by("-pk")[0]
    assert (whole.person, whole.address, whole.document) == (None, link.address, None)


def test_the_page_is_the_same_whether_or_not_the_address_has_an_account(
    client: Client, shop: Shop
) -> None:
    token = re.compile(r"[0-9a-f]{32}\.[\w-]+|value=\"\w{64}\"|\d\d:\d\d")
    link = link_for(shop, "nina@example.org")
    before = token.sub("", Client().get(path(link)).content.decode())
    claim_address("nina@example.org", person=make_person("nina2"))
    assert token.sub("", Client().get(path(link)).content.decode()) == before


def test_nothing_can_be_allowed_by_a_link(client: Client, shop: Shop) -> None:
    link = link_for(shop)
    for form in (
        {"purpose": "ai-training", "scope": "document", "act": "allow"},
        {"purpose": "ai-training", "scope": "allow"},
        {"purpose": "nobody", "scope": "document"},
        {"purpose": "delivery", "scope": "document"},
        {},
    ):
        client.post(path(link, "refuse/"), form)
    assert not ChoiceEvent.objects.exclude(act="consent_refused").exists()
    assert "Allow" not in client.get(path(link)).content.decode()


def test_a_mail_scanner_that_opens_every_address_refuses_nothing(
    client: Client, shop: Shop
) -> None:
    link = link_for(shop)
    for act in ("refuse", "code", "open", "close"):
        assert client.get(path(link, f"{act}/"), follow=True).status_code == 200
        assert client.head(path(link, f"{act}/")).status_code == 302
        assert client.put(path(link, f"{act}/")).status_code == 405
    assert not ChoiceEvent.objects.exists()
    assert not OutgoingMail.objects.exists()


def test_where_the_service_does_not_train_there_is_nothing_to_refuse(
    client: Client, db: None
) -> None:
    shop = Shop("not_used")
    link = link_for(shop)
    page = client.get(path(link)).content.decode()
    assert "Refuse for this document" not in page
    assert refuse(client, link).status_code == 409


def ends(link: DocumentLink, why: str) -> None:
    """Let the link end."""
    if why == "expired":
        now = timezone.now()
        past = {"created_at": now - timedelta(days=3), "expires_at": now - timedelta(seconds=1)}
        DocumentLink.objects.filter(pk=link.pk).update(**past)
    elif why == "revoked":
        actions.revoke(link)
    elif why == "hidden":
        link.document.parties.filter(address=link.address).update(hidden_at=timezone.now())
    elif why == "removed":
        link.document.parties.filter(address=link.address).delete()
    elif why == "erased address":
        Address.objects.filter(pk=link.address_id).update(email=None)
    else:
        document = link.document
        document.title, document.sha256, document.erased_at = "", "", timezone.now()
        document.save()


@pytest.mark.parametrize(
    ("why", "said"),
    [
        ("expired", "Its time is over."),
        ("revoked", "It was withdrawn"),
        ("hidden", "no longer here"),
        ("removed", "no longer here"),
        ("erased address", "no longer here"),
        ("erased document", "no longer here"),
    ],
)
def test_a_link_that_has_ended_says_why_and_what_to_do(
    client: Client, shop: Shop, why: str, said: str
) -> None:
    link = link_for(shop)
    ends(link, why)
    answer = client.get(path(link))
    page = answer.content.decode()
    assert answer.status_code == 410
    assert said in page
    assert "/account/login/" in page
    assert "/account/signup/" in page
    assert client.post(path(link, "refuse/"), {"purpose": "ai-training"}).status_code == 410
    assert not ChoiceEvent.objects.exists()


@pytest.mark.parametrize(
    "forged",
    ["nobody", "a.b", "é.ü", "%00", "9" * 5000, "....", "0" * 32, f"{'0' * 32}.{'A' * 43}"],
)
def test_a_token_we_did_not_sign_and_one_that_leads_nowhere_look_the_same(
    client: Client, shop: Shop, forged: str
) -> None:
    link = link_for(shop)
    unknown = Signer(salt="consents.links", sep=".").sign("0" * 32)
    answers = [
        client.get(f"/d/{forged}/"),
        client.get(f"/d/{unknown}/"),
        client.get(f"/d/{link.uid.hex}.{'A' * 43}/"),
    ]
    assert {one.status_code for one in answers} == {404}
    changing = re.compile(r'value="\w{64}"|value="/d/[^"]*"')
    assert len({changing.sub("", one.content.decode()) for one in answers}) == 1
    assert "This link opens nothing" in answers[0].content.decode()


def test_no_line_of_the_log_holds_a_token(
    client: Client, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    link, console = link_for(shop), io.StringIO()
    handler: Any = next(one for one in logging.getLogger().handlers if one.name == "console")
    monkeypatch.setattr(handler, "stream", console)
    client.post(path(link, "open/"), {"code": "1"})
    actions.revoke(link)
    client.get(path(link))
    logged = console.getvalue()
    assert "Gone: /d/…/" in logged
    assert token_of(link) not in logged


def test_who_is_signed_in_as_the_party_is_led_to_their_own_page(shop: Shop, signed_in: Any) -> None:
    nora = make_person("nora")
    link = link_for(shop, "nora@example.org")
    there = f"/documents/{link.document.uid}/"
    assert signed_in(nora).get(path(link)).headers["Location"] == there
    assert signed_in(shop.ben).get(path(link)).status_code == 200


def test_the_page_speaks_the_language_the_service_writes_in(client: Client, shop: Shop) -> None:
    link = link_for(shop, language="fr")
    assert 'lang="fr"' in client.get(path(link)).content.decode()
    client.cookies["django_language"] = "en"
    assert 'lang="en"' in client.get(path(link)).content.decode()


@pytest.mark.parametrize(
    ("email", "shown"),
    [("nora@mail.example", "n…@m….example"), ("n@localhost", "n…@l…"), ("é@a.b.fr", "é…@a….fr")],
)
def test_an_address_is_known_again_by_its_owner_only(email: str, shown: str) -> None:
    assert masked(email) == shown
