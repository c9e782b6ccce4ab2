"""Rectification: old → new where it lies; beside a signed content stands a statement."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from consents.models import Document
from dsar import actions
from dsar.actions import rectification
from dsar.models import Statement, SubjectRequest
from dsar.rules import EvidenceMissing, NotYours
from dsar.sources.portal.request_words import count_words, erase_words
from dsar.states import Outcome
from portal.lib.models import OutgoingMail
from tests.dsar.worlds import PDF, Ask, make_document

pytestmark = pytest.mark.django_db
SAID: dict[str, Any] = {"outcome": Outcome.FULFILLED, "text": "Corrected."}


@pytest.fixture
def lease(alice: User, bob: User) -> Document:
    """A document that Bob sent and both signed."""
    return make_document("lease", bob, alice, title="Lease of rue des Lilla")


def ask(open_request: Ask, what: str, should: str, document: Document | None) -> SubjectRequest:
    given = {"what": what, "now": "wrong", "should": should}
    return open_request("rectification", details=given | _named(document))


def _named(document: Document | None) -> dict[str, str]:
    return {"document": str(document.uid)} if document else {}


def test_a_name_of_the_account_is_written_as_it_should_be(
    open_request: Ask, alice: User, sam: User
) -> None:
    request = ask(open_request, "name", "Alice Martin", None)
    assert request.status == "review"
    rectification.rectify(request, by=sam, **SAID)
    alice.refresh_from_db()
    assert alice.name == "Alice Martin"
    assert OutgoingMail.objects.filter(template="dsar/rectified").count() == 1


def test_a_title_is_corrected_and_the_signed_file_is_not_touched(
    open_request: Ask, lease: Document, sam: User
) -> None:
    request = ask(open_request, "title", "Lease of rue des Lilas", lease)
    rectification.rectify(request, by=sam, **SAID)
    lease.refresh_from_db()
    assert lease.title == "Lease of rue des Lilas"
    with lease.file.open() as file:
        assert file.read() == PDF


def test_a_statement_stands_beside_a_signed_content_for_all_who_see_it_without_a_name(
    open_request: Ask, lease: Document, bob: User, sam: User
) -> None:
    request = ask(open_request, "content", "I never lived in number 12.", lease)
    assert not Statement.objects.exists()
    rectification.rectify(request, by=sam, **SAID)
    theirs = Client()
    theirs.force_login(bob)
    page = theirs.get(f"/documents/{lease.uid}/").text
    assert "A party states about this document:" in page
    assert "I never lived in number 12." in page


def test_only_who_wrote_a_statement_takes_it_back(
    open_request: Ask, lease: Document, alice: User, bob: User, sam: User
) -> None:
    request = ask(open_request, "content", "I never lived in number 12.", lease)
    rectification.rectify(request, by=sam, **SAID)
    statement = Statement.objects.get()
    with pytest.raises(NotYours):
        rectification.take_statement_back(statement, by=bob)
    rectification.take_statement_back(statement, by=alice)
    assert Statement.objects.get().text == ""


def test_what_lies_elsewhere_names_the_place_where_it_was_corrected(
    open_request: Ask, sam: User
) -> None:
    request = ask(open_request, "other", "born in 1980", None)
    with pytest.raises(EvidenceMissing):
        rectification.rectify(request, by=sam, **SAID)
    rectification.rectify(request, by=sam, done_by="Billing", **SAID)
    request.refresh_from_db()
    assert (request.status, request.details["done_by"]) == ("answered", "Billing")


@pytest.mark.parametrize("document", ["", "x", "00000000-0000-0000-0000-000000000000", 7])
def test_what_is_not_there_is_refused_with_a_sentence_and_nothing_changes(
    open_request: Ask, sam: User, document: Any
) -> None:
    given = {"what": "title", "should": "New", "document": document}
    request = open_request("rectification", details=given)
    with pytest.raises(rectification.NotCorrectable):
        rectification.rectify(request, by=sam, **SAID)
    request.refresh_from_db()
    assert request.status == "review"


def test_a_document_of_others_is_not_corrected(open_request: Ask, bob: User, sam: User) -> None:
    his = make_document("his", bob)
    request = ask(open_request, "title", "Mine now", his)
    with pytest.raises(rectification.NotCorrectable):
        rectification.rectify(request, by=sam, **SAID)


def test_nobody_corrects_without_saying_what_was_done(open_request: Ask, sam: User) -> None:
    request = ask(open_request, "name", "Alice Martin", None)
    with pytest.raises(EvidenceMissing):
        rectification.rectify(request, by=sam, outcome=Outcome.FULFILLED, text=" ")


def test_an_erasure_empties_what_was_asked_answered_and_stated(
    open_request: Ask, lease: Document, alice: User, sam: User
) -> None:
    request = ask(open_request, "content", "I never lived in number 12.", lease)
    rectification.rectify(request, by=sam, **SAID)
    hers = alice.subject_requests.all()
    assert count_words(hers)
    erase_words(hers)
    request.refresh_from_db()
    assert (request.details, request.resolution, Statement.objects.get().text) == ({}, "", "")
    actions.read_messages(request, by=alice)
