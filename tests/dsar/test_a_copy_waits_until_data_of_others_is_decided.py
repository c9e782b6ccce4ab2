"""Documents in which one is only in copy, and words of staff, are looked through first."""

import hashlib
import json
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import reverse

from accounts.actions import look
from accounts.models import AccessEvent, User
from consents.models import Document
from dsar import actions, desk
from dsar.actions import approvals, redactions
from dsar.actions.notes import write_note
from dsar.models import Redaction, Step, SubjectRequest
from dsar.redaction.rules import PlacesUndecided, SecondPersonMissing
from dsar.rules import NotYourOwn
from dsar.states import IllegalMove
from tests.accounts import people
from tests.dsar.test_what_is_blacked_out_is_gone_from_a_pdf import make, nothing_left, readable
from tests.dsar.worlds import Ask, make_document, unpack, work

pytestmark = pytest.mark.django_db
Kind, Reason, Verdict = Redaction.Kind, Redaction.Reason, Redaction.Verdict
CONTRACT = make("<p>Bob Martin, bob.martin@elsewhere.example, agrees. Alice is told.</p>")


def give_file(document: Document, data: bytes, name: str = "file.pdf") -> Document:
    """Put other bytes into a document."""
    document.file.delete(save=False)
    document.file.save(name, ContentFile(data))
    return document


@pytest.fixture
def sam(db: None) -> User:
    """Support, with a second factor."""
    return people.with_app(people.make("sam@staff.example.org", name="Sam", role="support"))


@pytest.fixture
def in_copy(alice: User, bob: User) -> Document:
    """A document of Bob's, not signed yet, of which Alice will be sent a copy."""
    memo = make_document("memo", bob, alice, status="sent", completed_at=None)
    document = give_file(memo, CONTRACT)
    document.parties.filter(address__person=alice).update(role="copy")
    document.parties.filter(address__person=bob).update(name="Bob Martin")
    return document


@pytest.fixture
def waiting(in_copy: Document, alice: User, sam: User, open_request: Ask) -> SubjectRequest:
    """A request that was searched, with places to decide."""
    earlier = open_request("rectification")
    write_note(earlier, by=sam, text="For Alice: Bob Martin (+33 6 12 34 56 78) said so.")
    actions.write_message(earlier, by=alice, text="Tell bob.martin@elsewhere.example I know.")
    return work(open_request())


def decide_all(request: SubjectRequest, by: User) -> None:
    """Black out everything that was found."""
    for kind in (Kind.NAME, Kind.EMAIL, Kind.PHONE):
        redactions.decide_kind(request, kind, Verdict.ACCEPTED, Reason.OTHERS, by=by)


def copied(request: SubjectRequest, table: str) -> Any:
    """Return the records of a table of the copy."""
    return json.loads(unpack(request).read(f"data/{table}.json"))["records"]


def test_places_are_found_and_the_copy_waits(waiting: SubjectRequest, sam: User) -> None:
    assert waiting.status == "review"
    found = sorted(waiting.redactions.values_list("kind", "table", "file"), key=str)
    assert found == [
        ("email", "", 1),
        ("name", "", 1),
        ("name", "notes", None),
        ("phone", "notes", None),
    ]
    with pytest.raises(PlacesUndecided, match="4 places"):
        actions.approve(waiting, by=sam)


def test_no_word_of_what_was_found_is_kept(waiting: SubjectRequest) -> None:
    rows = json.dumps(list(waiting.redactions.values()), default=str)
    assert "Bob" not in rows
    assert "elsewhere" not in rows


