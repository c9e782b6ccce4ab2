"""Links confirm once, by their owner, in time; a doubt has its reason; proofs are deleted."""

import threading
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
import time_machine
from allauth.account.models import EmailAddress
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.models import AccessEvent, User
from accounts.proven import person_for_claimed_address
from dsar import intake_tasks, rules, rules_identity
from dsar.actions import confirming, doubts, identity, open_request, proofs, write_message
from dsar.actions.lifecycle import lock
from dsar.models import Confirmation, SubjectRequest
from dsar.models.requests import Channel, Identity, Kind
from portal.lib.errors import DomainError
from tests.accounts import people
from tests.dsar.asking import NORA, link_to, mails, no_limits
from tests.dsar.worlds import make_person, work

pytestmark = pytest.mark.django_db
Enter = Callable[..., SubjectRequest]


@pytest.fixture(autouse=True)
def _fresh(purpose: Any) -> None:
    no_limits()


@pytest.fixture
def enter(sam: User) -> Enter:
    """A function by which Sam enters what came by post from Nora, whom nobody knows."""

    def enter_it(kind: str = "access", email: str = NORA, **more: Any) -> SubjectRequest:
        person = person_for_claimed_address(email, language="en")
        told: dict[str, Any] = {"person": person, "by": sam, "language": "en"}
        return open_request(Kind(kind), **told | {"channel": Channel.POST} | more)

    return enter_it


def test_nothing_is_searched_before_the_link_is_used(client: Client, enter: Enter) -> None:
    request = enter()
    assert (request.status, request.identity) == ("identity", "asked")
    assert not request.steps.exists()
    path = link_to()
    page = client.get(path)
    assert "Was it" in page.content.decode()
    assert page.headers["X-Robots-Tag"] == "noindex, nofollow"
    request.refresh_from_db()
    assert request.status == "identity"  # to look changes nothing
    assert "confirmed" in client.post(path).content.decode()
    request.refresh_from_db()
    assert (request.status, request.identity) == ("searching", "proven")
    assert EmailAddress.objects.get(email=NORA, verified=True).user == request.person
    assert "_auth_user_id" not in client.session
    assert work(request).status == "answered"


def test_who_confirms_after_it_was_closed_is_not_late(enter: Enter, sam: User) -> None:
    """Closed because nobody said that it is theirs, it waits on: none of those days counts."""
    with time_machine.travel("2026-02-02 10:00+01:00", tick=False) as clock:
        request = enter()
        clock.move_to("2026-03-04 10:00+01:00")
        doubts.close(lock(request), denied=False)
        clock.move_to("2026-05-04 10:00+02:00")
        called = rules_identity.How.CALLED
        identity.confirm_identity(request, by=sam, how=called, words="On a number we knew.")
    request.refresh_from_db()
    assert request.status == "searching"
    assert request.due_on == date(2026, 6, 1)  # a month from receipt, and 91 days of waiting
    assert request.pauses.count() == 1


def test_where_the_law_knows_no_pause_it_is_received_anew(enter: Enter, sam: User) -> None:
    """CCPA § 7021(b): 45 days from receipt, whatever the proof takes; what is closed is over."""
    with time_machine.travel("2026-02-02 10:00+01:00", tick=False) as clock:
        request = enter(country="US", region="CA")
        clock.move_to("2026-03-20 10:00+01:00")
        doubts.close(lock(request), denied=False)
        clock.move_to("2026-05-04 10:00+02:00")
        called = rules_identity.How.CALLED
        identity.confirm_identity(request, by=sam, how=called, words="On a number we knew.")
    request.refresh_from_db()
    assert request.due_on == date(2026, 6, 17)  # the day of receipt counts
    assert request.received_on == date(2026, 2, 2)


def test_a_link_works_once_and_a_forged_one_never(client: Client, enter: Enter) -> None:
    enter()
    path = link_to()
    assert client.post(path).status_code == 200
    assert client.post(path).status_code == 303
    page = client.get(path)
    assert page.status_code == 410
    assert "has been used" in page.content.decode()
    for forged in ("nobody", path.rstrip("/").rpartition("/")[2][:-1] + "x", "a" * 3000):
        assert client.get(f"/requests/confirm/{forged}/").status_code == 404
        assert client.post(f"/requests/confirm/{forged}/").status_code == 404
        assert client.post(f"/requests/confirm/{forged}/again/").status_code == 404


