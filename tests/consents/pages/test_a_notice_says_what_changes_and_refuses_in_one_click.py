"""A wider purpose shows its difference and its switch; its mail refuses in one click."""

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone, translation

from accounts.models import Address, User
from consents import permits
from consents.actions import announcements, choices
from consents.models import Announcement, Announcing, ChoiceEvent, Purpose, PurposeVersion
from consents.models.ledger import Act, Source
from consents.permits import Reason
from portal.lib.models import OutgoingMail
from tests.consents.announced import announce
from tests.consents.pages.conftest import Shop

LATER = timedelta(days=31)
SignIn = Callable[..., Client]


@pytest.fixture
def features(shop: Shop) -> Purpose:
    """A purpose that one can object to; a document of Ada and of a signer without account."""
    shop.document("Lease", shop.ada, Address.objects.create(email="signer@example.org"))
    return Purpose.objects.get(slug="ai-features")


def tell(purpose: Purpose) -> PurposeVersion:
    version = announce(purpose)
    announcing = Announcing.objects.get(version=version)
    while announcing.finished_at is None:
        announcements.carry_on(announcing.pk)
        announcing.refresh_from_db()
    return version


def link_in_mail(email: str) -> str:
    text = OutgoingMail.objects.get(to=email).text
    found = re.search(r"https?://[^/]+(/notices/\S+)", text)
    assert found, text
    return found[1]


def test_the_mail_says_what_changes_from_when_and_one_next_step(features: Purpose) -> None:
    version = tell(features)
    mail = OutgoingMail.objects.get(to="signer@example.org")
    title = version.text("en").title
    assert title in mail.subject
    assert "More data" in mail.text
    assert "pd:More1" in mail.text
    assert "If you do nothing, it stops" in mail.text
    assert mail.text.count("http://") == 2, "the notice, and the site at the foot"
    assert "signer" not in link_in_mail("signer@example.org")


def test_the_mail_is_in_the_language_of_the_person(shop: Shop, features: Purpose) -> None:
    User.objects.filter(pk=shop.ada.pk).update(language="fr")
    version = tell(features)
    mail = OutgoingMail.objects.get(to="ada@example.org")
    assert mail.language == "fr"
    assert version.text("fr").title in mail.subject
    with translation.override("fr"):
        assert translation.gettext("More data") in mail.text


def test_whoever_holds_the_mail_refuses_with_one_click(features: Purpose) -> None:
    tell(features)
    client, link = Client(), link_in_mail("signer@example.org")
    page = client.get(link).content.decode()
    assert "<ins>" in page or "pd:More1" in page
    assert "If you do nothing" in page
    answer = client.post(link, follow=True)
    assert "It counts for all documents sent to you" in answer.content.decode()
    event = ChoiceEvent.objects.get()
    assert (event.act, event.source, event.by) == (Act.OBJECTION_LODGED, Source.LINK, None)
    assert event.address is not None
    assert permits.may("ref:0", "ai-features").reason == Reason.PARTY_REFUSED
    client.post(link)
    assert ChoiceEvent.objects.count() == 1, "twice is once"


def test_who_has_an_account_refuses_by_the_mail_without_signing_in(
    shop: Shop, features: Purpose
) -> None:
    tell(features)
    Client().post(link_in_mail("ada@example.org"))
    assert ChoiceEvent.objects.get().person == shop.ada


@pytest.mark.parametrize(
    "token", ["x", "é", "%00", "a.b", "0" * 32, f"{'0' * 32}.{'A' * 43}", "9" * 5000, "...."]
)
def test_a_link_that_we_did_not_sign_leads_nowhere(db: None, token: str) -> None:
    for method in ("get", "post"):
        assert getattr(Client(), method)(f"/notices/{token}/").status_code == 404


def test_where_nothing_can_be_refused_the_page_says_so(shop: Shop, features: Purpose) -> None:
    tell(Purpose.objects.get(slug="delivery"))
    link = link_in_mail("signer@example.org")
    page = Client().get(link).content.decode()
    assert "there is nothing to allow or refuse here" in page
    assert 'id="refuse"' not in page
    assert Client().post(link).status_code == 409
    assert not ChoiceEvent.objects.exists()


