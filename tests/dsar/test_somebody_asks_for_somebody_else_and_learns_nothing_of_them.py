"""Who acts for a person files it themselves; nothing tells them whether we know the person."""

from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from accounts.models import User
from dsar import actions, agents, desk
from dsar.actions import doubts, identity
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.rules_identity import How
from portal.lib.models import OutgoingMail
from tests.dsar.asking import NORA, code_to, link_to, mails, no_limits
from tests.dsar.worlds import work
from tests.reading import without_tokens

pytestmark = pytest.mark.django_db
LAWYER = "maitre@law.example"
START, DETAILS = "/ask/for-somebody/", "/ask/for-somebody/details/"


@pytest.fixture(autouse=True)
def _fresh(purpose: Any) -> None:
    no_limits()


def paper(content: bytes = b"I, Nora, allow Maitre Lebrun to ask.") -> SimpleUploadedFile:
    return SimpleUploadedFile("power.txt", content, content_type="text/plain")


def begun(kind: str = "access", email: str = LAWYER) -> Client:
    """A browser of who acts, in which the code was entered."""
    client = Client()
    told = {"kind": kind, "name": "Maître Lebrun", "email": email, "country": "FR"}
    assert client.post(START, told)["Location"] == "/ask/code/"
    assert client.post("/ask/code/", {"code": code_to(email)})["Location"] == DETAILS
    return client


def send(client: Client, person: str | None = NORA, **more: Any) -> Any:
    given = {"person_email": person, "proof": "permission", "mandate": paper()} | more
    return client.post(DETAILS, given, follow=True)


def heard() -> list[str]:
    """What who acts was written, without the codes."""
    found = OutgoingMail.objects.filter(to=LAWYER).exclude(template="dsar/ask_code")
    return [mail.text.strip().splitlines()[0] for mail in found.order_by("pk")]


def test_the_person_is_asked_and_the_answer_goes_to_both() -> None:
    page = send(begun(), answer_to_agent="on").text
    assert "The request <strong>is sent</strong>." in page
    request = SubjectRequest.objects.get()
    assert (request.channel, request.status, request.identity) == ("agent", "identity", "asked")
    assert not request.steps.exists()
    assert request.reference not in page
    assert heard() == []
    assert Client().get(agents.page_of(request.mandate)).status_code == 404
    assert "Maître Lebrun says that they act for you" in mails("dsar/identity")[-1].text
    asked = Client().get(link_to()).text
    assert "Does <strong>Maître Lebrun</strong> ask for you?" in asked
    Client().post(link_to(), {"mine": "1"})
    assert heard() == ["The person said that you act for them: we go on with it."]
    work(request)
    assert heard()[-1] == "The copy is ready."
    assert Client().get(agents.page_of(request.mandate)).status_code == 200


def test_the_page_reads_the_same_for_every_address(alice: User) -> None:
    """Unknown, known, and known with the same request under way."""
    told = set()
    for person in ("nobody@mail.example", alice.email, alice.email):
        no_limits()
        page = send(begun(), person=person, answer_to_agent="on").text
        told.add(without_tokens(page).replace(person or "", "PERSON"))
    assert len(told) == 1
    assert heard() == []
    assert SubjectRequest.objects.count() == 2


def test_who_asks_for_the_same_themselves_is_told_once_that_somebody_asked(alice: User) -> None:
    own = actions.open_request(Kind.ACCESS, person=alice, by=alice, language="en")
    for _again in range(2):
        send(begun(), person=alice.email)
    (mail,) = mails("dsar/agent_already", alice.email)
    assert "Maître Lebrun says that they act for you" in mail.text
    assert own.reference in mail.text
    own.refresh_from_db()
    assert agents.acting(own) is None


def test_no_length_of_an_address_tells_who_has_asked_themselves(alice: User) -> None:
    actions.open_request(Kind.ACCESS, person=alice, by=alice, language="en")
    long = f"{'a' * 60}@{'b' * 60}.{'c' * 60}.example"
    assert send(begun(email=long), person=alice.email).status_code == 200
    (mail,) = mails("dsar/agent_already", alice.email)
    assert long not in OutgoingMail.objects.get(pk=mail.pk).key


def test_who_never_asked_is_not_told_that_they_did(alice: User) -> None:
    """Two who say that they act for one person: the second is not lost without a word."""
    send(begun(), person=alice.email)
    no_limits()
    send(begun(email="other@law.example"), person=alice.email)
    (mail,) = mails("dsar/agent_already", alice.email)
    assert "waits for your confirmation" in mail.text
    assert "You have asked" not in mail.subject + mail.text


def test_the_person_is_written_to_in_their_own_language(alice: User) -> None:
    alice.language = "fr"
    alice.save()
    send(begun(), person=alice.email)
    (mail,) = mails("dsar/identity", alice.email)
    assert mail.language == "fr"


def test_an_objection_repeated_within_the_hour_is_obeyed_and_told_once(alice: User) -> None:
    for _again in range(2):
        send(begun("objection"), person=alice.email, purpose="ai-training")
    assert SubjectRequest.objects.count() == 1
    assert len(mails("dsar/obeyed", alice.email)) == 1


