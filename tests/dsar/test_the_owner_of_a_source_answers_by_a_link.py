"""A place that only a person can search: its owner answers without an account."""

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from accounts.models import User
from dsar import actions, tasks_outside, waiting
from dsar.actions import outside, owners
from dsar.models import OutsideTask
from dsar.models.erasure import Decision
from dsar.sources import base
from portal.lib.models import OutgoingMail
from tests.accounts import people
from tests.dsar.outside_worlds import describe, task_of, wake
from tests.dsar.worlds import Ask, unpack, work

pytestmark = pytest.mark.django_db
OWNER = "archive@example.org"
OPTIONS = f"""
owner: {OWNER}
language: en
what_to_do: {{en: Look into the blue folders., fr: Voir les classeurs bleus.}}
"""


@pytest.fixture(autouse=True)
def paper(settings: Any, tmp_path: Any) -> Iterator[None]:
    settings.STEP_BACKOFF_SECONDS = [0]
    settings.ACCOUNT_RATE_LIMITS = {}
    describe(settings, tmp_path / "sources", "human", OPTIONS, slug="paper")
    yield
    base.registered.cache_clear()


def link_in_mail() -> str:
    text = OutgoingMail.objects.filter(template="dsar/outside_asked").latest("pk").text
    found = re.search(r"(/sources/task/[^\s]+)", text)
    assert found
    return found[1]


def enter(client: Client, link: str) -> Any:
    client.post(f"{link}code/")
    code = re.search(r"\d{4} \d{4}", OutgoingMail.objects.latest("pk").text)
    assert code
    return client.post(f"{link}open/", {"code": code[0]}, follow=True)


def opened(request: Any) -> tuple[Client, str]:
    client, link = Client(), link_in_mail()
    enter(client, link)
    return client, link


def test_the_page_names_nobody_before_the_code_and_masks_after_it(open_request: Ask) -> None:
    request = work(open_request())
    step = request.steps.get()
    assert (step.status, step.awaits) == ("waiting", "owner")
    mail = OutgoingMail.objects.get(template="dsar/outside_asked")
    assert mail.to == OWNER
    assert "alice" not in (mail.subject + mail.text).lower()
    client, link = Client(), link_in_mail()
    before = client.get(link)
    assert "alice" not in before.text.lower()
    assert OWNER not in before.text
    assert before.headers["Cache-Control"] == "private, no-store"
    after = enter(client, link)
    assert "blue folders" in after.text
    assert "alice@example.org" not in after.text
    assert not request.events.filter(code="shown_outside").exists()
    shown = client.post(f"{link}show/", follow=True)
    assert "alice@example.org" in shown.text
    assert request.events.filter(code="shown_outside").count() == 1


def test_another_browser_needs_a_code_of_its_own(open_request: Ask) -> None:
    work(open_request())
    _client, link = opened(None)
    other = Client()
    assert "Addresses" not in other.get(link).text
    for path in ("show", "answer"):
        assert other.post(f"{link}{path}/", {"outcome": "not_found"}).status_code == 303
    assert OutsideTask.objects.get().verdict == ""
    for code in ("00000000", "", "x" * 500, "\x00"):
        assert other.post(f"{link}open/", {"code": code}).status_code == 422


def test_what_is_uploaded_goes_into_the_copy(open_request: Ask) -> None:
    request = work(open_request())
    client, link = opened(request)
    assert client.post(f"{link}answer/", {"outcome": "done"}).status_code == 422
    bad = SimpleUploadedFile("a.zip", b"PK\x03\x04" + b"\x00" * 100)
    refused = client.post(f"{link}answer/", {"outcome": "done", "enclosed": [bad]})
    assert refused.status_code == 422
    assert not request.attachments.exists()
    files = [
        SimpleUploadedFile("card.pdf", b"%PDF-1.7 alice"),
        SimpleUploadedFile("list.csv", b"name;note\nalice;tea\n"),
    ]
    done = client.post(f"{link}answer/", {"outcome": "done", "enclosed": files}, follow=True)
    assert "has arrived" in done.text
    request = work(request)
    assert (request.status, request.outcome) == ("answered", "fulfilled")
    copy = unpack(request)
    contents = [copy.read(name) for name in copy.namelist() if name.startswith("files/paper/")]
    assert b"%PDF-1.7 alice" in contents
    assert b"name;note\nalice;tea\n" in contents
    # The answer cannot be given again, and the link says so.
    again = client.post(f"{link}answer/", {"outcome": "not_found"})
    assert "has arrived" in again.text


