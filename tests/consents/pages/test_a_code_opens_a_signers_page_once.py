"""The page of the document opens with a code sent to the link's address, once, for a while."""

import threading
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.utils import timezone

from consents import permits
from consents.actions import choices
from consents.actions import links as actions
from consents.actions.links import Entered
from consents.links import token_of
from consents.models import ChoiceEvent, DocumentLink, LinkCode
from portal.lib.models import OutgoingMail
from tests.accounts import people
from tests.consents.pages.conftest import Shop
from tests.consents.pages.test_a_signer_refuses_by_the_link_alone import (
    NORA,
    link_for,
    path,
    refuse,
)
from tests.consents.worlds import make_person


def code_for(email: str = NORA) -> str:
    """Return the newest code sent."""
    text = OutgoingMail.objects.filter(to=email, template="consents/link_code").latest("pk").text
    return next(line for line in text.splitlines() if line.replace(" ", "").isdigit())


def enter(client: Client, link: DocumentLink, code: str) -> Any:
    return client.post(path(link, "open/"), {"code": code}, follow=True)


def opened(client: Client, link: DocumentLink, email: str = NORA) -> Client:
    """Open the page with a code from the mail."""
    assert client.post(path(link, "code/")).status_code == 303
    assert enter(client, link, code_for(email)).status_code == 200
    return client


def test_the_code_opens_the_document_with_everything_about_it(client: Client, shop: Shop) -> None:
    link = link_for(shop)
    shop.use(link.document, "ai-training", timezone.now() - timedelta(days=2), run="run-1")
    sent = client.post(path(link, "code/"), follow=True)
    assert "n…@m….example" in sent.content.decode()
    before = client.session.session_key
    page = enter(client, link, code_for()).content.decode()
    assert client.session.session_key != before
    for told in ("Secret lease", NORA, "run-1", "Who used it, and when?", "Refuse AI training"):
        assert told in page
    assert "ada@example.org" not in page
    assert "a•••@example.org" in page
    assert "Allow AI training" not in page


def test_another_browser_needs_a_code_of_its_own(client: Client, shop: Shop) -> None:
    link = link_for(shop)
    opened(client, link)
    assert "Secret lease" not in Client().get(path(link)).content.decode()


def test_a_code_works_once_and_only_while_it_is_the_newest(client: Client, shop: Shop) -> None:
    link = link_for(shop)
    client.post(path(link, "code/"))
    first = code_for()
    client.post(path(link, "code/"))
    second = code_for()
    assert "This is not the code" in enter(client, link, first).content.decode()
    assert "Secret lease" in enter(client, link, second.replace(" ", "")).content.decode()
    answer = enter(Client(), link, second)
    assert answer.status_code == 422
    assert "used already" in answer.content.decode()


def test_a_code_ends_after_ten_minutes(client: Client, shop: Shop) -> None:
    link = link_for(shop)
    client.post(path(link, "code/"))
    with time_machine.travel(timezone.now() + timedelta(minutes=10, seconds=1)):
        assert "has ended" in enter(client, link, code_for()).content.decode()


def test_five_wrong_attempts_end_a_code_also_for_the_right_one(client: Client, shop: Shop) -> None:
    link = link_for(shop)
    client.post(path(link, "code/"))
    right = code_for()
    wrong = "0000 0000" if right != "0000 0000" else "1111 1111"
    pages = [enter(client, link, wrong).content.decode() for _turn in range(5)]
    assert "This is not the code" in pages[3]
    assert "Too many attempts" in pages[4]
    assert "Too many attempts" in enter(client, link, right).content.decode()
    assert LinkCode.objects.get().attempts == 5


@pytest.mark.parametrize("code", ["", "x" * 39, "\0", "١٢٣٤٥٦٧٨", "9" * 5000])
def test_what_is_no_code_is_answered_on_the_same_page(
    client: Client, shop: Shop, code: str
) -> None:
    link = link_for(shop)
    client.post(path(link, "code/"))
    answer = client.post(path(link, "open/"), {"code": code})
    assert answer.status_code == 422
    assert "Send a new code" in answer.content.decode()


