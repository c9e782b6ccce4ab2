"""Every column of every table, and every byte of every file, is searched for the erased person.

The tables are asked of the database itself: a new column is covered the day it is made.
"""

from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.utils import timezone
from django_q.models import OrmQ, Task

from accounts.models import User
from dsar import actions, certificates, enclosures, erasure
from dsar.models import Attachment, Hold, Pause, SubjectRequest
from dsar.models.requests import Kind
from tests.dsar.worlds import Ask, make_life, verify, work

pytestmark = pytest.mark.django_db

NAME, SECRET = "Zéphyrine Quatrebarbes", "le parapluie de Cherbourg"
ADDRESSES = ["alice@example.org", "zephyrine@autre.example"]
FAR = date(2120, 1, 1)
PDF = b"%PDF-1.4\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF"


@pytest.fixture
def titles(alice: User, bob: User, sam: User, dina: User, open_request: Ask) -> list[str]:
    """Alice with something of every kind, and what her documents are called."""
    alice.name = NAME
    alice.save()
    documents = make_life(alice, bob)
    verify(ADDRESSES[1], alice)
    for name, document in documents.items():
        document.title = f"Dossier {name} quarante-deux"
        document.save(update_fields=["title"])
        document.parties.filter(address__person=alice).update(name=NAME)
    asked = open_request("access", about=f"I am {NAME}: {SECRET}")
    actions.write_message(asked, by=alice, text=f"{SECRET}, signed {NAME}")
    actions.write_note(asked, by=sam, text=f"{NAME} called about {SECRET}")
    Pause.objects.create(request=asked, reason="which_data", question=f"{NAME}, {SECRET}?")
    enclosures.take(
        asked,
        SimpleUploadedFile(f"{SECRET}.txt", f"{NAME} {SECRET}".encode(), "text/plain"),
        role=Attachment.Role.SCAN,
        by=alice,
    )
    asked.details = {"which": [f"{SECRET} of {NAME}"]}
    asked.save(update_fields=["details"])
    Pause.objects.update(answered_at=asked.received_at.replace(year=2099))
    work(asked)
    return [document.title for document in documents.values()]


def erase(alice: User, sam: User) -> SubjectRequest:
    asked = actions.open_request(Kind.ERASURE, person=alice, by=alice, language="en", about=SECRET)
    actions.write_message(asked, by=alice, text=f"{SECRET}, signed {NAME}")
    done = work(actions.approve(work(asked), by=sam))
    assert done.status == "answered"
    return done


def tables() -> list[str]:
    """Return every table and materialised view there is; of a partitioned one, its parts."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT quote_ident(relname) FROM pg_class WHERE relkind IN ('r', 'm')"
            " AND relnamespace = 'public'::regnamespace ORDER BY relname"
        )
        return [row[0] for row in cursor.fetchall()]


def rows_with(needles: list[str]) -> Iterator[tuple[str, str]]:
    """Yield table and needle for each hit: as text, in bytes, or as a word of a search index."""
    patterns = [f"%{needle.lower()}%" for needle in needles]
    # A row as text shows bytes as hexadecimal figures.
    patterns += [f"%{needle.encode().hex()}%" for needle in needles]
    with connection.cursor() as cursor:
        for table in tables():
            cursor.execute(
                f"SELECT p FROM {table} t, unnest(%s::text[]) p"  # noqa: S608 - names of our own
                " WHERE lower(t::text) LIKE p",
                [patterns],
            )
            for (pattern,) in cursor.fetchall():
                yield table, needles[patterns.index(pattern) % len(needles)]


def jobs() -> str:
    """Return what the queue and its results hold, unpacked."""
    waiting = [repr(one.task) for one in OrmQ.objects.all()]
    done = [repr((one.func, one.args, one.kwargs, one.result)) for one in Task.objects.all()]
    return "\n".join(waiting + done).lower()


def bytes_with(folder: Path, needles: list[str]) -> list[str]:
    files = [path for path in folder.rglob("*") if path.is_file()]
    return [
        f"{path.name}: {needle}"
        for path in files
        for needle in needles
        if needle.encode() in path.read_bytes() or needle in path.name
    ]


def test_what_is_left_is_what_the_plan_says_and_at_its_date_nothing(
    alice: User, sam: User, titles: list[str], files: Path
) -> None:
    person = [NAME, NAME.split()[1], SECRET, *ADDRESSES, "s3cret-of-totp", "A browser"]
    assert {needle for _table, needle in rows_with(person)} >= {NAME, SECRET, *ADDRESSES}
    done = erase(alice, sam)

    kept = {item.label for item in done.items.all() if item.stays}
    gone = [title for title in titles if title not in kept and "sent" not in title]
    left = set(rows_with([*person, *gone]))
    # The signer's name is part of the contract that others rely on, and ends with it; the last
    # mail waits for its delivery to be over.
    assert left <= {
        ("consents_party", NAME),
        ("consents_party", NAME.split()[1]),
        ("kernel_outgoingmail", ADDRESSES[0]),
    }
    assert not [needle for needle in (*person, *titles) if needle.lower() in jobs()]
    assert bytes_with(files, [*person, *gone]) == []

    erasure.end_what_is_due(FAR)
    assert set(rows_with(person)) == set()
    titles_of_others = [title for title in titles if "sent" in title or "shared" in title]
    assert set(rows_with([title for title in titles if title not in titles_of_others])) == set()


def test_the_ledgers_stay_valid_without_the_person(
    alice: User, sam: User, titles: list[str]
) -> None:
    done = erase(alice, sam)
    certificate = done.certificate
    assert certificates.context(certificate)["erased"]
    assert alice.looks_at_my_file.exists()
    call_command("rebuild_standings", "--check")


def test_a_held_person_goes_as_a_whole_once_the_hold_is_lifted(
    alice: User, sam: User, dina: User, titles: list[str]
) -> None:
    far = date(2099, 1, 1)
    hold = actions.place_hold(alice, by=dina, reason="a dispute", review_on=far)
    erase(alice, sam)
    assert NAME in {needle for _table, needle in rows_with([NAME])}
    actions.lift_hold(hold, by=dina)
    assert Hold.objects.get().lifted_at is not None
    erasure.end_what_is_due(timezone.localdate(), person_id=alice.pk)
    left: Any = set(rows_with([NAME, SECRET, *ADDRESSES]))
    assert left <= {("consents_party", NAME), ("kernel_outgoingmail", ADDRESSES[0])}