def test_an_old_link_can_be_replaced_and_the_new_one_ends_it(client: Client, enter: Enter) -> None:
    request = enter()
    old = link_to()
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        assert client.get(old).status_code == 410
        assert client.post(old).status_code == 303
        assert client.post(f"{old}again/").status_code == 303
        assert client.post(f"{old}again/").status_code == 303  # its mail is on its way
        assert len(mails("dsar/identity")) == 2
        new = link_to()
        assert new != old
        client.post(old)
        request.refresh_from_db()
        assert request.status == "identity"
        client.post(new)
        request.refresh_from_db()
        assert request.status == "searching"


def test_no_closes_the_request(client: Client, enter: Enter) -> None:
    request = enter("erasure")
    path = link_to()
    page = client.post(path, {"not-mine": "1"}).content.decode()
    assert "closed" in page
    request.refresh_from_db()
    assert (request.status, request.identity) == ("unidentified", "failed")
    assert client.post(f"{path}again/").status_code == 409
    assert client.post(path).status_code == 303
    request.refresh_from_db()
    assert request.status == "unidentified"


def test_without_an_answer_it_is_asked_once_more_and_then_closed(
    client: Client, enter: Enter
) -> None:
    request, now = enter(), timezone.now()
    for days, sent, status in [(1, 0, "identity"), (16, 1, "identity"), (17, 1, "identity")]:
        with time_machine.travel(now + timedelta(days=days)):
            intake_tasks.ask_and_give_up()
        assert len(mails("dsar/identity_again")) == sent
        request.refresh_from_db()
        assert request.status == status
    with time_machine.travel(now + timedelta(days=31)):
        intake_tasks.ask_and_give_up()
        request.refresh_from_db()
        assert (request.status, request.identity) == ("unidentified", "failed")
        assert len(mails("dsar/unidentified")) == 1
        path = link_to(template="dsar/identity_again")
        client.post(f"{path}again/")
        client.post(link_to())
        request.refresh_from_db()
        assert (request.status, request.closed_at) == ("searching", None)


def test_an_objection_is_never_asked_who_it_is(enter: Enter, sam: User) -> None:
    request = enter("objection", details={"purpose": "ai-training"})
    assert (request.status, request.identity) == ("answered", "not_needed")
    other = enter("objection", details={"purpose": "unheard-of"})
    assert other.status == "review"
    with pytest.raises(rules_identity.NoDoubt):
        doubts.doubt(other, by=sam, reason="The writing looks odd.")


def test_an_account_with_a_second_factor_is_not_erased_by_a_link_alone(
    client: Client, enter: Enter
) -> None:
    ada = people.with_app(people.make("ada@example.org"))
    request = enter("erasure", "ada@example.org")
    path = link_to("ada@example.org")
    assert "you sign in first" in client.get(path).content.decode()
    assert client.post(path).headers["Location"] == f"/account/login/?next={path}"
    assert client.post(path, {"mine": "1"}).status_code == 303
    request.refresh_from_db()
    assert request.status == "identity"
    mine = people.confirm(people.sign_in(Client(), ada))
    assert mine.post(path).status_code == 200
    request.refresh_from_db()
    assert request.status == "searching"


def test_who_waits_in_an_account_under_the_address_gets_nothing(
    client: Client, enter: Enter
) -> None:
    squatter = User.objects.create_user(NORA, password="a long password of the squatter")
    request = enter()
    assert request.person == squatter
    client.post(link_to())
    squatter.refresh_from_db()
    assert not squatter.has_usable_password()


def test_whoever_proved_the_address_meanwhile_gets_the_request(
    client: Client, enter: Enter, alice: User
) -> None:
    from accounts.actions import claim_address

    request = enter()
    claim_address(NORA, person=alice)
    client.post(link_to())
    request.refresh_from_db()
    assert request.person == alice


def test_a_signed_in_person_confirms_on_the_page(enter: Enter) -> None:
    ada = people.make("ada@example.org")
    request = enter("access", "ada@example.org")
    mine = people.sign_in(Client(), ada)
    assert mine.post(f"/requests/{request.reference}/confirm/").status_code == 302
    request.refresh_from_db()
    assert request.status == "searching"
    stranger = people.sign_in(Client(), people.make("eve@example.org"))
    assert stranger.post(f"/requests/{request.reference}/confirm/").status_code == 404