def test_the_last_page_of_who_asks_for_themselves_is_not_theirs() -> None:
    client = begun()
    send(client)
    assert client.get("/ask/sent/")["Location"] == "/ask/"


def test_a_name_writes_no_lines_of_its_own_in_our_mail() -> None:
    name = "Bank\r\n\r\nYour account\u202e is closed."
    client = Client()
    client.post(START, {"kind": "access", "name": name, "email": LAWYER, "country": "FR"})
    client.post("/ask/code/", {"code": code_to(LAWYER)})
    send(client)
    (mail,) = mails("dsar/identity")
    assert "Bank Your account is closed. says that they act for you." in mail.text


def test_a_file_that_is_not_taken_is_refused_for_every_address(alice: User) -> None:
    actions.open_request(Kind.ACCESS, person=alice, by=alice, language="en")
    said = set()
    for person in ("nobody@mail.example", alice.email):
        answer = send(begun(), person=person, mandate=paper(b"PK\x03\x04" + b"\0" * 60))
        assert answer.status_code == 422
        assert f'value="{person}"' in answer.text, "what was typed stays"
        said.add(answer.context["form"].errors["mandate"][0])
    assert len(said) == 1
    assert SubjectRequest.objects.count() == 1


def test_no_means_nothing_is_done_and_who_acts_hears_nothing() -> None:
    send(begun(), answer_to_agent="on")
    Client().post(link_to(), {"not-mine": "1"})
    request = SubjectRequest.objects.get()
    assert not request.is_open
    assert heard() == []


def test_an_objection_is_obeyed_at_once_and_only_the_person_is_told(alice: User) -> None:
    client = begun("objection")
    assert "answer_to_agent" not in client.get(DETAILS).context["form"].fields
    send(client, person=alice.email, purpose="ai-training", answer_to_agent="on")
    request = SubjectRequest.objects.get()
    assert (request.identity, request.mandate.answer_to_agent) == ("not_needed", False)
    assert OutgoingMail.objects.filter(to=alice.email).exists()
    assert heard() == []


def test_a_power_of_attorney_counts_once_staff_have_looked_at_it(sam: User) -> None:
    send(begun(), proof="power", answer_to_agent="on")
    request = SubjectRequest.objects.get()
    assert request.status == "identity"
    assert desk.next_action(request, sam, []).startswith("Look at the power of attorney")
    identity.confirm_identity(request, by=sam, how=How.MANDATE, words="Signed, names Nora.")
    assert heard() == ["The person said that you act for them: we go on with it."]


def test_one_that_nobody_looked_at_does_not_forbid_a_doubt(sam: User) -> None:
    send(begun(), proof="power")
    request = SubjectRequest.objects.get()
    doubts.doubt(request, by=sam, reason="The signature is a picture.")
    request.refresh_from_db()
    assert request.identity_doubt


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"person_email": LAWYER}, "person_email"),
        ({"person_email": "no address"}, "person_email"),
        ({"proof": "none"}, "proof"),
        ({"proof": ""}, "proof"),
        ({"mandate": ""}, "mandate"),
        ({"mandate": paper(b"")}, "mandate"),
    ],
)
def test_what_is_missing_or_wrong_is_said_beside_it(given: dict[str, Any], field: str) -> None:
    answer = send(begun(), **given)
    assert answer.status_code == 422
    assert field in answer.context["form"].errors
    assert not SubjectRequest.objects.exists()


def test_without_a_code_there_is_no_third_step() -> None:
    client = Client()
    assert client.get(DETAILS)["Location"] == "/ask/"
    told = {"kind": "access", "name": "Maître Lebrun", "email": LAWYER, "country": "FR"}
    client.post(START, told)
    assert client.get(DETAILS)["Location"] == "/ask/code/"
    assert client.post(DETAILS, {"person_email": NORA})["Location"] == "/ask/code/"
    # Nor does the form of who asks for themselves take over.
    assert client.get("/ask/details/")["Location"] == DETAILS


def test_one_address_is_not_written_to_without_end() -> None:
    """Whoever takes other addresses of their own for it stays one network."""
    answers = [send(begun(email=f"{n}@law.example")).status_code for n in range(7)]
    assert (answers[0], answers[-1]) == (200, 429)


@pytest.mark.parametrize(
    "name",
    [
        "See http://x.test",
        "pay.example.org",
        "me@law.example",
        "WWW.x",
        "pay。example",
        "Urgent: call 0800 123 456",
        "٠٨٠٠ ١٢٣",
        "pay.\u202eex",
    ],
)
def test_a_name_in_our_mail_leads_nowhere(name: str) -> None:
    told = {"kind": "access", "name": name, "email": LAWYER, "country": "FR"}
    answer = Client().post(START, told)
    assert answer.status_code == 422
    assert "A name holds no address and no telephone number." in answer.text


@pytest.mark.parametrize(
    "name", ["J. Smith", "Me Dupont & Cie.", "Cabinet 1789", "Δρ. Ελένη Παπαδοπούλου", "Lee, J.-P."]
)
def test_names_of_people_and_firms_are_taken(name: str) -> None:
    told = {"kind": "access", "name": name, "email": LAWYER, "country": "FR"}
    assert Client().post(START, told)["Location"] == "/ask/code/"
