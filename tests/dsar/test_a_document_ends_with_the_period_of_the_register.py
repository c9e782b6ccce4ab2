"""A document is erased at the end of the period in the register, unless somebody still needs it."""

from collections.abc import Callable, Iterator
from datetime import date, datetime, time, timedelta
from threading import Thread
from typing import Any

import pytest
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import Address, User
from accounts.proven import person_for_claimed_address
from consents.actions import choices
from consents.actions import register as recording
from consents.catalogue import register as seeds
from consents.models import (
    ChoiceEvent,
    Document,
    DocumentLink,
    Purpose,
    PurposeVersion,
    RetentionRun,
    Use,
)
from consents.queries import register
from consents.queries.processing import Gap
from consents.register import lines
from dsar import actions, ending
from dsar.models import ErasureItem, Hold, Restriction, Statement
from dsar.models.requests import Kind
from dsar.sources.portal import emptying
from portal import tasks
from portal.lib.canonical import sha256_of
from tests.consents.worlds import WORDS
from tests.dsar.worlds import Ask, make_document, use
from tests.servers import wait_until

pytestmark = pytest.mark.django_db
YEARS_AGO = timezone.now() - timedelta(days=6 * 366)


def keep(slug: str, duration: str, **fields: Any) -> Purpose:
    """Put a purpose in force that keeps documents for so long from the last signature."""
    purpose = Purpose.objects.create(slug=slug, control="none", **fields)
    start = timezone.now() - timedelta(days=365)
    PurposeVersion.objects.create(
        purpose=purpose, number=1, published_at=start, effective_from=start,
        legal_basis="6(1)(b)", texts={"en": WORDS, "fr": WORDS},
        data_categories=["pd:PersonalDocuments"], retention_trigger="document_completed",
        retention_duration=duration, dpv_purpose="dpv:ServiceProvision", sha256=sha256_of(slug),
    )  # fmt: skip
    return purpose


@pytest.fixture
def delivery(purpose: Purpose) -> Purpose:
    return keep("delivery", "P5Y")


@pytest.fixture
def old(alice: User, bob: User, delivery: Purpose) -> Document:
    return make_document("old", alice, bob, completed_at=YEARS_AGO)


def is_gone(document: Document) -> bool:
    document.refresh_from_db()
    return document.erased_at is not None


def night() -> RetentionRun:
    """Let the night's job run; return what it left as evidence."""
    tasks.erase("finished-documents")
    return RetentionRun.objects.latest("pk")


def test_it_ends_with_its_file_and_names_and_every_ledger_stays(
    old: Document, alice: User, purpose: Purpose
) -> None:
    old.parties.update(name="Somebody Known")
    use(old, purpose)
    choices.refuse(purpose, person=alice, by=alice, language="en", document=old)
    acts = ChoiceEvent.objects.count()
    run = night()
    assert is_gone(old)
    assert (old.title, old.sha256, bool(old.file)) == ("", "", False)
    assert not default_storage.exists("old.pdf")
    assert not old.parties.exclude(name="", hidden_at__isnull=False).exists()
    assert (Use.objects.filter(document=old).count(), ChoiceEvent.objects.count()) == (1, acts)
    assert (run.erased, run.held, run.failed) == (1, {}, False)
    assert night().erased == 0


def test_what_stood_beside_it_goes_too(old: Document, alice: User, open_request: Ask) -> None:
    stranger, refuser = (Address.objects.create(email=f"{one}@x.example") for one in "ab")
    for address in (stranger, refuser):
        old.parties.create(address=address, role="signer")
    choices.refuse(Purpose.objects.get(slug="ai-training"), address=refuser, by=None, language="en")
    DocumentLink.objects.create(
        document=old, address=stranger, expires_at=timezone.now() + timedelta(days=1)
    )
    request = open_request()
    statement = Statement.objects.create(request=request, document=old, text="That is wrong.")
    actions.withdraw(request, by=alice)
    night()
    for row in (stranger, refuser, statement):
        row.refresh_from_db()
    assert (stranger.email, bool(stranger.erased_hash)) == (None, True)
    assert refuser.email == "b@x.example"  # its refusal is heeded when it is met again
    assert (statement.text, DocumentLink.objects.count()) == ("", 0)


