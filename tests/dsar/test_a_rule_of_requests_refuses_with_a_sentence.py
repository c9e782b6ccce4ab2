"""Who may do what to a request, when; and what is written down about it."""

from datetime import timedelta
from threading import Barrier, Thread
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from accounts.models import AccessEvent, User
from consents.models import Purpose
from dsar import actions, allowed, rules
from dsar.actions import identity
from dsar.grounds import ExtensionReason, RefusalGround
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.states import IllegalMove
from portal.lib.errors import DomainError
from portal.lib.models import OutgoingMail
from tests.dsar.worlds import Ask, work

pytestmark = pytest.mark.django_db


def mails(template: str) -> Any:
    return OutgoingMail.objects.filter(template=f"dsar/{template}")


def test_filing_confirms_with_reference_and_date(open_request: Ask, alice: User) -> None:
    request = open_request()
    assert request.status == "searching"
    mail = mails("received").get()
    assert request.reference in mail.subject
    assert request.due_on.strftime("%Y") in mail.text
    assert mail.to == alice.email


def test_the_dates_are_the_controllers(open_request: Ask, time_machine: Any) -> None:
    time_machine.move_to("2026-03-05 22:30:00+00:00")
    request = open_request()
    assert str(request.received_on) == "2026-03-05"
    assert str(request.due_on) == "2026-04-07"
    assert request.target_on < request.due_on


def test_a_reference_cannot_be_guessed_from_another(open_request: Ask, bob: User) -> None:
    one, two = open_request().reference, open_request(person=bob, by=bob).reference
    assert one[:7] == two[:7] == f"R-{timezone.localdate().year}-"
    assert one[7:] != two[7:]


def test_asking_twice_opens_one_request(open_request: Ask) -> None:
    first = open_request()
    with pytest.raises(rules.AlreadyOpen) as refusal:
        open_request()
    assert refusal.value.request == first
    assert mails("received").count() == 1
    open_request("erasure")  # another kind is another request


def test_after_an_answer_one_can_ask_again(open_request: Ask) -> None:
    work(open_request())
    assert open_request().status == "searching"


def test_what_came_by_post_waits_until_the_person_confirms_it(
    open_request: Ask, sam: User, alice: User
) -> None:
    received = timezone.now() - timedelta(days=3)
    request = open_request(by=sam, channel="post", received_at=received)
    assert request.status == "identity"
    assert request.received_at == received
    assert not request.steps.exists()
    identity.prove_by_session(request, by=alice)
    assert work(request).status == "answered"


def test_nobody_asks_for_somebody_else_but_staff(open_request: Ask, bob: User) -> None:
    with pytest.raises(rules.StaffOnly):
        open_request(by=bob)


def test_a_stranger_does_not_see_it(open_request: Ask, bob: User, sam: User, alice: User) -> None:
    open_request()
    assert not SubjectRequest.objects.visible_to(bob).exists()
    assert SubjectRequest.objects.visible_to(alice).count() == 1
    assert SubjectRequest.objects.visible_to(sam).count() == 1


def test_the_person_withdraws_and_the_worker_stops(open_request: Ask, alice: User) -> None:
    request = actions.withdraw(open_request(), by=alice)
    assert work(request).status == "withdrawn"
    assert not request.steps.exclude(status="waiting").exists()
    assert mails("withdrawn").count() == 1


def test_nobody_else_withdraws_it(open_request: Ask, sam: User, bob: User) -> None:
    request = open_request()
    for other in (sam, bob):
        with pytest.raises(rules.NotYours):
            actions.withdraw(request, by=other)


def test_a_refusal_needs_evidence_and_names_authority_and_court(
    open_request: Ask, sam: User
) -> None:
    request = open_request("erasure")
    with pytest.raises(rules.EvidenceMissing):
        actions.refuse(request, by=sam, ground=RefusalGround.EXCESSIVE, evidence="  ")
    evidence = "The fortieth request this month."
    request = actions.refuse(request, by=sam, ground=RefusalGround.EXCESSIVE, evidence=evidence)
    assert request.status == "refused"
    text = mails("refused").get().text
    for part in ("art.\xa012(5)", evidence, "CNIL", "court"):
        assert part in text


def test_a_closed_request_is_not_refused(open_request: Ask, sam: User) -> None:
    request = work(open_request())
    with pytest.raises(IllegalMove):
        actions.refuse(request, by=sam, ground=RefusalGround.EXCESSIVE, evidence="x")


def test_staff_do_not_decide_on_their_own_request(open_request: Ask, sam: User) -> None:
    request = work(open_request("erasure", person=sam, by=sam))
    with pytest.raises(rules.NotYourOwn):
        actions.approve(request, by=sam)
    with pytest.raises(rules.NotYourOwn):
        actions.take(request, by=sam)


def test_a_customer_does_nothing_of_staffs(open_request: Ask, bob: User, alice: User) -> None:
    request = work(open_request("erasure"))
    for other in (bob, alice):
        with pytest.raises(rules.StaffOnly):
            actions.approve(request, by=other)


