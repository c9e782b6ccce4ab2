"""Per purpose the person's word and the gate's answer; every use by month; what can be done."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
import time_machine
from django.test import Client
from django.utils import timezone

from accounts.actions import address_for, join
from consents.models import Document, Party
from tests.consents.pages.conftest import Shop


@pytest.fixture
def lease(shop: Shop) -> Document:
    return shop.document("Lease", shop.ada, shop.ben, kind="lease")


def page_of(client: Client, document: Document, query: str = "") -> str:
    """Return the page with its white space folded, as a reader sees it."""
    page = client.get(f"/documents/{document.uid}/{query}").content.decode()
    return " ".join(page.split())


def test_never_used_is_said_outright(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    page = page_of(signed_in(shop.ada), lease)
    assert "“Lease” was <strong>never used</strong> to train AI." in page
    assert "Never used to train AI." in page
    assert "No use has been reported so far." in page


@pytest.mark.parametrize(
    ("mine", "others", "words"),
    [
        ("", "", "Not allowed: you have not agreed."),
        ("allow", "", "Not allowed: not every party has agreed."),
        ("allow", "allow", "Allowed: every party has agreed."),
        ("allow", "refuse", "Not allowed: at least one other party refused."),
        ("refuse", "allow", "Not allowed: you refused."),
        ("refuse", "refuse", "Not allowed: you refused."),
        ("", "refuse", "Not allowed: at least one other party refused."),
    ],
)
def test_my_word_and_the_gates_answer(
    mine: str, others: str, words: str, shop: Shop, lease: Document,
    signed_in: Callable[..., Client],
) -> None:  # fmt: skip
    for person, act in ((shop.ada, mine), (shop.ben, others)):
        if act:
            getattr(shop, act)(person)
    assert words in page_of(signed_in(shop.ada), lease)


def test_what_the_organisation_decided_is_said(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    shop.members()
    lease = shop.document("Lease", shop.ada, shop.ben, organisation=shop.lilas)
    clause = shop.sign_the_contract()
    page = page_of(signed_in(shop.ben), lease)
    assert "Allowed: the contract agreed for you." in page
    assert f"/choices/clause/{clause.pk}/" in page
    sent = {"act": "refuse", "organisation": shop.lilas.uid, "purpose": "ai-training"}
    signed_in(shop.ada).post("/organisation/policy/", sent)
    assert "Agence des Lilas refused for all its documents" in page_of(signed_in(shop.ben), lease)


def test_nobody_can_allow_what_the_law_excludes(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    checkup = shop.document("Checkup", shop.ada, special_category=True)
    page = page_of(signed_in(shop.ada), checkup)
    assert "specially protected data, such as data about health" in page
    assert "Refuse AI training for this document" in page
    assert "Allow AI training for this document" not in page


def test_uses_are_grouped_by_month_with_what_follows(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    october = datetime(2026, 10, 5, 12, tzinfo=UTC)
    for hour in range(12):
        shop.use(lease, "ai-features", october + timedelta(hours=hour))
    # Half past midnight in Paris on the first is still the month before in Greenwich.
    shop.use(lease, "delivery", datetime(2026, 9, 30, 22, 30, tzinfo=UTC))
    shop.use(lease, "support", datetime(2026, 8, 1, tzinfo=UTC))
    page = page_of(signed_in(shop.ada), lease)
    months = page.split('<ol class="timeline">')[1].split("</ol>")[0].split("<li>")[1:]
    assert ["October 2026" in months[0], "August 2026" in months[1], len(months)] == [True, True, 2]
    assert "12 times" in months[0]
    assert "Signing, delivering" in months[0]
    assert "What follows from it?" in months[0]
    assert "Legal basis:" in months[0]


def test_older_uses_are_on_pages_of_their_own(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    for month in range(1, 13):
        shop.use(lease, "delivery", datetime(2025, month, 10, tzinfo=UTC))
    shop.use(lease, "delivery", datetime(2020, 3, 10, tzinfo=UTC))
    client = signed_in(shop.ada)
    first = page_of(client, lease)
    assert "July 2025" in first
    assert "June 2025" not in first
    assert "?before=2025-07#uses" in first
    second = page_of(client, lease, "?before=2025-07")
    assert "January 2025" in second
    assert "?before=2025-01#uses" in second
    third = page_of(client, lease, "?before=2025-01")
    assert "March 2020" in third
    assert "Older uses" not in third
    assert "There is no use before this month." in page_of(client, lease, "?before=2010-01")


@time_machine.travel("2026-06-01 10:00+02:00", tick=False)
def test_trainings_before_a_refusal_and_what_can_still_be_done(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    now = timezone.now()
    for run, days in (("run-1", 90), ("run-2", 30)):
        shop.use(lease, "ai-training", now - timedelta(days=days), run=run)
    client = signed_in(shop.ada)
    assert "was <strong>used in 2 trainings</strong> of AI." in page_of(client, lease)
    shop.refuse(shop.ada)
    page = page_of(client, lease)
    assert (
        "<strong>used in 2 trainings</strong> of AI before your refusal on 1 June 2026, 10:00"
        in page
    )
    assert "Training run-1 of the model “Clauses 1”" in page
    assert "What can still be done:</strong> outputs that repeat it are filtered" in page
    assert "after you refused" not in page


def test_a_training_after_the_refusal_is_not_hushed_up(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    shop.refuse(shop.ada)
    shop.use(lease, "ai-training", timezone.now() + timedelta(minutes=1), run="run-1")
    client = signed_in(shop.ada)
    assert "This document was used for training after you refused." in page_of(client, lease)
    home = " ".join(client.get("/").content.decode().split())
    assert "1 of your documents was used for training after this date." in home


def test_parties_are_named_and_their_addresses_masked(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    page = page_of(signed_in(shop.ada), lease)
    assert "ada@example.org" in page
    assert "b•••@example.org" in page
    assert "ben@example.org" not in page
    assert "Ben" in page


def test_who_is_only_in_copy_is_shown_by_initials_to_all_but_the_sender(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    copy = address_for("dan.martin@example.org")
    Party.objects.create(document=lease, address=copy, role="copy", name="Dan Martin")
    to_the_signer, to_the_sender = (
        page_of(signed_in(person), lease) for person in (shop.ben, shop.ada)
    )
    assert "D. M." in to_the_signer
    assert "Dan Martin" not in to_the_signer
    assert "Dan Martin" in to_the_sender
    for page in (to_the_signer, to_the_sender):
        assert "d•••@example.org" in page
        assert "dan.martin@" not in page
    assert b"Dan Martin" not in signed_in(shop.ben).get("/documents/").content


def test_a_late_signers_refusal_says_from_when_it_counts_and_what_was_before(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    lease = shop.document("Lease", shop.ada, at=timezone.now() - timedelta(days=200))
    shop.allow(shop.ada)
    shop.use(lease, "ai-training", timezone.now() - timedelta(days=90), run="run-1")
    late = shop.ben.addresses.get()
    Party.objects.create(document=lease, address=late, role="signer", name="Ben")
    shop.refuse(shop.ben)
    mine = page_of(signed_in(shop.ben), lease)
    assert "Your refusal counts from" in mine
    assert "Before that, this document was used in 1 training." in mine
    others = page_of(signed_in(shop.ada), lease)
    assert "A refusal counts from the moment it is made, whoever makes it." in others
    assert "Ben refused" not in others


def test_a_refusal_before_any_training_says_so(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    shop.refuse(shop.ada)
    page = page_of(signed_in(shop.ada), lease)
    assert "Before that, this document was never used for training." in page


def test_what_is_not_about_documents_has_no_control_on_one(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(shop.ada)
    assert "Marketing e-mails" not in page_of(client, lease)
    assert b"Marketing e-mails" not in client.get("/documents/by-purpose/").content
    assert b"Marketing e-mails" in client.get("/purposes/").content


def test_what_follows_is_said_of_each_kind_of_use_there_was(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    shop.use(lease, "delivery", timezone.now())
    page = page_of(signed_in(shop.ada), lease)
    section = page.split('id="follows"')[1].split("</section>")[0]
    assert section.count("<dt>") == 1
    assert "Signing, delivering" in section


def test_the_example_and_the_end_are_of_this_document(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    lease.keep_until, lease.sha256 = datetime(2031, 3, 1, tzinfo=UTC).date(), "ab" * 32
    lease.save()
    page = page_of(signed_in(shop.ada), lease)
    assert "“Lease” can be used for training only if" in page
    assert "<strong>1 March 2031</strong>" in page
    assert "ab" * 32 in page


def test_a_signer_of_an_organisation_one_is_not_in_sees_no_contract(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    join(shop.lilas, person=shop.ada, is_admin=True)
    lease = shop.document("Lease", shop.ada, shop.cleo, organisation=shop.lilas)
    shop.sign_the_contract()
    page = page_of(signed_in(shop.cleo), lease)
    assert "Not allowed: you have not agreed." in page
    assert "/choices/clause/" not in page