def test_nothing_found_and_not_possible_are_answers_too(open_request: Ask, sam: User) -> None:
    request = work(open_request())
    client, link = opened(request)
    assert client.post(f"{link}answer/", {"outcome": "exception"}).status_code == 422
    client.post(
        f"{link}answer/", {"outcome": "exception", "code": "no_access", "reason": "Flooded."}
    )
    request = work(request)
    step = request.steps.get()
    assert (request.status, step.outcome, step.cause) == ("review", "exception", "declined")
    task = task_of(request, "collect")
    assert (task.reason, task.state["code"]) == ("Flooded.", "no_access")
    actions.retry(step, by=sam)
    request = work(request)
    client, link = opened(request)
    client.post(f"{link}answer/", {"outcome": "not_found"})
    assert work(request).outcome == "nothing_found"


def answer_erasure(request: Any, **given: Any) -> Any:
    client, link = opened(request)
    response = client.post(f"{link}answer/", given)
    assert response.status_code == 303, response.text
    return work(request)


def test_an_erasure_is_confirmed_twice(open_request: Ask, sam: User) -> None:
    request = work(open_request("erasure"))
    assert request.status == "review"
    assert request.items.get().sentence == "elsewhere_asked"
    request = work(actions.approve(request, by=sam))
    if request.status == "grace":
        pytest.skip("approved erasures wait")
    request = answer_erasure(request, outcome="erased", erased_on=timezone.localdate().isoformat())
    item = request.items.get()
    assert (item.sentence, item.proven_at) == ("elsewhere_erased", None)
    request = answer_erasure(request, outcome="gone")
    item.refresh_from_db()
    assert item.proven_at is not None
    assert request.outcome == "fulfilled"


def test_what_the_owner_keeps_has_its_ground_and_end_and_goes_at_its_day(
    open_request: Ask, sam: User
) -> None:
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    client, link = opened(request)
    for wrong in (
        {"outcome": "kept"},
        {"outcome": "kept", "ground": "legal_duty", "until": "2020-01-01"},
        {"outcome": "kept", "ground": "legal_duty", "until": "9999-12-31"},
        {"outcome": "kept", "ground": "because", "until": "2030-01-01"},
        {"outcome": "gone"},
    ):
        assert client.post(f"{link}answer/", wrong).status_code == 422
    day = timezone.localdate() + timedelta(days=400)
    request = answer_erasure(request, outcome="kept", ground="legal_claims", until=day.isoformat())
    item = request.items.get()
    assert (item.decision, item.until, request.status) == (Decision.KEEP, day, "answered")
    # At its day the owner is asked, and only what they confirm has ended.
    source = base.registered()["paper"]
    assert owners.ask_about_ends(day) == 1
    assert owners.ask_about_ends(day) == 0
    with pytest.raises(base.SourceError):
        source.end(request.person, item)
    client, link = opened(request)
    client.post(f"{link}answer/", {"outcome": "erased"})
    source.end(request.person, item)


def test_an_owner_who_found_nothing_is_not_asked_twice(open_request: Ask, sam: User) -> None:
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    request = answer_erasure(request, outcome="not_found")
    assert request.items.get().sentence == "elsewhere_nothing"
    assert request.items.get().proven_at is not None
    assert OutgoingMail.objects.filter(template="dsar/outside_asked").count() == 1