def test_an_extension_runs_from_receipt_and_is_told_with_its_reason(
    open_request: Ask, sam: User, time_machine: Any
) -> None:
    time_machine.move_to("2026-01-31 10:00:00+01:00")
    request = open_request("erasure")
    time_machine.move_to("2026-03-02 17:00:00+01:00")
    reason = ExtensionReason.COMPLEXITY
    request = actions.extend(request, by=sam, reason=reason, note_to_person="Four archives.")
    assert str(request.due_on) == "2026-04-30"
    text = mails("extended").get().text
    for part in ("30 April 2026", "complex", "Four archives.", "CNIL"):
        assert part in text
    with pytest.raises(rules.AlreadyExtended):
        actions.extend(request, by=sam, reason=reason, note_to_person="Again.")


def test_after_the_first_month_it_is_too_late_to_extend(
    open_request: Ask, sam: User, time_machine: Any
) -> None:
    time_machine.move_to("2026-01-31 10:00:00+01:00")
    request = open_request("erasure")
    time_machine.move_to("2026-03-03 00:00:01+01:00")
    with pytest.raises(rules.TooLateToExtend):
        actions.extend(request, by=sam, reason=ExtensionReason.NUMBER, note_to_person="x")


def test_an_extension_owes_the_person_its_reason(open_request: Ask, sam: User) -> None:
    with pytest.raises(rules.EvidenceMissing):
        actions.extend(
            open_request("erasure"), by=sam, reason=ExtensionReason.NUMBER, note_to_person=" "
        )


def test_what_is_taken_is_taken_once_and_can_be_given_back(
    open_request: Ask, sam: User, dina: User
) -> None:
    request = open_request("erasure")
    actions.take(request, by=sam)
    assert actions.take(request, by=sam).assignee == sam
    assert actions.take(request, by=dina).assignee == dina
    assert actions.release(request, by=dina).assignee is None
    assert actions.release(request, by=dina).assignee is None
    codes = list(request.events.values_list("code", flat=True))
    assert (codes.count("taken"), codes.count("released")) == (2, 1)


def test_what_has_begun_is_not_started_again(open_request: Ask, sam: User) -> None:
    with pytest.raises(IllegalMove):
        actions.start(open_request(), by=sam)


def test_nobody_writes_to_who_has_been_erased(open_request: Ask, sam: User) -> None:
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    with pytest.raises(rules.Closed):
        actions.write_message(request, by=sam, text="Hello?")


def test_every_act_of_staff_is_a_row_the_person_can_read(
    open_request: Ask, sam: User, alice: User
) -> None:
    request = work(open_request("erasure"))
    actions.take(request, by=sam)
    actions.write_message(request, by=sam, text="One question.")
    actions.approve(request, by=sam)
    looks = AccessEvent.objects.filter(person=alice, by=sam, kind="request_acted")
    assert [look.reference for look in looks] == [request.reference] * 3


def test_a_message_marks_the_other_side_and_tells_the_person(
    open_request: Ask, sam: User, alice: User
) -> None:
    request = open_request("erasure")
    actions.write_message(request, by=sam, text="Which of the two flats?")
    request.refresh_from_db()
    assert (request.unread_by_person, request.unread_by_staff) == (True, False)
    mail = mails("message").get()
    assert "Which of the two flats?" not in mail.text  # the words stay in the portal
    actions.read_messages(request, by=alice)
    actions.write_message(request, by=alice, text="The first.")
    request.refresh_from_db()
    assert (request.unread_by_person, request.unread_by_staff) == (False, True)
    assert mails("message").count() == 1


def test_an_empty_message_is_refused(open_request: Ask, alice: User) -> None:
    with pytest.raises(rules.EvidenceMissing):
        actions.write_message(open_request(), by=alice, text=" \n")


def test_pages_know_what_is_allowed_now_and_why_not(
    open_request: Ask, sam: User, alice: User
) -> None:
    request = open_request("erasure")
    for_sam = allowed.acts(request, sam)
    assert for_sam["take"].allowed
    assert not for_sam["approve"].allowed
    assert "not ready" in str(for_sam["approve"].why_not)
    assert allowed.acts(request, alice)["withdraw"].allowed


def test_two_who_approve_at_once_approve_once(
    transactional_db: None, purpose: Purpose, alice: User, sam: User, dina: User
) -> None:
    request = work(actions.open_request(Kind.ERASURE, person=alice, by=alice, language="en"))
    outcomes, together = [], Barrier(2)

    def approve(by: User) -> None:
        together.wait()
        try:
            actions.approve(request, by=by)
        except DomainError as refusal:
            outcomes.append(refusal.code)
        else:
            outcomes.append("approved")
        connection.close()

    threads = [Thread(target=approve, args=(by,)) for by in (sam, dina)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(outcomes) == ["approved", "illegal_move"]
    assert request.events.filter(code="approved").count() == 1


def test_two_who_ask_at_once_open_one_request(
    transactional_db: None, purpose: Purpose, alice: User
) -> None:
    together = Barrier(2)
    outcomes = []

    def ask() -> None:
        together.wait()
        try:
            outcomes.append(
                actions.open_request(Kind.ACCESS, person=alice, by=alice, language="en").pk
            )
        except rules.AlreadyOpen as refusal:
            outcomes.append(refusal.request.pk)
        connection.close()

    threads = [Thread(target=ask) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(set(outcomes)) == 1
    assert len(outcomes) == 2
    assert SubjectRequest.objects.count() == 1
    assert mails("received").count() == 1
