"""Who works here gets a copy too: that they acted and when, not what they wrote about others."""

import json

import pytest

from accounts.actions import claim_address, look
from accounts.models import AccessEvent, User
from consents import proofs
from consents.actions import choices
from consents.models import Purpose
from consents.models.ledger import Source
from dsar import actions
from tests.dsar.worlds import Ask, unpack, work

pytestmark = pytest.mark.django_db


def test_only_date_and_reference_of_what_they_wrote_as_staff(
    alice: User, sam: User, purpose: Purpose, open_request: Ask
) -> None:
    claim_address(sam.email or "", person=sam)
    hers = work(open_request("access"))
    actions.write_message(hers, by=sam, text="Dear Alice, about your dismissal")
    reason = "a word about her dismissal"
    look(alice, by=sam, kind=AccessEvent.Kind.IDENTITY_REVEALED, reason=reason)
    choices.refuse(purpose, person=alice, by=sam, source=Source.STAFF, language="en")
    copy = unpack(work(open_request("access", person=sam, by=sam)))
    assert not [name for name in copy.namelist() if b"dismissal" in copy.read(name)]
    messages = json.loads(copy.read(_named(copy.namelist(), "my-messages")))
    assert [set(row) for row in messages["records"]] == [{"at", "request"}]
    assert messages["records"][0]["request"] == hers.reference
    refusals = json.loads(copy.read(_named(copy.namelist(), "choices-for-others")))
    assert [set(row) for row in refusals["records"]] == [{"at", "number"}]
    assert not [name for name in copy.namelist() if "receipt-" in name]


def test_the_person_still_reads_every_word_and_holds_a_receipt_that_can_be_checked(
    alice: User, sam: User, purpose: Purpose, open_request: Ask
) -> None:
    hers = work(open_request("access"))
    actions.write_message(hers, by=sam, text="Dear Alice, about your dismissal")
    choices.refuse(purpose, person=alice, by=sam, source=Source.STAFF, language="en")
    copy = unpack(work(open_request("access")))
    assert [name for name in copy.namelist() if b"dismissal" in copy.read(name)]
    (receipt,) = [name for name in copy.namelist() if "receipt-" in name]
    found = proofs.examine(copy.read(receipt))
    assert (found.verdict, found.text is None) == ("genuine", False)


def _named(names: list[str], part: str) -> str:
    return next(name for name in names if part in name and name.endswith(".json"))
