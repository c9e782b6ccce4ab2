"""One word in a log, or one source that breaks, does not keep everything else from its end."""

import logging
from typing import Any

import pytest
from django.test import Client

from accounts.actions import NamesSomebody, look
from accounts.models import AccessEvent, User
from dsar import actions, certificates, erasure
from dsar.models import ErasureItem, SubjectRequest
from dsar.sources.portal import MailSource
from tests.accounts import people
from tests.dsar.worlds import Ask, make_document, work

pytestmark = pytest.mark.django_db

REVEALED = AccessEvent.Kind.IDENTITY_REVEALED


def erase(open_request: Ask, sam: User) -> SubjectRequest:
    """Ask for an erasure and have it carried out."""
    return work(actions.approve(work(open_request("erasure")), by=sam))


@pytest.mark.parametrize("reason", ["About Li", "li asked", "see ALICE@example.org."])
def test_a_reason_that_names_the_person_is_refused(alice: User, sam: User, reason: str) -> None:
    alice.name = "Li"
    alice.save()
    with pytest.raises(NamesSomebody):
        look(alice, by=sam, kind=REVEALED, reason=reason)
    assert not AccessEvent.objects.exists()


def test_a_reason_with_the_letters_of_a_name_inside_a_word_is_fine(
    alice: User, sam: User, open_request: Ask
) -> None:
    alice.name = "Li"
    alice.save()
    look(alice, by=sam, kind=REVEALED, reason="client asked for help")
    assert erase(open_request, sam).outcome == "fulfilled"


def test_a_name_that_the_log_holds_already_is_a_gap_that_is_named(
    alice: User, sam: User, open_request: Ask
) -> None:
    AccessEvent.objects.create(person=alice, by=sam, kind=REVEALED, reason="alice@example.org")
    request = erase(open_request, sam)
    assert request.status == "review"
    gap = request.steps.get(source="access-log", kind="prove")
    assert (gap.outcome, gap.cause, gap.next_action) == (
        "exception",
        "named_in_log",
        "name_the_gap",
    )
    request = work(actions.approve(request, by=sam, accept_gaps=True))
    assert (request.status, request.outcome) == ("answered", "with_gaps")
    alice.refresh_from_db()
    assert alice.email is None
    shown = certificates.context(request.certificate)
    assert shown["in_part"]
    assert shown["gap_lines"] == [
        "Who looked at your file: a reason in a log that cannot be changed names the person"
    ]


def test_the_form_says_so_and_keeps_what_was_typed(open_request: Ask) -> None:
    request = open_request("access")
    pat = people.make("pat@staff.example.org", name="Pat", role="support")
    desk = people.sign_in(Client(), people.with_app(pat))
    typed = {"reason": "Mail of alice@example.org"}
    page = desk.post(f"/staff/requests/{request.reference}/reveal/", typed)
    assert page.status_code == 422
    assert "Mail of alice@example.org" in page.text
    assert "without the name" in page.text


def test_a_source_that_breaks_keeps_no_other_thing_from_its_end(
    alice: User, bob: User, sam: User, open_request: Ask, monkeypatch: Any, caplog: Any
) -> None:
    make_document("shared", bob, alice)
    request = erase(open_request, sam)

    def broken(self: MailSource, person: User, item: ErasureItem) -> None:
        raise KeyError("alice@example.org")

    monkeypatch.setattr(MailSource, "end", broken)
    last = max(item.until for item in request.items.all() if item.until)
    with caplog.at_level(logging.ERROR):
        assert erasure.end_what_is_due(last) == 2
    assert [item.source for item in request.items.filter(ended_at=None) if item.stays] == ["mail"]
    assert "KeyError at" in caplog.text
    assert "alice@example.org" not in caplog.text