def test_two_confirm_at_once_and_one_counts(transactional_db: None, enter: Enter) -> None:
    request = enter()
    link = Confirmation.objects.get()
    ends: list[str] = []
    ready = threading.Barrier(2)

    def press() -> None:
        ready.wait()
        try:
            confirming.confirm(link)
            ends.append("confirmed")
        except DomainError as refused:
            ends.append(refused.code)
        finally:
            connection.close()

    both = [threading.Thread(target=press) for _one in range(2)]
    for one in both:
        one.start()
    for one in both:
        one.join()
    assert sorted(ends) == ["confirmed", "link_spent"]
    assert request.events.filter(code="identity_proven").count() == 1


def test_staff_say_what_showed_them_who_asks(enter: Enter, sam: User, dina: User) -> None:
    request = enter()
    with pytest.raises(rules.EvidenceMissing):
        identity.confirm_identity(request, by=sam, how=rules_identity.How.CALLED, words=" ")
    identity.confirm_identity(
        request, by=sam, how=rules_identity.How.CALLED, words="Called back on the number of 2024."
    )
    request.refresh_from_db()
    assert (request.status, request.identity) == ("searching", "proven")
    assert request.events.get(code="identity_proven").data == {"how": "called"}
    assert request.notes.get().by == sam
    with pytest.raises(rules_identity.NothingAsked):
        identity.confirm_identity(request, by=dina, how=rules_identity.How.CALLED, words="Again.")
    own = open_request(Kind.ACCESS, person=sam, by=sam, language="en")
    with pytest.raises(rules.NotYourOwn):
        identity.confirm_identity(own, by=sam, how=rules_identity.How.KNOWN, words="It is me.")


def test_a_doubt_has_its_reason_and_its_proof_is_deleted_once_seen(
    open_request: Any, alice: User, sam: User, django_capture_on_commit_callbacks: Any
) -> None:
    request = work(open_request("erasure"))
    assert request.status == "review"
    with pytest.raises(rules_identity.NoDoubt):
        doubts.doubt(request, by=sam, reason=" ")
    request = doubts.doubt(request, by=sam, reason="Two people use this address.")
    assert (request.status, request.identity) == ("identity", "asked")
    mail = mails("dsar/identity", alice.email)[-1]
    assert "Two people use this address." in mail.text
    assert f"/requests/{request.reference}/proof/" in mail.text
    with pytest.raises(rules_identity.NothingAsked):  # a session alone does not end a doubt
        identity.prove_by_session(request, by=alice)
    card = ContentFile(b"%PDF-1.7 a card", name="card.pdf")
    proofs.answer_doubt(request, by=alice, text="Here it is.", files=[card])
    stored = request.attachments.get(role="proof").stored
    with django_capture_on_commit_callbacks(execute=True):
        identity.confirm_identity(
            request, by=sam, how=rules_identity.How.DOCUMENT, words="The name and the city agree."
        )
    request.refresh_from_db()
    assert request.status == "review"  # what was searched is not searched again
    assert request.attachments.get(role="proof").destroyed_at is not None
    assert not default_storage.exists(stored)
    assert request.events.filter(code="proof_deleted").count() == 1


def test_a_proof_never_outlives_its_question(open_request: Any, alice: User, sam: User) -> None:
    request = doubts.doubt(work(open_request("erasure")), by=sam, reason="Two people.")
    card = ContentFile(b"%PDF-1.7 a card", name="card.pdf")
    proofs.answer_doubt(request, by=alice, text="", files=[card])
    intake_tasks.clear_away()
    assert request.attachments.filter(role="proof", destroyed_at=None).exists()
    with time_machine.travel(timezone.now() + timedelta(days=31)):
        intake_tasks.clear_away()
    assert not request.attachments.filter(role="proof", destroyed_at=None).exists()


