"""The uses of a document: repeats grouped, one by one by key, filtered, and all as a file."""

import csv
import io
import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from accounts.models import User
from consents.models import Document, System
from consents.queries import uses
from tests.consents.pages.conftest import Shop

OCTOBER = datetime(2026, 10, 5, 12, tzinfo=UTC)


@pytest.fixture
def lease(shop: Shop) -> Document:
    """A lease that was searched twelve times in October, delivered once, and trained on."""
    lease = shop.document("Lease", shop.ada, shop.ben, at=datetime(2026, 1, 1, tzinfo=UTC))
    for hour in range(12):
        shop.use(lease, "ai-features", OCTOBER + timedelta(hours=hour))
    shop.use(lease, "delivery", datetime(2026, 2, 10, tzinfo=UTC))
    shop.use(lease, "ai-training", datetime(2026, 3, 10, tzinfo=UTC), run="run-1")
    return lease


def read(client: Client, path: str) -> str:
    """Return the page with its white space folded."""
    answer = client.get(path)
    assert answer.status_code == 200
    return " ".join(answer.content.decode().split())


def rows(page: str) -> int:
    """Return how many single uses a page shows."""
    return page.count('<th scope="row"><time')


def test_a_group_of_repeats_unfolds_to_its_single_uses(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(shop.ada)
    page = read(client, f"/documents/{lease.uid}/")
    assert "12 times" in page
    [link] = set(re.findall(r'href="([^"]+uses/\?[^"]*ai-features[^"]*)"', page))
    single = read(client, link.replace("&amp;", "&"))
    assert rows(single) == 12
    assert "5 October 2026, 14:00:00" in single
    assert "Legal basis" in single
    assert "/purposes/ai-features/#version-1" in single


def test_the_timeline_says_basis_and_the_text_in_force_with_the_way_to_it(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    page = read(signed_in(shop.ada), f"/documents/{lease.uid}/")
    october = page.split('<ol class="timeline">')[1].split("<li>")[1]
    assert "Legal basis: a legitimate interest, article 6(1)(f) GDPR." in october
    assert 'href="/purposes/ai-features/#version-1"' in october
    assert "The text in force then (version 1)" in october
    assert "First on 5 October 2026, 14:00, last on 6 October 2026, 01:00." in october


@pytest.mark.parametrize(
    ("query", "months"),
    [
        ("?purpose=delivery", ["February 2026"]),
        ("?since=2026-03-01&until=2026-03-31", ["March 2026"]),
        ("?purpose=ai-training&since=2026-03-11", []),
        ("?until=2026-03-10", ["March 2026", "February 2026"]),
    ],
)
def test_the_timeline_is_filtered_by_purpose_and_days(
    query: str, months: list[str], shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    page = read(signed_in(shop.ada), f"/documents/{lease.uid}/{query}")
    assert re.findall(r"<time datetime=\"\d{4}-\d\d\">([^<]+)</time>", page) == months
    if not months:
        assert "No use of this kind in these days." in page


def test_a_filter_is_kept_on_older_pages_of_the_timeline(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    lease = shop.document("Lease", shop.ada)
    for month in range(1, 13):
        shop.use(lease, "delivery", datetime(2025, month, 10, tzinfo=UTC))
    page = read(signed_in(shop.ada), f"/documents/{lease.uid}/?purpose=delivery")
    assert "?purpose=delivery&amp;before=2025-07#uses" in page


def test_single_uses_go_by_key_without_loss_also_at_one_instant(
    shop: Shop, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consents.queries.uses.SINGLES", 4)
    lease = shop.document("Lease", shop.ada)
    for slug in ("delivery", "ai-features", "support", "security", "evidence", "analytics"):
        shop.use(lease, slug, OCTOBER)  # all at the same instant
        shop.use(lease, slug, OCTOBER - timedelta(days=1))
    client, query, seen = signed_in(shop.ada), "", []
    while True:
        page = read(client, f"/documents/{lease.uid}/uses/{query}")
        seen += re.findall(r'href="/purposes/([a-z-]+)/#version', page)
        further = re.search(r'rel="next" href="[^"?]*(\?[^"]+)"', page)
        if further is None:
            break
        query = further[1].replace("&amp;", "&")
    assert len(seen) == 12
    assert len(set(seen[:6])) == 6


def test_all_uses_as_a_file_in_the_persons_language_and_safe_in_a_spreadsheet(
    shop: Shop, lease: Document, signed_in: Callable[..., Client], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("consents.queries.uses.CHUNK", 5)
    System.objects.update(name='=HYPERLINK("https://bad.example")')
    User.objects.filter(pk=shop.ada.pk).update(language="fr")
    shop.ada.refresh_from_db()
    answer = signed_in(shop.ada).get(f"/documents/{lease.uid}/uses.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    assert answer["Cache-Control"] == "private, no-store"
    assert "Lease" not in answer["Content-Disposition"]
    text = b"".join(answer).decode()
    assert text.startswith("\ufeffQuand,")
    head, *lines = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert len(lines) == 14
    assert {len(line) for line in lines} == {len(head)}
    assert lines[0][0] == "2026-10-06T01:00:00.000000+02:00"
    assert all(line[2].startswith("'=HYPERLINK") for line in lines)
    assert {line[5] for line in lines} == {"1"}
    assert [line[7] for line in lines].count("run-1") == 1
    assert all(len(line[6]) == 64 for line in lines)


def test_to_a_stranger_there_are_no_uses(
    shop: Shop, lease: Document, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(shop.cleo)
    for path in ("uses/", "uses.csv", "uses/?purpose=delivery"):
        assert client.get(f"/documents/{lease.uid}/{path}").status_code == 404


@pytest.mark.parametrize(
    "text", ["", "x", ".", "1.", ".1", "9" * 30 + ".1", "1." + "9" * 30, "1.२", "२.1"]
)
def test_a_place_that_is_none_means_the_first_page(text: str) -> None:
    assert uses.use_place(text) is None


def test_a_place_is_exact_to_the_microsecond() -> None:
    place = uses.UsePlace(datetime(2026, 10, 5, 12, 0, 0, 123456, tzinfo=UTC), 7)
    assert uses.use_place(str(place)) == place