def test_reminders_go_out_in_time_and_the_office_hears_of_silence(
    open_request: Ask, settings: Any
) -> None:
    settings.CONTROLLER = settings.CONTROLLER | {"dpo_email": "dpo@example.org"}
    request = work(open_request())
    task, now = task_of(request, "collect"), timezone.now()
    assert owners.remind_all(now) == 0
    half = task.asked_at + (task.due_at - task.asked_at) / 2
    assert owners.remind_all(half) == 1
    OutsideTask.objects.update(asked_again_at=half)
    assert owners.remind_all(half + timedelta(hours=1)) == 0
    assert owners.remind_all(task.due_at - timedelta(hours=5)) == 1
    links = set(
        re.findall(
            r"/sources/task/\w+/", "".join(OutgoingMail.objects.values_list("text", flat=True))
        )
    )
    assert len(links) == 1
    OutsideTask.objects.update(due_at=now)
    tasks_outside.follow_up()
    tasks_outside.follow_up()
    assert OutgoingMail.objects.get(template="dsar/outside_escalated").to == "dpo@example.org"
    assert wake(request).steps.get().cause == "no_answer"
    assert Client().get(links.pop()).status_code == 410


def test_staff_remind_and_take_the_question_back(open_request: Ask, sam: User) -> None:
    request = work(open_request())
    listed = waiting.waiting_for(request)
    assert [one.source for one in listed] == ["Paper in words"]
    assert "person in charge" in listed[0].sentence
    link, task = link_in_mail(), task_of(request, "collect")
    owners.remind(task, by=sam)
    assert OutgoingMail.objects.filter(template="dsar/outside_asked").count() == 2
    outside.withdraw(task, by=sam)
    assert Client().get(link).status_code == 410
    with pytest.raises(outside.NotOpen):
        owners.remind(task, by=sam)
    request = work(request)
    step = request.steps.get()
    assert (step.outcome, step.cause) == ("failed", "withdrawn")
    assert waiting.waiting_for(request) == []


def test_links_of_a_wrong_form_open_nothing(open_request: Ask) -> None:
    work(open_request())
    for token in ("x", "é", "a" * 3000, "%00"):
        assert Client().get(f"/sources/task/{token}/").status_code == 404
    link = link_in_mail()
    assert Client().get(f"{link}answer/").status_code == 302
    assert Client().put(link).status_code == 405


def test_a_request_that_ended_leaves_nothing_to_answer(open_request: Ask, alice: User) -> None:
    request = work(open_request())
    client, link = opened(request)
    actions.withdraw(request, by=alice)
    assert client.get(link).status_code == 410
    assert client.post(f"{link}answer/", {"outcome": "not_found"}).status_code == 410


@pytest.mark.parametrize(
    ("type_", "body"),
    [
        ("application/x-www-form-urlencoded", b"outcome=%00&until=%ff&reason=\xff"),
        ("application/x-www-form-urlencoded", b"outcome=done&enclosed=text"),
        ("application/x-www-form-urlencoded", b"outcome=kept&until=9999-99-99&ground=x"),
        ("multipart/form-data; boundary=x", b"--x\r\nbad"),
        ("multipart/form-data", b"x"),
        ("text/plain; charset=nope", b"a=1"),
        ("application/json", b"\xff{"),
    ],
)
def test_nonsense_is_answered_and_changes_nothing(
    open_request: Ask, type_: str, body: bytes
) -> None:
    request = work(open_request())
    client, link = opened(request)
    for path in ("answer", "open", "show", "code"):
        assert client.generic("POST", f"{link}{path}/", body, type_).status_code < 500
    assert OutsideTask.objects.get().verdict == ""


def test_support_sees_what_waits_and_acts_on_it_from_the_requests_page(open_request: Ask) -> None:
    sam = people.with_app(people.make("sam@staff.example.org", name="Sam", role="support"))
    desk = people.sign_in(Client(), sam)
    request = work(open_request())
    task = task_of(request, "collect")
    page = desk.get(f"/staff/requests/{request.reference}/").text
    assert "We asked the person in charge of “Paper in words”" in page
    path = f"/staff/requests/{request.reference}/outside/{task.uid}"
    assert Client().post(f"{path}/remind/").status_code == 302  # to the sign-in
    assert desk.get(f"{path}/remind/").status_code == 405
    assert desk.post(f"{path}/remind/").status_code == 303
    assert desk.post(f"{path}/withdraw/").status_code == 303
    assert desk.post(f"{path}/withdraw/").status_code == 409
    other = path.replace(str(task.uid), "00000000-0000-4000-8000-000000000000")
    assert desk.post(f"{other}/withdraw/").status_code == 404
    assert request.events.filter(code="withdrawn_outside", by=sam).count() == 1
