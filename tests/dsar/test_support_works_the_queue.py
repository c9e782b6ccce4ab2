"""Support's desk: what is due first, who it is only for a reason, every act with its rule."""

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.test import Client
from django.utils import timezone

from accounts.models import AccessEvent, User
from dsar.mail_names import name_of
from dsar.models import SubjectRequest
from portal.lib.models import OutgoingMail
from tests.accounts import people
from tests.dsar.worlds import Ask, make_life, make_person, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return people.with_app(people.make("sam@staff.example.org", name="Sam", role="support"))


@pytest.fixture
def desk(sam: User) -> Client:
    return people.sign_in(Client(), sam)


def post(desk: Client, found: SubjectRequest, act: str, **fields: str) -> Any:
    answer = desk.post(f"/staff/requests/{found.reference}/{act}/", fields)
    found.refresh_from_db()
    return answer


def test_the_request_due_first_stands_on_top_and_late_ones_are_marked(
    desk: Any, open_request: Ask
) -> Any:
    today = timezone.localdate()
    for n, days in enumerate([9, -2, 3]):
        found = open_request(person=(one := make_person(f"p{n}")), by=one)
        SubjectRequest.objects.filter(pk=found.pk).update(
            due_on=today + timedelta(days=days), received_on=today - timedelta(days=20)
        )
    text = desk.get("/staff/").text
    order = SubjectRequest.objects.order_by("due_on").values_list("reference", flat=True)
    places = [text.index(reference) for reference in order]
    assert places == sorted(places)
    assert "1 request</strong> is late" in text


@pytest.mark.parametrize(
    ("query", "found"),
    [("when=mine", False), ("when=unassigned", True), ("kind=access", True),
     ("kind=erasure", False),
     ("q=r-20", True), ("q=alice@example.org", False), ("q=alice", False),
     ("when=%00&after=zz&kind=x", True),
     ("after=2026-01-01_99999999999999999999999", True), ("q=" + "x" * 5000, False)],
)  # fmt: skip
def test_the_filters_find_what_they_say_and_bear_nonsense(
    desk: Any, open_request: Ask, query: Any, found: Any
) -> Any:
    reference = open_request().reference
    answer = desk.get(f"/staff/?{query}")
    assert answer.status_code == 200
    assert (reference in answer.text) is found


def test_pages_follow_one_another_without_gap_or_repeat(desk: Any, open_request: Ask) -> Any:
    references = set()
    for n in range(30):
        references.add(open_request(person=(one := make_person(f"p{n}")), by=one).reference)
    first = desk.get("/staff/").context
    second = desk.get("/staff/" + first["older"]).context
    seen = [one.reference for page in (first, second) for one in page["page"].rows]
    assert len(seen) == 30
    assert set(seen) == references


def test_who_it_is_stays_hidden_until_a_reason_is_given_and_the_person_can_read_it(
    desk: Any, open_request: Ask, alice: User
) -> Any:
    found = work(open_request())
    assert "alice@example.org" not in desk.get(f"/staff/requests/{found.reference}/").text
    assert post(desk, found, "reveal", reason=" ").status_code == 422
    post(desk, found, "reveal", reason="She telephoned")
    assert "alice@example.org" in desk.get(f"/staff/requests/{found.reference}/").text
    looks = AccessEvent.objects.filter(person=alice).values_list("kind", "reason")
    assert ("identity_revealed", "She telephoned") in looks
    assert "request_viewed" in dict(looks)


def test_an_erasure_is_taken_reviewed_and_approved(
    desk: Any, open_request: Ask, alice: User, bob: User, sam: User
) -> Any:
    make_life(alice, bob)
    found = work(open_request("erasure"))
    page = desk.get(f"/staff/requests/{found.reference}/").text
    assert "Approve the erasure" in page
    assert "Title of shared" in page
    post(desk, found, "take")
    assert found.assignee == sam
    post(desk, found, "approve")
    assert work(found).status == "answered"


@pytest.mark.usefixtures("two_persons")
def test_a_refusal_needs_ground_and_evidence_and_keeps_what_was_typed(
    desk: Any, open_request: Ask
) -> Any:
    found = open_request("erasure")
    answer = post(desk, found, "refuse", ground="nonsense", evidence="We have shown that")
    assert answer.status_code == 422
    assert "We have shown that" in answer.text
    ground = "eu-gdpr:JustificationA12ManifestlyExcessive"
    post(desk, found, "refuse", ground=ground, evidence="The tenth this week.")
    assert found.status != "refused"
    asked = found.approvals.get()
    assert asked.given == {"ground": ground, "evidence": "The tenth this week."}


