"""Before an administrator sets a policy it says how far it goes; afterwards it can be proven."""

import pytest
from django.urls import reverse

from consents.models import ChoiceEvent
from consents.models.ledger import Act

POLICY = reverse("consents:policy")


def send(client, shop, act):
    return client.post(
        POLICY, {"act": act, "organisation": shop.lilas.uid, "purpose": "ai-training"}
    )


@pytest.fixture
def agency(shop):
    """Ada's agency has three documents; two are open, for the third Ben refused."""
    shop.members()
    shop.allow(shop.ada)
    shop.allow(shop.ben)
    papers = [
        shop.document(f"Paper {n}", shop.ada, shop.ben, organisation=shop.lilas) for n in range(3)
    ]
    shop.refuse(shop.ben, document=papers[0])
    return shop


def read(client, path=POLICY):
    return " ".join(client.get(path).content.decode().split())


def test_refusing_says_how_many_documents_and_members_it_reaches(agency, signed_in):
    page = read(signed_in(agency.ada))
    assert "Refusing excludes 2 documents of 3 at once" in page
    assert "2 members, and every other party, then read: “Not allowed: Agence des Lilas" in page


def test_lifting_opens_only_what_everybody_chose_themselves(agency, signed_in):
    client = signed_in(agency.ada)
    send(client, agency, "refuse")
    assert "allows 2 documents, because everybody in them chose so themselves" in read(client)
    agency.refuse(agency.ada)
    assert "allows none of the documents" in read(client)
    assert ChoiceEvent.objects.filter(act=Act.POLICY_LIFTED).count() == 0  # foreseen, not done


def test_the_acts_stand_in_a_list_with_receipts_for_administrators(agency, signed_in):
    client = signed_in(agency.ada)
    send(client, agency, "refuse")
    event = ChoiceEvent.objects.get(act=Act.POLICY_REFUSED)
    receipt = reverse("consents:receipt", args=[event.uid])
    assert receipt in read(client)
    assert receipt in read(client, "/history/")
    assert client.get(receipt).status_code == 200
    ben = signed_in(agency.ben)
    page = read(ben)
    assert "Refused for the whole organisation" in page
    assert receipt not in page
    assert "What would change?" not in page  # what he cannot do is not reckoned for him
    assert ben.get(receipt).status_code == 404


def test_a_receipt_stays_with_the_office_not_with_the_person(agency, signed_in):
    send(signed_in(agency.ada), agency, "refuse")
    event = ChoiceEvent.objects.get(act=Act.POLICY_REFUSED)
    agency.lilas.memberships.filter(person=agency.ben).update(is_admin=True)
    receipt = reverse("consents:receipt-json", args=[event.uid])
    assert signed_in(agency.ben).get(receipt).status_code == 200