def test_a_link_of_somebody_erased_leads_nowhere(features: Purpose) -> None:
    tell(features)
    link = link_in_mail("signer@example.org")
    Address.objects.filter(email="signer@example.org").update(email=None)
    assert Client().get(link).status_code == 404
    assert Client().put(link).status_code == 405


def test_opening_is_noted_once_and_only_where_somebody_looks(features: Purpose) -> None:
    tell(features)
    link, one = link_in_mail("signer@example.org"), Announcement.objects.get(address__isnull=False)
    Client().head(link)
    Client(headers={"Sec-Purpose": "prefetch;prerender"}).get(link)
    one.refresh_from_db()
    assert one.read_at is None
    Client().get(link)
    one.refresh_from_db()
    first = one.read_at
    assert (first is not None, one.read_by) == (True, "mail")
    Client().get(link)
    one.refresh_from_db()
    assert one.read_at == first


def test_no_picture_in_the_mail_watches_who_reads_it(features: Purpose) -> None:
    tell(features)
    assert "<img" not in OutgoingMail.objects.get(to="ada@example.org").html


@pytest.mark.parametrize("path", ["/", "/purposes/"])
def test_the_banner_holds_what_changes_and_only_a_refusal(
    shop: Shop, features: Purpose, signed_in: SignIn, path: str
) -> None:
    version = tell(features)
    page = signed_in(shop.ada).get(path).content.decode()
    part = page[page.index(f'id="change-{version.pk}"') :]
    part = part[: part.index("</article>")]
    assert "More data" in part
    assert part.count('name="act"') == 1
    assert 'value="refuse"' in part
    assert "You can accept the new wording from" in part
    one = Announcement.objects.get(person=shop.ada)
    assert one.read_by == "portal"


def test_who_refuses_in_the_banner_is_asked_no_more(
    shop: Shop, features: Purpose, signed_in: SignIn
) -> None:
    version = tell(features)
    client = signed_in(shop.ada)
    client.post("/choices/ai-features/", {"act": "refuse", "version": 1, "next": "/"})
    page = client.get("/").content.decode()
    assert "A refusal counts for the new wording as well" in page
    assert f'id="change-{version.pk}"' not in client.get("/").content.decode()


def test_a_yes_before_the_day_is_none_to_the_new_words(
    shop: Shop, features: Purpose, signed_in: SignIn
) -> None:
    tell(features)
    answer = signed_in(shop.ada).post(
        "/choices/ai-features/", {"act": "allow", "version": 2, "next": "/"}
    )
    assert answer.status_code == 409
    assert not ChoiceEvent.objects.exists()


def test_from_the_day_on_the_banner_asks_until_it_is_answered(
    shop: Shop, features: Purpose, signed_in: SignIn, monkeypatch: Any
) -> None:
    version = tell(features)
    its_day = timezone.now() + LATER
    monkeypatch.setattr(timezone, "now", lambda: its_day)
    page = signed_in(shop.ada).get("/").content.decode()
    part = page[page.index(f'id="change-{version.pk}"') :]
    part = part[: part.index("</article>")]
    assert "Until you answer it is not allowed" in part
    assert part.count('name="act"') == 2
    choices.allow(features, person=shop.ada, by=shop.ada, language="en")
    page = signed_in(shop.ada).get("/").content.decode()
    assert f'id="change-{version.pk}"' not in page


def test_the_history_says_when_one_was_told_and_opened_it(
    shop: Shop, features: Purpose, signed_in: SignIn
) -> None:
    tell(features)
    client = signed_in(shop.ada)
    page = client.get("/history/").content.decode()
    assert "What you were told" in page
    assert "Not opened yet" in page
    client.get("/purposes/ai-features/")
    announcements.copy_deliveries()
    assert "Opened on" in client.get("/history/").content.decode()
