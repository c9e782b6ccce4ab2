"""The queue: views and their counts, saved filters, words, pages both ways, several at once."""

from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.test import Client
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from accounts.models import User
from dsar import actions, queries
from dsar.models import Pause, SavedFilter, SubjectRequest
from dsar.queries import Filters
from tests.accounts import people
from tests.dsar.worlds import Ask, make_person, make_staff, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def sam() -> User:
    return people.with_app(people.make("sam@staff.example.org", name="Sam", role="support"))


@pytest.fixture
def desk(sam: User) -> Client:
    return people.sign_in(Client(), sam)


@pytest.fixture
def many(open_request: Ask) -> list[SubjectRequest]:
    """Twelve requests of twelve people, due on days of their own, all open."""
    found = [open_request("erasure", person=(p := make_person(f"p{n}")), by=p) for n in range(12)]
    today = timezone.localdate()
    for n, one in enumerate(found):
        one.due_on, one.received_on = today + timedelta(days=n // 2), today - timedelta(days=9)
        one.save()
    return found


def references(text: str, among: list[SubjectRequest]) -> list[str]:
    return [one.reference for one in among if one.reference in text]


def test_each_view_counts_what_it_shows(
    sam: User, many: list[SubjectRequest], django_assert_num_queries: Any
) -> None:
    today = timezone.localdate()
    SubjectRequest.objects.filter(pk=many[0].pk).update(
        due_on=today - timedelta(days=1), unread_by_staff=True
    )
    actions.take(many[1], by=sam)
    Pause.objects.create(request=many[2], reason="identity")
    work(many[3])
    many[4].steps.update(awaits="owner")
    many[5].steps.filter(pk=many[5].steps.earliest("pk").pk).update(
        status="finished", outcome="failed", cause="unavailable", finished_at=timezone.now()
    )
    with django_assert_num_queries(1):
        counts = queries.counts(sam, today)
    for code, n in counts.views.items():
        assert queries.queue(sam, today, Filters(when=code)).rows.__len__() == n, code
    expected = {"late": 1, "unread": 1, "mine": 1, "paused": 1, "review": 1, "outside": 1,
                "failed": 1, "gaps": 1, "unassigned": 11, "open": 12}  # fmt: skip
    assert {code: counts.views[code] for code in expected} == expected


def test_pages_lead_on_and_back_over_days_that_are_shared(
    sam: User, many: list[SubjectRequest], monkeypatch: Any
) -> None:
    monkeypatch.setattr(queries, "PAGE", 5)
    today, seen, older, newer = timezone.localdate(), [], "", ""
    while True:
        page = queries.queue(sam, today, Filters(), older=older)
        seen += page.rows
        newer = page.newer
        if not page.older:
            break
        older = page.older
    assert [one.pk for one in seen] == [one.pk for one in many]
    back = queries.queue(sam, today, Filters(), newer=newer)
    assert [one.pk for one in back.rows] == [one.pk for one in many[5:10]]
    assert back.older
    assert back.newer


TEXT = st.text(max_size=70)


@settings(max_examples=40, deadline=None)
@given(query=st.dictionaries(st.sampled_from([*queries.NAMES, "q"]), TEXT, max_size=6))
def test_filters_say_the_same_after_a_turn_through_the_address(query: dict[str, str]) -> None:
    read = Filters.read(query)
    assert Filters.read(read.query()) == read


def test_words_are_found_where_they_were_written_and_names_never(
    desk: Client, sam: User, open_request: Ask, alice: User
) -> None:
    """By what the person asked, a message, a note; not by whose it is, nor another's words."""
    alice.name = "Alice Dupuis"
    alice.save()
    mine = open_request("erasure", about="All about the archive, signed Dupuis")
    other = open_request("erasure", person=(bea := make_person("bea")), by=bea)
    actions.write_message(mine, by=alice, text="See the cellar, alice@example.org")
    actions.write_note(other, by=sam, text="Called about the cellar")

    def found(words: str) -> list[str]:
        answer = desk.post("/staff/", {"q": words, "when": "open"})
        address = answer.headers["Location"]
        # Two or three letters may stand in any sealed word by chance.
        said = [value for values in parse_qs(urlsplit(address).query).values() for value in values]
        assert words not in said
        assert not [word for word in words.split() if len(word) > 4 and word in address]
        return references(desk.get(address).text, [mine, other])

    assert found("ARCHIVE about") == [mine.reference]
    assert found("cellar") == [mine.reference, other.reference]
    assert found("cell called") == [other.reference]
    for name in ("Dupuis", "alice", "dup", "alice@example.org", "archive alice", "al", "!!"):
        assert found(name) == [], name


def test_a_search_is_sealed_for_who_made_it(desk: Client, open_request: Ask) -> None:
    open_request("erasure", about="All about the archive")
    address = desk.post("/staff/", {"q": "archive"}).headers["Location"]
    lea = people.with_app(people.make("lea@staff.example.org", name="Lea", role="support"))
    theirs = people.sign_in(Client(), lea).get(address)
    assert theirs.status_code == 200
    assert "archive" not in theirs.text


def test_erased_words_are_found_no_more(
    desk: Client, sam: User, open_request: Ask, alice: User
) -> None:
    request = work(open_request("erasure", about="The archive"))
    actions.write_note(request, by=sam, text="The archive again")
    request = work(actions.approve(request, by=sam))
    address = desk.post("/staff/", {"q": "archive", "when": "answered"}).headers["Location"]
    assert request.reference not in desk.get(address).text


def test_several_are_done_at_once_and_each_that_is_not_says_why(
    desk: Client, sam: User, many: list[SubjectRequest], alice: User
) -> None:
    actions.withdraw(many[3], by=many[3].person)
    chosen = [one.reference for one in many[:5]]
    answer = desk.post("/staff/selection/", {"act": "take", "request": [*chosen, "R-9999", "\0"]})
    assert "4 taken, 1 not." in answer.text
    assert "This request is closed." in answer.text
    assert SubjectRequest.objects.filter(assignee=sam).count() == 4
    again = desk.post("/staff/selection/", {"act": "take", "request": chosen})
    assert "4 taken, 1 not." in again.text
    lea = make_staff("lea")
    desk.post("/staff/selection/", {"act": "assign", "to": str(lea.uid), "request": chosen[:2]})
    assert SubjectRequest.objects.filter(assignee=lea).count() == 2
    for act, to in (("assign", "nobody"), ("assign", str(alice.uid)), ("burn", "")):
        said = desk.post("/staff/selection/", {"act": act, "to": to, "request": chosen}).text
        assert "Choose what to do" in said
    desk.post("/staff/selection/", {"act": "release", "request": chosen})
    assert not SubjectRequest.objects.exclude(assignee=None).exists()


def test_a_colleague_who_is_given_a_request_is_told(sam: User, open_request: Ask) -> None:
    from portal.lib.models import OutgoingMail

    lea, request = make_staff("lea"), open_request("erasure")
    actions.assign(request, by=sam, to=lea)
    mail = OutgoingMail.objects.get(template="dsar/staff/assigned")
    assert mail.to == lea.email
    assert "alice" not in f"{mail.subject}{mail.text}".lower()
    assert request.events.get(code="assigned").data == {"to": lea.pk}


def test_the_list_is_taken_along_without_names_or_formulas(
    desk: Client, many: list[SubjectRequest]
) -> None:
    SubjectRequest.objects.filter(pk=many[0].pk).update(country="=A")
    answer = desk.get("/staff/export/?when=open")
    text = b"".join(answer.streaming_content).decode()  # type: ignore[attr-defined]
    lines = text.strip().splitlines()
    assert len(lines) == 13
    assert lines[0].startswith("reference,kind,state")
    assert ",'=A," in lines[1]
    assert "example.org" not in text
    chosen = desk.post(
        "/staff/selection/", {"act": "export", "request": [one.reference for one in many[:2]]}
    )
    assert len(b"".join(chosen.streaming_content).splitlines()) == 3  # type: ignore[attr-defined]


def test_filters_are_saved_for_oneself_and_shared_by_the_dpo_alone(
    desk: Client, sam: User, many: list[SubjectRequest]
) -> None:
    query = "when=mine&kind=erasure&words=x&q=R-2026"
    desk.post("/staff/filters/", {"name": "My erasures", "query": query, "shared": "on"})
    saved = SavedFilter.objects.get()
    assert (saved.query, saved.is_shared) == ({"when": "mine", "kind": "erasure"}, False)
    actions.take(many[0], by=sam)
    page = desk.get("/staff/")
    assert "My erasures" in page.text
    assert page.context["saved"][0][2] == 1
    dina = people.with_app(people.make("dina@staff.example.org", name="Dina", role="dpo"))
    dpo = people.sign_in(Client(), dina)
    assert "My erasures" not in dpo.get("/staff/").text
    dpo.post("/staff/filters/", {"name": "French late", "query": "country=FR", "shared": "on"})
    assert "French late" in desk.get("/staff/").text
    theirs = SavedFilter.objects.get(owner=dina)
    assert desk.post(f"/staff/filters/{theirs.pk}/delete/").status_code == 404
    desk.post(f"/staff/filters/{saved.pk}/delete/")
    assert SavedFilter.objects.get() == theirs
    assert (
        desk.post("/staff/filters/", {"name": " " * 9, "query": "%00=&when=%ff"}).status_code == 302
    )


def test_a_page_costs_the_same_among_many(
    desk: Client, many: list[SubjectRequest], open_request: Ask, django_assert_num_queries: Any
) -> None:
    from django.db import connection
    from django.test.utils import CaptureQueriesContext

    desk.get("/staff/")
    with CaptureQueriesContext(connection) as few:
        desk.get("/staff/")
    for n in range(20):
        open_request("erasure", person=(one := make_person(f"q{n}")), by=one)
    with django_assert_num_queries(len(few)):
        desk.get("/staff/")


def test_notes_are_for_colleagues_and_in_the_copy(
    desk: Client, sam: User, open_request: Ask, alice: User
) -> None:
    request = open_request()
    page = f"/staff/requests/{request.reference}/"
    assert desk.post(f"{page}notes/", {"note-text": " "}).status_code == 422
    desk.post(f"{page}notes/", {"note-text": "Ask the archive first."})
    assert "Ask the archive first." in desk.get(page).text
    theirs = Client()
    theirs.force_login(alice)
    assert "Ask the archive first." not in theirs.get(f"/requests/{request.reference}/").text
    from tests.dsar.worlds import unpack

    names = unpack(work(request))
    assert any(b"Ask the archive first." in names.read(name) for name in names.namelist())


def test_single_keys_can_be_switched_off(desk: Client) -> None:
    assert "desk.js" in desk.get("/staff/").text
    desk.post("/staff/keys/", {"keys": "off"})
    assert "desk.js" not in desk.get("/staff/").text
    desk.post("/staff/keys/", {"keys": "on"})
    assert "desk.js" in desk.get("/staff/").text


def test_a_letter_is_shown_in_the_persons_language_before_it_is_sent(
    desk: Client, open_request: Ask
) -> None:
    request = open_request("erasure", language="fr")
    page = f"/staff/requests/{request.reference}/refuse/"
    assert desk.get(page).status_code == 200
    ground = "eu-gdpr:JustificationA12ManifestlyExcessive"
    shown = desk.post(page, {"act": "preview", "ground": ground, "evidence": "La dixième."})
    assert "La dixième." in shown.text
    assert "CNIL" in shown.text
    assert 'lang="fr"' in shown.text
    request.refresh_from_db()
    assert request.status != "refused"