def test_without_a_code_asked_for_nothing_opens(client: Client, shop: Shop) -> None:
    assert "Ask for one first" in enter(client, link_for(shop), "1234 5678").content.decode()


def test_of_a_code_only_a_keyed_hash_is_kept_and_its_mail_ends_with_it(
    client: Client, shop: Shop
) -> None:
    link = link_for(shop)
    client.post(path(link, "code/"))
    mail, row = OutgoingMail.objects.get(), LinkCode.objects.get()
    assert len(row.code_hash) == 64
    assert code_for().replace(" ", "") not in row.code_hash
    assert mail.expires_at is not None
    assert mail.expires_at - mail.created_at < timedelta(minutes=10, seconds=5)
    assert "Secret lease" not in mail.text + mail.subject


def test_codes_are_sent_to_the_address_of_the_link_and_not_for_ever(
    client: Client, shop: Shop
) -> None:
    link, other = link_for(shop), link_for(shop, "other@mail.example")
    answers = [client.post(path(link, "code/")).status_code for _turn in range(5)]
    assert answers == [303, 303, 303, 429, 429]
    assert client.post(path(other, "code/")).status_code == 303
    assert set(OutgoingMail.objects.values_list("to", flat=True)) == {NORA, "other@mail.example"}


def test_codes_for_many_links_are_not_sent_to_one_network_address(
    client: Client, shop: Shop, settings: Any
) -> None:
    settings.ACCOUNT_RATE_LIMITS = {"send_link_code": "2/m/ip", "open_link": "2/m/ip"}
    links = [link_for(shop, f"n{number}@mail.example") for number in range(3)]
    assert [client.post(path(one, "code/")).status_code for one in links] == [303, 303, 429]
    tried = [client.post(path(one, "open/"), {"code": "1"}).status_code for one in links]
    assert tried == [422, 422, 429]


def test_a_refusal_has_no_limit(client: Client, shop: Shop) -> None:
    link = link_for(shop)
    for _turn in range(40):
        assert client.post(
            path(link, "refuse/"), {"purpose": "ai-training", "scope": "document"}
        ).status_code == 303  # fmt: skip


def test_it_closes_by_a_button_and_by_itself(client: Client, shop: Shop) -> None:
    link = link_for(shop)
    opened(client, link)
    with time_machine.travel(timezone.now() + timedelta(minutes=29)):
        assert "Secret lease" in client.get(path(link)).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=58)):
        assert "Secret lease" in client.get(path(link)).content.decode()
    with time_machine.travel(timezone.now() + timedelta(minutes=90)):
        assert "Secret lease" not in client.get(path(link)).content.decode()
    cache_of_limits_is_not_what_is_tested()
    opened(client, link)
    answer = client.post(path(link, "close/"), follow=True)
    assert "Closed " in answer.content.decode()
    assert "Secret lease" not in client.get(path(link)).content.decode()


def cache_of_limits_is_not_what_is_tested() -> None:
    from django.core.cache import cache

    cache.clear()


def test_withdrawing_the_link_closes_what_it_opened(client: Client, shop: Shop) -> None:
    link = link_for(shop)
    opened(client, link)
    actions.revoke(link)
    assert client.get(path(link)).status_code == 410
    assert client.get(path(link, "request/access/")).status_code == 410


def test_on_the_opened_page_every_purpose_with_a_control_can_be_refused(
    client: Client, shop: Shop
) -> None:
    link = link_for(shop)
    opened(client, link)
    client.post(path(link, "refuse/"), {"purpose": "analytics", "scope": "document"})
    assert not permits.may(link.document.reference, "analytics").allowed
    page = client.get(path(link)).content.decode()
    assert page.count("Saved ") == 1
    uid = ChoiceEvent.objects.get().uid
    assert f"receipts/{uid}.pdf" in page


