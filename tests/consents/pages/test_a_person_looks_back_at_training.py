"""/training/: which runs used my documents, when, how I stood then, and what can still be done."""

import csv
import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import uuid4

import pytest
import time_machine
from django.utils import timezone

from consents.actions import runs
from consents.models import CanaryCheck, Document, Party, TrainingRun
from tests.consents.pages.conftest import Shop

AGO = timedelta(days=100)


@pytest.fixture
def trained(shop: Shop) -> list[Document]:
    """Ada allowed 200 days ago, three of her documents were used in two runs, she refused since."""
    now = timezone.now()
    with time_machine.travel(now - 2 * AGO, tick=False):
        shop.allow(shop.ada)
    leases = [shop.document(f"Lease {i}", shop.ben, shop.ada, at=now - 3 * AGO) for i in range(3)]
    shop.document("Never used", shop.ben, shop.ada)
    for lease in leases:
        shop.use(lease, "ai-training", now - AGO, run="first")
    shop.use(leases[0], "ai-training", now - AGO + timedelta(days=9), run="second")
    shop.use(leases[0], "delivery", now - AGO)
    shop.refuse(shop.ada)
    return leases


def text(answer: Any) -> str:
    """Return what a page says, without its markup."""
    from django.utils.html import strip_tags

    assert answer.status_code == 200
    return " ".join(strip_tags(answer.text).split())


def test_who_was_never_used_is_told_so_outright(shop: Shop, signed_in: Callable[..., Any]) -> None:
    shop.document("Lease", shop.ben, shop.ada)
    page = text(signed_in(shop.ada).get("/training/"))
    assert "Your documents have never been used for AI training." in page


def test_the_sentence_counts_documents_and_runs_before_the_refusal(
    shop: Shop, trained: list[Document], signed_in: Callable[..., Any]
) -> None:
    page = text(signed_in(shop.ada).get("/training/"))
    assert "Your documents have been left out of AI training since" in page
    assert "Before that date, 3 of your documents were used in 2 training runs." in page
    assert "You agreed on" in page
    assert "answers that repeat a document are filtered" in page


def test_who_did_not_refuse_reads_what_was_used(
    shop: Shop, trained: list[Document], signed_in: Callable[..., Any]
) -> None:
    page = text(signed_in(shop.ben).get("/training/"))
    assert "3 of your documents were used in 2 training runs." in page
    assert "You had chosen nothing for all your documents." in page


def test_a_use_after_the_refusal_is_said_outright(
    shop: Shop, trained: list[Document], signed_in: Callable[..., Any]
) -> None:
    shop.use(trained[1], "ai-training", timezone.now() + timedelta(seconds=1), run="late")
    page = text(signed_in(shop.ada).get("/training/"))
    assert "1 of your documents was used for training after this date." in page
    late = TrainingRun.objects.get(reference="late")
    assert "You had refused AI training by then." in text(
        signed_in(shop.ada).get(f"/training/{late.uid}/")
    )


def test_a_run_lists_the_persons_own_documents_alone(
    shop: Shop, trained: list[Document], signed_in: Callable[..., Any]
) -> None:
    other = shop.document("Not Ada’s", shop.ben, shop.cleo)
    shop.use(other, "ai-training", timezone.now() - AGO, run="first")
    run = TrainingRun.objects.get(reference="first")
    page = text(signed_in(shop.ada).get(f"/training/{run.uid}/"))
    assert all(f"Lease {i}" in page for i in range(3))
    assert "Not Ada’s" not in page
    assert "left out at least one party refused" in page


def test_a_run_that_used_none_of_ones_documents_is_not_found(
    shop: Shop, trained: list[Document], signed_in: Callable[..., Any]
) -> None:
    run = TrainingRun.objects.get(reference="first")
    assert signed_in(shop.cleo).get(f"/training/{run.uid}/").status_code == 404
    assert signed_in(shop.ada).get(f"/training/{uuid4()}/").status_code == 404