def test_the_page_of_a_doubt_says_why_and_refuses_what_is_no_document(
    open_request: Any, sam: User
) -> None:
    ada = people.make("ada@example.org")
    asked = work(open_request("erasure", person=ada, by=ada))
    page = f"/requests/{asked.reference}/proof/"
    mine = people.sign_in(Client(), ada)
    assert "does not wait" in mine.get(page).content.decode()
    doubts.doubt(asked, by=sam, reason="Two people use this address.")
    assert "Two people use this address." in mine.get(page).content.decode()
    detail = mine.get(f"/requests/{asked.reference}/").content.decode()
    assert page in detail
    assert "It was me" not in detail  # a session alone does not end a doubt
    wrong = mine.post(page, {"text": "my words", "enclosed": [ContentFile(b"MZ\0", name="a.exe")]})
    assert wrong.status_code == 422
    assert "my words" in wrong.content.decode()
    right = mine.post(
        page, {"text": "", "enclosed": [ContentFile(b"%PDF-1.7", name="é" * 96 + ".pdf")]}
    )
    assert right.status_code == 302
    proof = asked.attachments.get()
    assert proof.name == "é" * 96 + ".pdf"
    # Nobody downloads a proof, who sent it included; support looks at it, and that is a row.
    assert mine.get(f"/requests/{asked.reference}/files/{proof.uid}/").status_code == 404
    tess = people.with_app(people.make("tess@staff.example.org", role="support"))
    desk = people.sign_in(Client(), tess)
    their = f"/staff/requests/{asked.reference}/"
    # A file names people as the page does: it takes the same reason.
    assert desk.get(f"{their}files/{proof.uid}/").headers["Location"] == their
    desk.post(f"{their}reveal/", {"reason": "To look at the proof that was asked for."})
    seen: Any = desk.get(f"{their}files/{proof.uid}/")
    assert b"".join(seen.streaming_content) == b"%PDF-1.7"
    assert AccessEvent.objects.filter(person=ada, by=tess, kind="request_viewed").count() == 1


def test_a_power_of_attorney_is_enough(enter: Enter, sam: User) -> None:
    from dsar.actions.requests import Agent
    from dsar.models import Mandate

    agent = Agent("Permission Slip", "agent@example.org", Mandate.Proof.POWER)
    request = enter(channel=Channel.AGENT, agent=agent, country="US", region="CA")
    assert (request.status, request.identity, request.regime) == ("searching", "proven", "ccpa")
    assert request.events.get(code="identity_proven").data == {"how": "mandate"}
    reviewed = enter("rectification", channel=Channel.AGENT, agent=agent)
    with pytest.raises(rules_identity.NoDoubt):
        doubts.doubt(reviewed, by=sam, reason="I do not like it.")


def test_a_permission_alone_asks_the_person(enter: Enter) -> None:
    from dsar.actions.requests import Agent
    from dsar.models import Mandate

    agent = Agent("A friend", proof=Mandate.Proof.PERMISSION)
    request = enter(channel=Channel.AGENT, agent=agent)
    assert request.status == "identity"
    assert mails("dsar/identity")


def test_the_clock_stands_still_while_we_wait(client: Client, enter: Enter) -> None:
    request, now = enter(), timezone.now()
    due = request.due_on
    with time_machine.travel(now + timedelta(days=10)):
        client.post(link_to())
    request.refresh_from_db()
    assert request.due_on >= due + timedelta(days=10)
    assert request.pauses.get().answered_at is not None


def test_a_stranger_is_asked_for_where_nobody_is_known(db: None) -> None:
    known = make_person("known")
    assert person_for_claimed_address("Known@Example.org", language="en") == known
    new = person_for_claimed_address("new@example.org", language="fr")
    assert (new.language, new.has_usable_password()) == ("fr", False)
    assert person_for_claimed_address("new@example.org", language="en") == new
    assert not EmailAddress.objects.filter(user=new).exists()
    assert rules_identity.how_sure(Kind.ACCESS, person=new, by=None, power=False) == Identity.ASKED


def test_words_from_the_persons_own_session_are_the_proof(enter: Enter) -> None:
    ada = people.make("ada@example.org")
    waiting = enter("access", "ada@example.org")
    write_message(waiting, by=ada, text="Yes, that was me.")
    waiting.refresh_from_db()
    assert (waiting.status, waiting.identity) == ("searching", "proven")
    closed = enter("portability", "ada@example.org")
    doubts.give_up(closed.pk)
    write_message(closed, by=ada, text="I was on holiday.")
    closed.refresh_from_db()
    assert (closed.status, closed.identity) == ("searching", "proven")
