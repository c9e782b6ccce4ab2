"""One sentence with its date, true for each legal shape and each way a state can come about."""

from collections.abc import Callable
from datetime import timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.actions import address_for, claim_address
from accounts.roles import Role
from consents.actions import choices
from consents.actions.purposes import publish
from consents.catalogue import FOLDER, purpose
from consents.models import Purpose
from consents.models.ledger import Source
from tests.consents.announced import announce
from tests.consents.pages.conftest import Shop
from tests.consents.worlds import make_person


def home(client: Client) -> str:
    """Return the page with its white space folded."""
    return " ".join(client.get("/").content.decode().split())


@time_machine.travel("2026-05-03 14:02+02:00", tick=False)
def test_a_refusal_has_its_date_and_hour(shop: Shop, signed_in: Callable[..., Client]) -> None:
    shop.refuse(shop.ada)
    page = home(signed_in(shop.ada))
    assert "Your documents are <strong>not used</strong> to train AI." in page
    assert "Since 3 May 2026, 14:02." in page


def test_nothing_chosen_means_never_allowed(shop: Shop, signed_in: Callable[..., Client]) -> None:
    page = home(signed_in(shop.ada))
    assert "<strong>not used</strong> to train AI" in page
    assert "You have never allowed it." in page
    assert "None of your documents has been used to train AI so far." in page