def test_what_is_decided_is_done_and_the_original_stays(
    waiting: SubjectRequest, in_copy: Document, sam: User
) -> None:
    decide_all(waiting, sam)
    actions.approve(waiting, by=sam)
    done = work(waiting)
    assert (done.status, done.outcome) == ("answered", "fulfilled")
    (noted_down,) = (row["text"] for row in copied(done, "notes"))
    assert "[blacked out: name of another party] ([blacked out: telephone number])" in noted_down
    (message,) = (row["text"] for row in copied(done, "messages"))
    assert "bob.martin@elsewhere.example" in message  # the person's own words
    name = copied(done, "documents")[0]["files"][0]
    zipped = unpack(done)
    given = zipped.read(name)
    assert nothing_left(given, ["Bob Martin", "bob.martin@elsewhere.example"])
    assert "2 places on this page were blacked out" in readable(given)
    with in_copy.file.open() as stored:
        assert stored.read() == CONTRACT
    noted = {one["name"]: one for one in json.loads(zipped.read("manifest.json"))["redactions"]}
    assert noted[name] | {"pages": [1], "places": 2, "article": "15(4) GDPR"} == noted[name]
    assert noted["data/notes.json"]["places"] == 2
    listed = {e["name"]: e for e in json.loads(zipped.read("manifest.json"))["files"]}
    assert listed[name]["sha256"] == hashlib.sha256(given).hexdigest()
    assert "4 places are blacked out" in " ".join(zipped.read("index.html").decode().split())
    assert done.events.filter(code="redacted").count() == 3


def test_what_is_left_stays_as_it_was(waiting: SubjectRequest, sam: User) -> None:
    everything = list(waiting.redactions.values_list("pk", flat=True))
    redactions.decide(waiting, everything, Verdict.REJECTED, Reason.KNOWN, by=sam)
    actions.approve(waiting, by=sam)
    done = work(waiting)
    name = copied(done, "documents")[0]["files"][0]
    assert unpack(done).read(name) == CONTRACT
    assert json.loads(unpack(done).read("manifest.json"))["redactions"] == []


def test_a_decision_needs_its_reason_a_colleague_and_a_review(
    waiting: SubjectRequest, sam: User, alice: User
) -> None:
    with pytest.raises(redactions.WrongReason):
        redactions.decide_kind(waiting, Kind.NAME, Verdict.ACCEPTED, Reason.KNOWN, by=sam)
    alice.role = "support"
    alice.save()
    with pytest.raises(NotYourOwn):
        redactions.decide_kind(waiting, Kind.NAME, Verdict.ACCEPTED, Reason.OTHERS, by=alice)
    decide_all(waiting, sam)
    actions.approve(waiting, by=sam)
    with pytest.raises(IllegalMove):
        decide_all(waiting, sam)


def test_words_that_the_search_did_not_know_can_be_marked(
    waiting: SubjectRequest, sam: User
) -> None:
    decide_all(waiting, sam)
    assert redactions.mark(waiting, "agrees", by=sam) == 1
    with pytest.raises(redactions.NothingFound):
        redactions.mark(waiting, "nowhere to be found", by=sam)
    actions.approve(waiting, by=sam)
    done = work(waiting)
    given = unpack(done).read(copied(done, "documents")[0]["files"][0])
    assert nothing_left(given, ["agrees"])


def test_a_file_that_cannot_be_searched_is_a_decision_of_staff(
    in_copy: Document, sam: User, open_request: Ask
) -> None:
    give_file(in_copy, b"PK\x03\x04 an office file", "memo.docx")
    waiting = work(open_request())
    (place,) = waiting.redactions.all()
    assert (place.kind, place.page) == ("file", None)
    assert redactions.decide_kind(waiting, Kind.FILE, Verdict.ACCEPTED, Reason.OTHERS, by=sam) == 0
    redactions.decide(waiting, [place.pk], Verdict.ACCEPTED, Reason.OTHERS, by=sam)
    actions.approve(waiting, by=sam)
    done = work(waiting)
    assert done.outcome == "partly"
    (row,) = copied(done, "documents")
    assert (row.get("files"), row["files_withheld"]) == (None, 1)
    assert not [name for name in unpack(done).namelist() if name.startswith("files/documents/")]
    assert "1 file is not given" in " ".join(unpack(done).read("index.html").decode().split())


def test_a_document_that_was_signed_is_given_whole_and_at_once(
    in_copy: Document, alice: User, open_request: Ask
) -> None:
    in_copy.parties.filter(address__person=alice).update(role="signer")
    assert work(open_request()).status == "answered"