def test_what_can_still_be_done_is_shown_with_what_was_said_before(
    shop: Shop, trained: list[Document], signed_in: Callable[..., Any]
) -> None:
    run = TrainingRun.objects.get(reference="first")
    remedy = TrainingRun.Remedy
    runs.set_remedy(run, remedy.NONE, remedy_by=None, client="c")
    runs.set_remedy(run, remedy.RETRAIN, remedy_by=date(2031, 3, 1), client="c")
    page = text(signed_in(shop.ada).get(f"/training/{run.uid}/"))
    assert "trained anew without documents that were refused" in page
    assert "It is promised by March 1, 2031" in page or "It is promised by 1 March 2031" in page
    assert "What was said before" in page
    assert "Nothing can be taken out of this model any more." in page


def test_the_file_holds_every_document_in_every_run(
    shop: Shop, trained: list[Document], signed_in: Callable[..., Any]
) -> None:
    trained[1].title = "=1+1"
    trained[1].save()
    answer = signed_in(shop.ada).get("/training/documents.csv")
    rows = list(csv.reader(io.StringIO(answer.getvalue().decode("utf-8-sig"))))
    assert len(rows) == 1 + 4
    assert {row[3] for row in rows[1:]} == {"first", "second"}
    assert any(row[1] == "'=1+1" for row in rows)
    assert "no-store" in answer["Cache-Control"]


def test_an_erased_document_and_one_removed_from_the_space_are_not_listed(
    shop: Shop, trained: list[Document], signed_in: Callable[..., Any]
) -> None:
    Document.objects.filter(pk=trained[1].pk).update(
        erased_at=timezone.now(), title="", sha256="", file=""
    )
    Party.objects.filter(document=trained[2], address__person=shop.ada).update(
        hidden_at=timezone.now()
    )
    page = text(signed_in(shop.ada).get("/training/"))
    assert "Before that date, 1 of your documents was used in 2 training runs." in page


def test_the_page_costs_the_same_however_many_runs(
    shop: Shop, trained: list[Document], signed_in: Callable[..., Any],
    django_assert_num_queries: Any,
) -> None:  # fmt: skip
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    browser = signed_in(shop.ada)
    browser.get("/training/")
    with CaptureQueriesContext(
        connection,
    ) as few:
        browser.get("/training/")
    for i in range(30):
        shop.use(trained[0], "ai-training", timezone.now() - AGO + timedelta(hours=i), run=f"r{i}")
    with CaptureQueriesContext(connection) as many:
        answer = browser.get("/training/")
    assert len(many) == len(few)
    assert "Older" in text(answer)


def test_home_leads_here_and_says_when_the_gate_was_checked(
    shop: Shop, trained: list[Document], signed_in: Callable[..., Any]
) -> None:
    CanaryCheck.objects.create(
        outcome="held", asked=6, at=timezone.now() - timedelta(minutes=12, seconds=5)
    )
    answer = signed_in(shop.ada).get("/")
    assert "Checked automatically 12 minutes ago" in text(answer)
    assert 'href="/training/"' in answer.text


@pytest.mark.parametrize(
    ("outcome", "minutes", "words"),
    [
        ("leaked", 3, "was let through that must never be used for training"),
        ("leaked", 3, "The data protection officer has been told"),
        ("unreachable", 3, "got no answer that proves anything yet"),
        ("held", 300, "It should be every ten minutes"),
    ],
)
def test_the_check_is_told_as_it_is(
    shop: Shop, signed_in: Callable[..., Any], outcome: str, minutes: int, words: str
) -> None:
    CanaryCheck.objects.create(
        outcome=outcome, asked=6, at=timezone.now() - timedelta(minutes=minutes)
    )
    assert words in text(signed_in(shop.ada).get("/"))


@pytest.mark.parametrize("cursor", ["x", "%00", "WzEsMl0", "é" * 500])
def test_no_cursor_breaks_it(
    shop: Shop, trained: list[Document], signed_in: Callable[..., Any], cursor: str
) -> None:
    browser = signed_in(shop.ada)
    run = TrainingRun.objects.get(reference="first")
    for path in ("/training/", f"/training/{run.uid}/"):
        for name in ("older", "newer"):
            assert browser.get(f"{path}?{name}={cursor}").status_code == 200