def test_the_contract_names_its_clause_and_the_way_out(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.members()
    clause = shop.sign_the_contract()
    client = signed_in(shop.ben)
    page = home(client)
    assert "Your documents of Agence des Lilas <strong>may be used</strong> to train AI." in page
    assert "Clause 9.2 of the contract of Agence des Lilas agreed for its members. Ada" in page
    assert f"/choices/clause/{clause.pk}/" in page
    assert ">Refuse AI training</button>" in page
    assert ">Allow AI training</button>" not in page
    read = " ".join(client.get(f"/choices/clause/{clause.pk}/").content.decode().split())
    assert "Documents serve the service and train models." in read
    assert "<del>" in read
    assert ">Refuse AI training</button>" in read
    sent = {"act": "refuse", "version": 1, "next": f"/choices/clause/{clause.pk}/"}
    client.post("/choices/ai-training/", sent)
    after = home(client)
    assert "<strong>not used</strong>" in after
    assert "It never counts against your own refusal." in after


def test_the_policy_of_an_organisation_is_told_to_its_members(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.members()
    choices.refuse_for_organisation(
        shop.training, organisation=shop.lilas, by=shop.ada, language="en"
    )
    page = home(signed_in(shop.ben))
    assert "<strong>not used</strong>" in page
    assert "Agence des Lilas refused for all of its own on" in page
    assert "They are excluded, whatever its members choose." in page


def test_under_an_objection_a_policy_speaks_for_its_own_documents_only(
    objection: Shop, signed_in: Callable[..., Client]
) -> None:
    objection.members()
    choices.refuse_for_organisation(
        objection.training, organisation=objection.lilas, by=objection.ada, language="en"
    )
    page = home(signed_in(objection.ben))
    assert "<strong>may be used</strong> to train AI, but for those of Agence des Lilas" in page
    assert ">Object to AI training</button>" in page


def test_not_used_at_all_has_no_switch(db: None, signed_in: Callable[..., Client]) -> None:
    page = home(signed_in(Shop("not_used").ada))
    assert "The service does not do this, for anybody." in page
    assert "/choices/ai-training/" not in page


def test_without_such_a_purpose_the_page_says_so(
    db: None, signed_in: Callable[..., Client]
) -> None:
    assert not Purpose.objects.exists()
    page = home(signed_in(make_person("ada")))
    assert "<strong>not among the purposes</strong>" in page


def test_shared_documents_need_every_party(shop: Shop, signed_in: Callable[..., Client]) -> None:
    shop.document("Lease", shop.ada, shop.ben)
    shop.document("Contract", shop.ada, address_for("nobody@example.org"))
    shop.document("Diary", shop.ada)
    assert "For 2 documents shared with others, every party must agree" in home(signed_in(shop.ada))


def test_a_narrower_choice_that_differs_is_named_until_it_is_undone(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    lease = shop.document("Lease", shop.ada, organisation=shop.lilas)
    client = signed_in(shop.ada)
    shop.allow(shop.ada, document=lease)
    assert "One document is allowed separately" in home(client)
    shop.refuse(shop.ada, within=shop.lilas)
    assert "separately" not in home(client), "a wider refusal undid it"
    shop.allow(shop.ada)
    assert "are refused separately" in home(client), "a wider yes does not undo a refusal"


def test_a_refusal_by_link_is_not_forgotten_when_the_address_is_claimed(
    objection: Shop, signed_in: Callable[..., Client]
) -> None:
    address = address_for("ada@work.example")
    objection.document("Lease", address)
    choices.refuse(objection.training, address=address, by=None, source=Source.LINK, language="en")
    claim_address("ada@work.example", person=objection.ada)
    page = home(signed_in(objection.ada))
    assert "The documents sent to ada@work.example are refused separately, by a link" in page


def test_past_trainings_are_counted(shop: Shop, signed_in: Callable[..., Client]) -> None:
    lease = shop.document("Lease", shop.ada)
    for run, days in (("run-1", 90), ("run-2", 60)):
        shop.use(lease, "ai-training", timezone.now() - timedelta(days=days), run=run)
    page = home(signed_in(shop.ada))
    assert "1 of your documents was used for training in the past." in page
    assert 'href="/training/"' in page
    assert "The figures below are those of" not in page


def test_figures_of_the_newest_documents_say_that_they_are(
    shop: Shop, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    oldest = shop.document("Lease", shop.ada, at=timezone.now() - timedelta(days=90))
    shop.use(oldest, "ai-training", timezone.now() - timedelta(days=60), run="run-1")
    for i in range(3):
        shop.document(f"Quote {i}", shop.ada)
    monkeypatch.setattr("consents.queries.home.COUNTED", 3)
    page = home(signed_in(shop.ada))
    assert "You have more than 3 documents. The figures below are those of your 3 newest." in page
    assert "None of them has been used to train AI so far." in page
    assert "None of your documents has been used" not in page
    assert 'href="/training/">Look back at all of them' in page


def test_a_new_wording_is_news_with_its_date_and_its_switch(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(shop.ada)
    assert "What is new" not in home(client), "what was there from the start is no news"
    analytics = Purpose.objects.get(slug="analytics")
    now = timezone.now()
    soon = now + timedelta(days=30)
    wording = purpose(FOLDER / "analytics.toml").wording
    wording.texts["en"] = type(wording.texts["en"])(
        **{**vars(wording.texts["en"]), "summary": "Events are weighed."}
    )
    publish(analytics, wording, published_at=now, effective_from=soon)
    page = home(client)
    assert "What is new" in page
    assert "Events are weighed." in page
    assert "/purposes/analytics/#version-2" in page
    assert 'id="choice-analytics"' in page
    version = client.get("/purposes/analytics/").content.decode()
    assert "(announced)" in version
    assert "<ins>" in version


def test_the_newest_documents_and_what_they_were_used_for(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    for i in range(7):
        lease = shop.document(f"Lease {i}", shop.ada)
    shop.use(lease, "evidence", timezone.now())
    page = home(signed_in(shop.ada))
    assert "Lease 6" in page
    assert "Lease 1" not in page
    assert "<li>Evidence of signatures</li>" in page
    assert "All your 7 documents" in page


def test_staff_are_led_to_their_work(shop: Shop) -> None:
    for role, path in ((Role.SUPPORT, "/staff/"), (Role.DPO, "/dashboard/")):
        clerk = make_person(f"clerk-{role}")
        clerk.role = role
        clerk.save()
        client = Client()
        client.force_login(clerk)
        assert client.get("/")["Location"] in (path, "/account/2fa/", "/account/2fa/totp/activate/")


def test_an_agreement_to_less_is_said_to_be_one(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.allow(shop.ada)
    announce(shop.training)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        page = home(signed_in(shop.ada))
    assert "<strong>not used</strong> to train AI." in page
    assert "to less than it is today. Until you agree again it is not allowed." in page
    assert "for anybody" not in page


def test_silence_about_a_wider_use_is_said_to_be_silence(
    objection: Shop, signed_in: Callable[..., Client]
) -> None:
    objection.document("Lease", objection.ada)
    announce(objection.training)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        page = home(signed_in(objection.ada))
    assert "<strong>not used</strong> to train AI." in page
    assert "and you have not answered." in page
    assert "for anybody" not in page


def test_a_yes_does_not_hide_the_no_of_an_organisation(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.members()
    choices.refuse_for_organisation(
        shop.training, organisation=shop.lilas, by=shop.ada, language="en"
    )
    shop.allow(shop.ben)
    page = home(signed_in(shop.ben))
    assert "<strong>may be used</strong> to train AI." in page
    assert "Not those of Agence des Lilas, which refused for all of its own." in page


def test_what_was_used_under_an_agreement_is_no_breach_once_it_lapsed(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    lease = shop.document("Lease", shop.ada)
    shop.allow(shop.ada)
    shop.use(lease, "ai-training", timezone.now() + timedelta(seconds=1), run="run-1")
    announce(shop.training)
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        client = signed_in(shop.ada)
        pages = [home(client)] + [
            client.get(path).content.decode() for path in (f"/documents/{lease.uid}/", "/training/")
        ]
    assert "1 of your documents was used for training in the past." in pages[0]
    for page in pages:
        assert "This must not happen" not in page
        assert "after you refused" not in page
        assert "was used for training after this date" not in page