@pytest.mark.parametrize(
    ("ended", "goes"),
    [(date(2020, 3, 1), True), (date(2020, 3, 2), False), (date(2020, 2, 29), True)],
)
def test_the_period_is_counted_to_the_day_of_the_calendar(
    ended: date, goes: bool, alice: User, delivery: Purpose
) -> None:
    at = datetime.combine(ended, time(23, 59), timezone.get_current_timezone())
    document = make_document("old", alice, completed_at=at)
    ending.end_documents(date(2025, 3, 1))
    assert is_gone(document) is goes


def test_the_period_is_that_of_the_version_in_force_and_of_what_needs_it_longest(
    old: Document,
) -> None:
    keep("proof", "P10Y")
    keep("declared", "P30Y", by_document=False)
    assert night().erased == 0
    later = timezone.localdate() + timedelta(days=5 * 366)
    assert ending.end_documents(later).erased == 1


def test_its_own_date_comes_before_the_period(alice: User, delivery: Purpose) -> None:
    today = timezone.localdate()
    longer = make_document("a", alice, completed_at=YEARS_AGO, keep_until=today + timedelta(1))
    shorter = make_document("b", alice, keep_until=today)
    assert night().erased == 1
    assert (is_gone(longer), is_gone(shorter)) == (False, True)


def test_without_a_purpose_that_keeps_documents_only_its_own_date_ends_one(
    alice: User, purpose: Purpose
) -> None:
    make_document("a", alice, completed_at=YEARS_AGO)
    dated = make_document("b", alice, keep_until=timezone.localdate())
    assert night().erased == 1
    assert is_gone(dated)


def hold(document: Document, alice: User, dina: User) -> None:
    review = timezone.localdate() + timedelta(days=30)
    actions.place_hold(alice, by=dina, reason="a dispute", review_on=review)


def ask(document: Document, alice: User, dina: User) -> None:
    actions.open_request(Kind.ACCESS, person=alice, by=alice, language="en")


def pause(document: Document, alice: User, dina: User) -> None:
    request = actions.open_request(Kind.RESTRICTION, person=alice, by=alice, language="en")
    actions.withdraw(request, by=alice)
    Restriction.objects.create(request=request, document=document, ground="claims")


def pause_everything(document: Document, alice: User, dina: User) -> None:
    request = actions.open_request(Kind.RESTRICTION, person=alice, by=alice, language="en")
    actions.withdraw(request, by=alice)
    Restriction.objects.create(request=request, ground="claims")


def leave_after_an_erasure(document: Document, alice: User, dina: User) -> None:
    request = actions.open_request(Kind.ERASURE, person=alice, by=alice, language="en")
    actions.withdraw(request, by=alice)
    ErasureItem.objects.create(
        request=request, source="documents", key=f"document:{document.pk}", decision="keep",
        ground="17(3)(e)", sentence="contract_of_others", done_at=timezone.now(),
        until=timezone.localdate() + timedelta(days=1),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("need", "reason"),
    [
        (hold, "hold"), (ask, "request"), (pause, "restricted"), (pause_everything, "restricted"),
        (leave_after_an_erasure, "kept"),
    ],
)  # fmt: skip
def test_what_somebody_still_needs_stays_and_the_register_says_why(
    need: Callable[..., None], reason: str, old: Document, alice: User, dina: User
) -> None:
    need(old, alice, dina)
    run = night()
    assert not is_gone(old)
    assert (run.erased, run.held) == (0, {reason: 1})


@pytest.mark.parametrize(("need", "reason"), [(hold, "hold"), (ask, "request")])
def test_whom_we_know_by_an_address_alone_keeps_theirs_too(
    need: Callable[..., None], reason: str, alice: User, dina: User, delivery: Purpose
) -> None:
    """A signer without account, for whom a request came by post: they have not confirmed it yet."""
    address = Address.objects.create(email="nora@mail.example")
    signed = make_document("signed", alice, address, completed_at=YEARS_AGO)
    nora = person_for_claimed_address("nora@mail.example", language="en")
    assert address.person is None
    need(signed, nora, dina)
    run = night()
    assert not is_gone(signed)
    assert (run.erased, run.held) == (0, {reason: 1})


