"""Data to take elsewhere (art. 20), California's own order and secrets, whom part A is about."""

import json
from collections.abc import Iterator

import pytest
from jsonschema import Draft202012Validator

from accounts.actions import look
from accounts.models import AccessEvent, User
from consents.actions import register
from consents.models import Purpose, System, Use
from dsar.models import SubjectRequest
from dsar.sources.base import Column, Row, Table
from dsar.sources.portal.account import AccountSource
from tests.dsar.worlds import Ask, make_document, make_life, unpack, work

pytestmark = pytest.mark.django_db
DRAFT = {
    "role": "controller",
    "data_subjects": ["dpv:Customer"],
    "measures_en": "Sealed.",
    "measures_fr": "Scellé.",
}
TRANSFER = {"recipient": "abroad", "country": "US", "safeguard": "46(2)(c)"}


def words(request: SubjectRequest, name: str = "index.html") -> str:
    """Return the words of a page of the copy."""
    return " ".join(unpack(request).read(name).decode().split())


def test_data_to_take_elsewhere_is_what_the_person_gave_and_nothing_more(
    alice: User, bob: User, open_request: Ask
) -> None:
    make_life(alice, bob)
    only_shown = make_document("shown", bob, alice)
    only_shown.parties.filter(address__person=alice).update(role="copy")
    done = work(open_request("portability"))
    assert done.status == "answered"
    copy = unpack(done)
    assert {n for n in copy.namelist() if n.startswith("data/") and n.endswith(".json")} == {
        "data/account.json",
        "data/addresses.json",
        "data/documents.json",
    }
    records = json.loads(copy.read("data/documents.json"))["records"]
    assert "shown" not in {row["reference"] for row in records}
    assert len([n for n in copy.namelist() if n.startswith("files/")]) == len(records)
    assert not [n for n in copy.namelist() if n.startswith(("pages/", "search/"))]
    assert "Legal basis" not in words(done)
    validator = Draft202012Validator(json.loads(copy.read("schema.json")))
    for name in copy.namelist():
        if name.startswith("data/") and name.endswith(".json"):
            validator.validate(json.loads(copy.read(name)))


def test_part_a_is_about_this_person(
    alice: User, bob: User, sam: User, purpose: Purpose, open_request: Ask
) -> None:
    documents = make_life(alice, bob)
    system = System.objects.create(slug="abroad", name="Far lab", country="US")
    register.record(
        purpose.slug,
        {**DRAFT, "transfers": [{**TRANSFER, "detail_en": "standard clauses of 2021"}]},
    )
    version = purpose.versions.latest("number")
    Use.objects.create(
        document=documents["own"], version=version, system=system, at=version.published_at
    )
    System.objects.create(slug="never", name="Never met", country="US")
    look(alice, by=sam, kind=AccessEvent.Kind.PERSON_VIEWED, reason="a call about the lease")
    page = words(work(open_request()))
    assert "2 uses of your documents, from" in page
    assert "The transfer to Far lab (US) is covered by: standard clauses of 2021." in page
    assert "Never met" not in page
    assert "a call about the lease" in page
    assert "Sam" not in page
    assert "withdraw your agreement at any time (art. 7(3))" in page
    assert "CNIL" in page


def test_a_purpose_that_never_concerned_the_person_is_only_named(
    alice: User, open_request: Ask
) -> None:
    page = words(work(open_request()))
    assert "Your documents were never used for:" in page
    assert "Legal basis" not in page


@pytest.fixture
def secret_fields(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the account hold an account number, marked as never to be disclosed in California."""
    collect = AccountSource.collect

    def more(self: AccountSource, person: User) -> Iterator[Table]:
        yield from collect(self, person)
        columns = (
            Column("bank", "Bank", never_disclose="bank account number"),
            Column("note", "Note"),
        )
        row = Row({"bank": "FR1420041010050500013M02606", "note": "SSN 078-05-1120"})
        yield Table("secrets", "Secrets", "", columns, [row])

    monkeypatch.setattr(AccountSource, "collect", more)


def test_california_is_told_that_it_is_held_and_not_what_it_is(
    secret_fields: None, open_request: Ask, alice: User
) -> None:
    request = open_request()
    SubjectRequest.objects.filter(pk=request.pk).update(regime="ccpa", country="US", region="CA")
    done = work(request)
    copy = unpack(done)
    for name in copy.namelist():
        assert b"0500013M02" not in copy.read(name)
        assert b"078-05" not in copy.read(name)
    (row,) = json.loads(copy.read("data/secrets.json"))["records"]
    assert "bank account number" in row["bank"]
    assert "social security number" in row["note"]
    page = words(done)
    assert "To whom was it disclosed, sold or shared?" in page
    assert "not only the last twelve months" in page
    assert json.loads(copy.read("manifest.json"))["never_disclosed"] is True


def test_elsewhere_one_gets_everything(secret_fields: None, open_request: Ask) -> None:
    copy = unpack(work(open_request()))
    (row,) = json.loads(copy.read("data/secrets.json"))["records"]
    assert row == {"bank": "FR1420041010050500013M02606", "note": "SSN 078-05-1120"}
