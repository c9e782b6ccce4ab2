"""Invariant 14: every act of staff on a person's file is a row that the person can read."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from accounts import actions
from accounts.models import AccessEvent, User
from tests.reading import without_tokens

Kind = AccessEvent.Kind


def test_the_person_reads_who_when_what_and_why(
    bruno: User, sam: User, signed_in: Callable[[User], Client]
) -> None:
    actions.look(
        bruno, by=sam, kind=Kind.REQUEST_VIEWED, reference="REF-2026-0042", reason="to answer you"
    )
    page = signed_in(bruno).get("/account/access/").content.decode()
    for said in ("Support", "Sam", "Opened your request", "REF-2026-0042", "to answer you"):
        assert said in page
    assert "Roy" not in without_tokens(page)  # the first name is enough to ask about it
    assert "sam@regard.example" not in page


def test_nobody_reads_the_looks_at_somebody_else(
    alice: User, bruno: User, sam: User, signed_in: Callable[[User], Client]
) -> None:
    actions.look(bruno, by=sam, kind=Kind.PERSON_VIEWED, reason="a question on the telephone")
    assert "telephone" not in signed_in(alice).get("/account/access/").content.decode()


def test_looking_at_ones_own_file_leaves_no_row(sam: User) -> None:
    actions.look(sam, by=sam, kind=Kind.PERSON_VIEWED)
    assert not AccessEvent.objects.exists()


def test_a_long_list_goes_by_key_and_shows_every_row_once(
    bruno: User, sam: User, signed_in: Callable[[User], Client]
) -> None:
    start = datetime(2026, 3, 1, 9, tzinfo=UTC)
    AccessEvent.objects.bulk_create(
        AccessEvent(
            person=bruno,
            by=sam,
            kind=Kind.PERSON_VIEWED,
            reference=f"LOOK-{number:03}",
            at=start + timedelta(minutes=number // 3),  # three in the same instant
        )
        for number in range(120)
    )
    browser, seen, url = signed_in(bruno), [], "/account/access/"
    while url:
        page = browser.get(url)
        seen.append([look.reference for look in page.context["looks"]])
        url = page.context["older"] and "/account/access/" + page.context["older"]
    assert [len(part) for part in seen] == [50, 50, 20]
    assert [row for part in seen for row in part] == [f"LOOK-{n:03}" for n in range(119, -1, -1)]
    back = browser.get("/account/access/" + page.context["newer"])
    assert [look.reference for look in back.context["looks"]] == seen[1]


@pytest.mark.parametrize("cursor", ["nonsense", "W10", "WyJub3QgYSBkYXRlIiwxXQ", "%00"])
def test_a_broken_cursor_gives_the_first_page(
    bruno: User, signed_in: Callable[[User], Client], cursor: str
) -> None:
    assert signed_in(bruno).get(f"/account/access/?older={cursor}").status_code == 200


def test_no_look_can_be_changed_or_removed(bruno: User, sam: User) -> None:
    actions.look(bruno, by=sam, kind=Kind.PERSON_VIEWED)
    for act in (AccessEvent.objects.all().delete, lambda: AccessEvent.objects.update(reason="x")):
        with pytest.raises(IntegrityError), transaction.atomic():
            act()