def test_a_file_that_cannot_be_deleted_keeps_no_other_document(
    old: Document, alice: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_document("second", alice, completed_at=YEARS_AGO)
    real = FileSystemStorage.delete

    def refuse(storage: FileSystemStorage, name: str) -> None:
        if name == str(old.file):
            raise OSError("the storage does not answer")
        real(storage, name)

    monkeypatch.setattr(FileSystemStorage, "delete", refuse)
    run = night()
    assert (run.erased, run.held) == (1, {"file": 1})
    assert not is_gone(old)


def test_the_register_shows_the_run_and_no_gap(old: Document, alice: User, dina: User) -> None:
    draft = next(one.draft for one in seeds.records() if one.slug == "delivery")
    recording.record("delivery", draft)
    assert Gap.NEVER_RAN in _record().gaps
    hold(old, alice, dina)
    night()
    found = _record()
    assert not {Gap.NOT_ERASED, Gap.NEVER_RAN} & set(found.gaps)
    [said] = lines.evidence(found)
    assert "0 things erased" in said
    assert "Left alone although the time is over: under a legal hold (1)." in said


def _record() -> register.Record:
    found = register.record("delivery", timezone.now())
    assert found is not None
    return found


def test_a_night_reads_batch_by_batch(
    alice: User, bob: User, delivery: Purpose, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ending, "AT_ONCE", 2)
    for number in range(5):
        one = make_document(f"d{number}", alice, completed_at=YEARS_AGO + timedelta(number // 2))
        one.file.delete()
    with CaptureQueriesContext(connection) as seen:
        assert night().erased == 5
    pages = [one["sql"] for one in seen if "LIMIT 2" in one["sql"] and "COALESCE" in one["sql"]]
    assert len(pages) == 4  # three with documents, and the one that finds none


def test_the_search_for_what_is_over_reads_an_index(old: Document) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_sort = off")
        for rows, index in zip(_searches(), ("document_ends_on", "document_ends"), strict=True):
            plan = rows.explain()
            assert f"using {index} " in plan
            assert "Sort" not in plan


def _searches() -> list[Any]:
    seen: list[Any] = []

    def walk(rows: Any) -> Iterator[list[int]]:
        seen.append(rows)
        return iter(())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ending, "_walk", walk)
        list(ending._due(timezone.localdate(), "P5Y"))
    return [rows.order_by("end", "pk").values_list("end", "pk")[:200] for rows in seen]


@pytest.mark.django_db(transaction=True)
def test_a_hold_that_is_being_placed_comes_before_the_end_or_after_it(
    old: Document, alice: User, dina: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    real, seen = emptying.empty, []
    thread = Thread(target=_placing, args=(old, alice, dina))

    def slowly(document: Document) -> None:
        thread.start()
        wait_until(_somebody_waits)
        seen.append(Hold.objects.count())
        real(document)

    monkeypatch.setattr(emptying, "empty", slowly)
    night()
    thread.join()
    assert seen == [0]
    assert is_gone(old)
    assert Hold.objects.count() == 1


def _placing(document: Document, alice: User, dina: User) -> None:
    try:
        hold(document, alice, dina)
    finally:
        connection.close()


def _somebody_waits() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM pg_locks WHERE NOT granted")
        return bool(cursor.fetchone()[0])


@pytest.mark.django_db(transaction=True)
def test_whom_somebody_works_on_is_left_to_the_next_night(old: Document, alice: User) -> None:
    counted: list[RetentionRun] = []
    with transaction.atomic():
        User.objects.select_for_update().get(pk=alice.pk)
        thread = Thread(target=_counting, args=(counted,))
        thread.start()
        thread.join()
    assert (counted[0].erased, counted[0].held) == (0, {"busy": 1})
    assert night().erased == 1


def _counting(counted: list[RetentionRun]) -> None:
    try:
        counted.append(night())
    finally:
        connection.close()
