"""Refused by a link, allowed in the account, refused by the link again: the last word counts."""

import re
from datetime import timedelta

import pytest
from django.test import Client

from accounts.actions import claim_address
from accounts.models import Address, User
from consents import permits
from consents.actions import announcements, links
from consents.links import token_of
from consents.models import Announcing, ChoiceEvent, Purpose
from consents.models.ledger import Source
from portal.lib.models import OutgoingMail
from tests.consents.announced import announce
from tests.consents.pages.conftest import Shop

NORA = "nora.signer@mail.example"
EVERYTHING = {"purpose": "ai-training", "scope": "everything"}


@pytest.fixture
def signer() -> Address:
    """Nora, who has no account yet."""
    return Address.objects.create(email=NORA)


def claimed(address: Address) -> User:
    """Nora makes an account and verifies her address."""
    nora = User.objects.create_user(NORA)
    claim_address(NORA, person=nora)
    address.refresh_from_db()
    return nora


@pytest.mark.parametrize("narrowly", [False, True])
def test_by_the_link_of_a_document(
    client: Client, shop: Shop, signer: Address, narrowly: bool
) -> None:
    document = shop.document("Lease", shop.ada, signer)
    shop.allow(shop.ada)
    link = links.give_link(document, email=NORA, lasting=timedelta(days=30))
    refuse = f"/d/{token_of(link)}/refuse/"
    client.post(refuse, EVERYTHING)
    nora = claimed(signer)
    shop.allow(nora, **({"document": document} if narrowly else {}))
    assert permits.may(document.reference, "ai-training").allowed
    page = Client().post(refuse, EVERYTHING, follow=True).content.decode()
    assert permits.may(document.reference, "ai-training").reason == "refused_by_party"
    assert "It was refused before; the refusal stands." not in page
    assert ChoiceEvent.objects.filter(address=signer, source=Source.LINK).count() == 2
    Client().post(refuse, EVERYTHING)  # it stands: said again, it is no new act
    assert ChoiceEvent.objects.filter(address=signer, source=Source.LINK).count() == 2


def test_by_the_mail_about_a_wider_purpose(shop: Shop, signer: Address) -> None:
    document = shop.document("Lease", signer)
    features = Purpose.objects.get(slug="ai-features")
    announcing = Announcing.objects.get(version=announce(features))
    while announcing.finished_at is None:
        announcements.carry_on(announcing.pk)
        announcing.refresh_from_db()
    found = re.search(r"https?://[^/]+(/notices/\S+)", OutgoingMail.objects.get(to=NORA).text)
    assert found
    Client().post(found[1])
    nora = claimed(signer)
    shop.training = features
    shop.allow(nora)
    assert permits.may(document.reference, "ai-features").allowed
    page = Client().post(found[1], follow=True).content.decode()
    assert "It counts for all documents sent to you" in page
    assert permits.may(document.reference, "ai-features").reason == "refused_by_party"
