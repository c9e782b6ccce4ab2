"""What one person asks for, another one agrees to: refusals and extensions (art. 12(5))."""

import threading
from typing import Any

import pytest
from django.db import connection
from django.test import Client

from accounts.models import User
from dsar import actions, rules, rules_desk
from dsar.actions import approvals
from dsar.actions.approvals import AlreadyAsked, Decided
from dsar.grounds import ExtensionReason, RefusalGround
from dsar.models import Approval, SubjectRequest
from portal.lib.errors import DomainError
from portal.lib.models import OutgoingMail
from tests.accounts import people
from tests.dsar.worlds import Ask, make_staff, work

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("two_persons")]
REFUSAL = {"ground": RefusalGround.EXCESSIVE, "evidence": "The fortieth this month."}
MORE_TIME = {"reason": ExtensionReason.COMPLEXITY, "note_to_person": "Four archives."}
Act = Approval.Act


@pytest.fixture
def asked(open_request: Ask, sam: User, dina: User) -> Approval:
    """Sam asks to refuse a request of Alice's; Dina is the DPO."""
    return approvals.ask(open_request("erasure"), Act.REFUSE, by=sam, **REFUSAL)


def mails(template: str) -> list[OutgoingMail]:
    return list(OutgoingMail.objects.filter(template=f"dsar/{template}").order_by("pk"))


@pytest.mark.parametrize(("act", "given"), [("refuse", REFUSAL), ("extend", MORE_TIME)])
def test_alone_nobody_does_it(open_request: Ask, sam: User, act: str, given: Any) -> None:
    request = open_request("erasure")
    with pytest.raises(rules_desk.SecondPersonNeeded):
        getattr(actions, act)(request, by=sam, **given)
    approval = approvals.ask(request, act, by=sam, **given)
    with pytest.raises(rules_desk.NotASecondPerson):
        approvals.agree(approval, by=sam)


def test_what_was_asked_for_is_done_when_the_dpo_agrees(
    asked: Approval, dina: User, sam: User
) -> None:
    assert not mails("refused")
    approvals.agree(asked, by=dina)
    request = SubjectRequest.objects.get()
    assert (request.status, request.refusal_evidence) == ("refused", "The fortieth this month.")
    assert len(mails("refused")) == 1
    codes = list(request.events.filter(code__in=["second_asked", "second_agreed", "refused"])
                 .order_by("pk").values_list("code", "by"))  # fmt: skip
    assert codes == [("second_asked", sam.pk), ("second_agreed", dina.pk), ("refused", sam.pk)]


def test_a_colleague_who_is_not_the_dpo_cannot_agree_to_a_refusal(asked: Approval) -> None:
    with pytest.raises(rules_desk.NotASecondPerson):
        approvals.agree(asked, by=make_staff("lea"))


def test_a_colleague_may_agree_to_more_time_and_to_what_the_dpo_asks(
    open_request: Ask, sam: User, dina: User
) -> None:
    request = open_request("erasure")
    before = request.due_on
    approvals.agree(approvals.ask(request, Act.EXTEND, by=sam, **MORE_TIME), by=make_staff("lea"))
    request.refresh_from_db()
    assert request.due_on > before
    approvals.agree(approvals.ask(request, Act.REFUSE, by=dina, **REFUSAL), by=sam)
    request.refresh_from_db()
    assert request.status == "refused"


def test_a_request_of_ones_own_is_decided_by_others(open_request: Ask, sam: User) -> None:
    lea = make_staff("lea")
    request = open_request("erasure", person=lea, by=lea)
    approval = approvals.ask(request, Act.EXTEND, by=sam, **MORE_TIME)
    with pytest.raises(rules.NotYourOwn):
        approvals.agree(approval, by=lea)


def test_a_question_is_asked_once_and_needs_its_words(asked: Approval, sam: User) -> None:
    with pytest.raises(AlreadyAsked):
        approvals.ask(asked.request, Act.REFUSE, by=sam, **REFUSAL)
    with pytest.raises(rules.EvidenceMissing):
        approvals.ask(asked.request, Act.EXTEND, by=sam, **MORE_TIME | {"note_to_person": " "})


def test_who_declines_says_why_and_who_asked_is_told(
    asked: Approval, dina: User, sam: User
) -> None:
    with pytest.raises(rules.EvidenceMissing):
        approvals.decline(asked, by=dina, why=" ")
    approvals.decline(asked, by=dina, why="Two in a year are not many.")
    asked.refresh_from_db()
    assert (asked.verdict, asked.request.status) == ("declined", "searching")
    assert [mail.to for mail in mails("staff/second_answered")] == [sam.email]
    with pytest.raises(Decided):
        approvals.agree(asked, by=dina)