@pytest.mark.usefixtures("two_persons")
def test_an_extension_is_asked_for_once(desk: Any, open_request: Ask) -> Any:
    found, before = (one := open_request("erasure")), one.due_on
    fields = {"reason": "eu-gdpr:JustificationA12Complexity", "note": "Many archives."}
    post(desk, found, "extend", **fields)
    assert found.due_on == before
    assert post(desk, found, "extend", **fields).status_code == 409


def test_an_office_of_one_refuses_and_extends_at_once(desk: Any, open_request: Ask) -> Any:
    found, before = (one := open_request("erasure")), one.due_on
    fields = {"reason": "eu-gdpr:JustificationA12Complexity", "note": "Many archives."}
    post(desk, found, "extend", **fields)
    assert found.due_on > before
    ground = "eu-gdpr:JustificationA12ManifestlyExcessive"
    post(desk, found, "refuse", ground=ground, evidence="The tenth this week.")
    assert (found.status, found.refusal_ground) == ("refused", ground)
    assert "works without a second person" in desk.get("/staff/approvals/").text


def test_a_message_is_sent_and_shown_to_both(desk: Any, open_request: Ask, alice: User) -> Any:
    found = open_request()
    post(desk, found, "messages", text="Which archive do you mean?")
    theirs = Client()
    theirs.force_login(alice)
    assert "Which archive do you mean?" in theirs.get(f"/requests/{found.reference}/").text


def test_an_act_that_is_not_allowed_now_says_why(desk: Any, open_request: Ask) -> Any:
    found = open_request("erasure")
    answer = post(desk, found, "approve")
    assert answer.status_code == 409
    assert "not ready for review" in answer.text


PAGES = ["", "people/", "outbox/", "events/", "approvals/", "export/", "keys/"]


@pytest.mark.parametrize("page", PAGES)
def test_every_page_of_the_desk_opens_when_empty(desk: Any, page: Any) -> Any:
    assert desk.get(f"/staff/{page}").status_code == 200


@pytest.mark.parametrize("page", PAGES)
def test_to_a_customer_the_desk_does_not_exist(client: Any, alice: User, page: Any) -> Any:
    client.force_login(alice)
    assert client.get(f"/staff/{page}").status_code == 404


def test_a_customer_cannot_do_what_support_does(client: Any, alice: User, open_request: Ask) -> Any:
    found = work(open_request("erasure"))
    client.force_login(alice)
    for act in ("take", "approve", "refuse", "extend", "start", "reveal", "messages"):
        assert post(client, found, act).status_code == 404
    assert found.status == "review"


def test_looking_somebody_up_needs_the_exact_address_and_leaves_a_row(
    desk: Any, alice: User, open_request: Ask
) -> Any:
    found = open_request()
    looks = AccessEvent.objects.filter(person=alice, kind="person_viewed")
    assert found.reference not in desk.post("/staff/people/", {"email": "alice"}).text
    assert not looks.exists()
    assert found.reference in desk.post("/staff/people/", {"email": "ALICE@example.org"}).text
    assert looks.count() == 1


def test_no_address_stands_in_a_url_of_the_desk(desk: Any, alice: User, open_request: Ask) -> Any:
    found = open_request()
    page = desk.get("/staff/people/?email=alice@example.org").text
    assert found.reference not in page
    assert '<form class="filter" method="post"' in page
    assert not AccessEvent.objects.filter(person=alice).exists()


def test_a_mail_that_failed_is_shown_without_its_address_and_can_be_tried_again(desk: Any) -> Any:
    failed = OutgoingMail.objects.create(
        key="k", template="dsar/received", to="secret@example.org", language="en",
        subject="s", text="t", status="failed", attempts=5,
    )  # fmt: skip
    page = desk.get("/staff/outbox/").text
    assert "Receipt confirmed" in page
    assert "secret@example.org" not in page
    desk.post(f"/staff/outbox/{failed.pk}/retry/")
    failed.refresh_from_db()
    assert failed.status == "waiting"


def test_every_mail_has_a_name_that_staff_understand() -> None:
    folder = Path(settings.BASE_DIR, "templates/mail")
    templates = {str(one.relative_to(folder).with_suffix("")) for one in folder.rglob("[!_]*.txt")}
    # "wording" is how the words of the office's own version of a mail are laid out.
    for template in templates - {"base", "demo/signed", "wording"}:
        assert name_of(template) != template


def test_a_page_of_the_queue_costs_the_same_queries_however_long(
    desk: Any, open_request: Ask, django_assert_max_num_queries: Any
) -> Any:
    for n in range(20):
        open_request(person=(one := make_person(f"p{n}")), by=one)
    with django_assert_max_num_queries(14):
        desk.get("/staff/")