def test_an_office_that_looks_for_nothing_finds_nothing(
    in_copy: Document, open_request: Ask, settings: Any
) -> None:
    settings.REDACT = "none"
    done = work(open_request())
    assert done.status == "answered"
    assert not done.steps.filter(kind=Step.Kind.SCREEN).exists()


def test_a_source_that_is_asked_again_is_looked_through_again(
    waiting: SubjectRequest, sam: User, in_copy: Document
) -> None:
    decide_all(waiting, sam)
    step = waiting.steps.get(kind="collect", source="documents")
    Step.objects.filter(pk=step.pk).update(outcome="exception", cause="file_missing")
    actions.retry(step, by=sam)
    again = work(waiting)
    assert again.status == "review"
    assert again.redactions.filter(verdict="", file=1).count() == 2
    assert again.redactions.filter(verdict="accepted", table="notes").count() == 2


def test_a_second_person_agrees_where_the_office_wants_one(
    waiting: SubjectRequest, sam: User, dina: User, settings: Any
) -> None:
    settings.SECOND_PERSON = ["release"]
    decide_all(waiting, sam)
    with pytest.raises(SecondPersonMissing):
        actions.approve(waiting, by=sam)
    question = redactions.ask_to_release(waiting, by=sam)
    approvals.agree(question, by=dina)
    actions.approve(waiting, by=sam)
    assert work(waiting).status == "answered"


def test_the_page_shows_each_place_in_its_context_to_who_gave_a_reason(
    waiting: SubjectRequest, sam: User, staff_client: Client
) -> None:
    url = reverse("dsar:redaction", args=[waiting.reference])
    picture = reverse(
        "dsar:redaction-picture", args=[waiting.reference, waiting.redactions.filter(file=1)[0].pk]
    )
    assert b"Bob Martin" not in staff_client.get(url).content
    assert staff_client.get(picture).status_code == 404
    reveal = AccessEvent.Kind.IDENTITY_REVEALED
    look(waiting.person, by=sam, kind=reveal, reference=waiting.reference, reason="to redact")
    page = staff_client.get(url).content.decode()
    assert page.count("<mark>") == 4
    assert "<mark>Bob Martin</mark>" in page
    assert staff_client.get(picture)["Content-Type"] == "image/png"
    decide = reverse("dsar:redaction-decide", args=[waiting.reference])
    staff_client.post(decide, {"all": "name", "decision": "accepted:others"})
    assert staff_client.post(decide, {"place": "x", "decision": "no"}).status_code == 409
    assert waiting.redactions.filter(verdict="accepted").count() == 2
    assert "<strong>2 places</strong>" in staff_client.get(url).content.decode()


def test_who_gives_the_reason_there_stays_there(
    waiting: SubjectRequest, sam: User, staff_client: Client
) -> None:
    page = reverse("dsar:redaction", args=[waiting.reference])
    assert "Decide about 4 places" in desk.next_action(waiting, sam, list(waiting.steps.all()))
    assert 'name="others"' in staff_client.get(page).text
    reveal = reverse("dsar:reveal", args=[waiting.reference])
    answer = staff_client.post(reveal, {"reason": "To judge the places", "others": "1"})
    assert answer["Location"] == page
    answer = staff_client.post(reveal, {"reason": "To write a letter"})
    assert answer["Location"] == reverse("dsar:staff-detail", args=[waiting.reference])


def test_a_stranger_sees_none_of_it(waiting: SubjectRequest, alice: User, client: Client) -> None:
    client.force_login(alice)
    for name in ("redaction", "redaction-decide", "redaction-mark", "redaction-release"):
        url = reverse(f"dsar:{name}", args=[waiting.reference])
        assert client.get(url).status_code in (404, 405)


@pytest.fixture
def staff_client(client: Client, sam: User) -> Client:
    """Sam's browser, with the second factor that staff need."""
    return people.sign_in(client, sam)