def test_who_asked_takes_it_back_and_nobody_else_does(
    asked: Approval, dina: User, sam: User
) -> None:
    with pytest.raises(rules.NotYours):
        approvals.take_back(asked, by=dina)
    approvals.take_back(asked, by=sam)
    with pytest.raises(Decided):
        approvals.agree(asked, by=dina)


def test_what_is_not_allowed_any_more_is_not_done_and_stays_undecided(
    asked: Approval, alice: User, dina: User
) -> None:
    actions.withdraw(asked.request, by=alice)
    with pytest.raises(DomainError):
        approvals.agree(asked, by=dina)
    asked.refresh_from_db()
    assert asked.verdict == ""
    assert not asked.request.events.filter(code="second_agreed").exists()


def test_only_those_who_can_decide_are_asked_and_the_mail_names_nobody(
    open_request: Ask, sam: User, dina: User
) -> None:
    lea = make_staff("lea")
    request = open_request("erasure", about="Signed Alice of the rue des Lilas")
    approvals.ask(request, Act.REFUSE, by=sam, **REFUSAL)
    assert [mail.to for mail in mails("staff/second_asked")] == [dina.email]
    approvals.ask(request, Act.EXTEND, by=sam, **MORE_TIME)
    assert {mail.to for mail in mails("staff/second_asked")} == {dina.email, lea.email}
    for mail in mails("staff/second_asked"):
        words = f"{mail.subject} {mail.text}".lower()
        assert request.reference.lower() in words
        assert not any(one in words for one in ("alice", "lilas", "fortieth"))


@pytest.mark.django_db(transaction=True)
def test_of_two_who_agree_at_the_same_instant_one_is_late(
    open_request: Ask, sam: User, dina: User
) -> None:
    approval = approvals.ask(open_request("erasure"), Act.EXTEND, by=sam, **MORE_TIME)
    found: list[str] = []
    start = threading.Barrier(2)

    def decide(by: User) -> None:
        start.wait()
        try:
            approvals.agree(approval, by=by)
            found.append("done")
        except Decided:
            found.append("late")
        finally:
            connection.close()

    lea = make_staff("lea")
    threads = [threading.Thread(target=decide, args=[by]) for by in (dina, lea)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(found) == ["done", "late"]
    assert approval.request.events.filter(code="extended").count() == 1


def test_the_words_of_a_question_go_with_an_erasure(
    asked: Approval, alice: User, dina: User, sam: User
) -> None:
    approvals.decline(asked, by=dina, why="She asked twice, no more.")
    actions.write_note(asked.request, by=sam, text="Called back.")
    work(actions.approve(work(asked.request), by=sam))
    asked.refresh_from_db()
    assert (asked.given, asked.why) == ({}, "")
    assert asked.request.notes.get().text == ""


def test_the_pages_lead_from_the_question_to_the_act(
    open_request: Ask, two_clients: tuple[Client, Client]
) -> None:
    sam, dina = two_clients
    found = open_request("erasure")
    page = f"/staff/requests/{found.reference}/"
    sam.post(f"{page}refuse/", {"ground": REFUSAL["ground"], "evidence": REFUSAL["evidence"]})
    approval = found.approvals.get()
    assert "You asked for this" in sam.get(page).text
    waiting = dina.get("/staff/approvals/").text
    assert found.reference in waiting
    assert "The fortieth this month." in waiting
    assert found.reference in dina.get("/staff/?when=second").text
    assert found.reference not in sam.get("/staff/?when=second").text
    no_reason = dina.post(f"/staff/approvals/{approval.pk}/decline/", {"why": ""})
    assert no_reason.status_code == 422
    assert sam.post(f"/staff/approvals/{approval.pk}/agree/").status_code == 409
    assert dina.post(f"/staff/approvals/{approval.pk}/agree/").status_code == 302
    found.refresh_from_db()
    assert found.status == "refused"
    assert dina.post(f"/staff/approvals/{approval.pk}/agree/").status_code == 409


@pytest.fixture
def two_clients(db: None) -> tuple[Client, Client]:
    """Sam and Dina at their desks."""
    sam = people.with_app(people.make("sam@staff.example.org", name="Sam", role="support"))
    dina = people.with_app(people.make("dina@staff.example.org", name="Dina", role="dpo"))
    return people.sign_in(Client(), sam), people.sign_in(Client(), dina)