def test_who_entered_the_code_has_the_receipts_of_the_address(client: Client, shop: Shop) -> None:
    link = link_for(shop)
    refuse(Client(), link)
    uid = ChoiceEvent.objects.get().uid
    opened(client, link)
    assert client.get(path(link, f"receipts/{uid}.json")).status_code == 200
    other = choices.refuse(shop.training, person=shop.ada, by=shop.ada, language="en")
    assert client.get(path(link, f"receipts/{other.uid}.json")).status_code == 404


def test_the_file_is_for_the_party_and_not_where_an_account_asks_for_a_second_factor(
    client: Client, shop: Shop, settings: Any, tmp_path: Any
) -> None:
    from django.core.files.base import ContentFile

    storage = settings.STORAGES["default"] | {"OPTIONS": {"location": str(tmp_path)}}
    settings.STORAGES = settings.STORAGES | {"default": storage}
    nora = make_person("nora")
    link = link_for(shop, "nora@example.org")
    link.document.file.save("lease.pdf", ContentFile(b"%PDF-1.7 lease"))
    assert client.get(path(link, "file/")).status_code == 303
    opened(client, link, "nora@example.org")
    answer: Any = client.get(path(link, "file/"))
    assert b"".join(answer.streaming_content) == b"%PDF-1.7 lease"
    people.with_app(nora)
    assert client.get(path(link, "file/")).status_code == 404
    assert "Download the original" not in client.get(path(link)).content.decode()


def test_the_address_of_staff_opens_a_document_and_no_door_of_staff(
    client: Client, shop: Shop
) -> None:
    make_person("sam")
    link = link_for(shop, "sam@example.org")
    sam = link.address.person
    assert sam is not None
    sam.role = "dpo"
    sam.save()
    opened(client, link, "sam@example.org")
    assert "_auth_user_id" not in client.session
    assert client.get("/staff/").status_code == 302
    assert client.get("/dashboard/").status_code == 302


@pytest.mark.django_db(transaction=True)
def test_the_same_code_from_two_connections_opens_for_one(shop: Shop) -> None:
    link = link_for(shop)
    actions.send_code(link, language="en")
    code, outcomes = code_for(), list[Entered]()
    both = threading.Barrier(2)

    def try_it() -> None:
        both.wait()
        outcomes.append(actions.enter_code(link, code))
        connection.close()

    threads = [threading.Thread(target=try_it) for _turn in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == [Entered.RIGHT, Entered.USED]


@pytest.mark.django_db(transaction=True)
def test_ten_wrong_attempts_at_once_are_all_counted(shop: Shop) -> None:
    link = link_for(shop)
    actions.send_code(link, language="en")
    outcomes = list[Entered]()

    def try_it() -> None:
        outcomes.append(actions.enter_code(link, "no code"))
        connection.close()

    threads = [threading.Thread(target=try_it) for _turn in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert outcomes.count(Entered.WRONG) == 4
    assert outcomes.count(Entered.EXHAUSTED) == 6
    assert LinkCode.objects.get().attempts == 5


def test_codes_and_links_that_ended_are_forgotten_later(shop: Shop) -> None:
    link, fresh = link_for(shop), link_for(shop, "other@mail.example")
    actions.send_code(link, language="en")
    with time_machine.travel(timezone.now() + timedelta(days=2)):
        actions.forget_ended()
        assert not LinkCode.objects.exists()
        actions.revoke(link)
    with time_machine.travel(timezone.now() + timedelta(days=80)):
        actions.forget_ended()
        assert DocumentLink.objects.count() == 2
    with time_machine.travel(timezone.now() + timedelta(days=93)):
        actions.forget_ended()
        assert list(DocumentLink.objects.all()) == [fresh]
    assert token_of(fresh)
