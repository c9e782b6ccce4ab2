"""Own words of a letter hold what the law wants, are filled in once, and are never evaluated."""

import re
from typing import Any

import pytest
from django.test import Client
from django.utils.translation import override

from accounts.changes import actions as changes
from accounts.models import User
from dsar import authorities, laws, letter_parts, letter_samples, letter_words, letters
from dsar.actions import staff
from dsar.changes.authorities import AuthorityKind
from dsar.changes.letters import LetterKind
from dsar.grounds import RefusalGround
from dsar.letter_words import LETTERS
from portal.lib.models import OutgoingMail
from portal.lib.office import store
from portal.lib.office.contacts import CONTACTS
from tests.accounts import people
from tests.dsar.worlds import Ask

pytestmark = pytest.mark.django_db
KIND = LetterKind()
BODY = (
    "Hello,\n\nwe looked at {kind}. {ground}\n\n{evidence}\n\n"
    "{officer}\n{authority}\n{court}\n\n{page}"
)


def refused_by(open_request: Ask, by: User, **more: Any) -> OutgoingMail:
    """Refuse a request, and return the letter."""
    staff.refuse(
        open_request(),
        by=by,
        ground=RefusalGround.EXCESSIVE,
        **{"evidence": "The fourth in a month."} | more,
    )
    return OutgoingMail.objects.get(template="dsar/refused")


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", list(LETTERS))
def test_the_shipped_words_can_be_edited_and_come_out_the_same(name: str, language: str) -> None:
    letter, subject = LETTERS[name], f"{name}.{language}"
    first = KIND.first(subject)
    value, problems = KIND.read(subject, first)
    assert problems == {}
    assert set(letter.must) <= set(letter_words.used(first["body"])), first["body"]
    as_shipped = letter_samples.shown(letter, language, None)
    again = letter_samples.shown(letter, language, value)
    assert (again.subject, again.text.split()) == (as_shipped.subject, as_shipped.text.split())
    assert not re.search(r"[{}]", as_shipped.text)


@pytest.mark.parametrize("name", list(LETTERS))
def test_no_letter_can_lose_what_the_person_is_owed(name: str) -> None:
    letter, subject = LETTERS[name], f"{name}.en"
    first = KIND.first(subject)
    for needed in letter.must:
        without = first | {"body": first["body"].replace(f"{{{needed}}}", "")}
        value, problems = KIND.read(subject, without)
        assert value is None
        assert f"{{{needed}}}" in problems["body"][0]
    # Every part that is looked for when it leaves is among what it must hold.
    with override("en"):
        told = letter_samples.known(letter, "en")
        body = letter_words.fill(" ".join(f"{{{one}}}" for one in letter.must), told)
    assert letter_parts.missing(name, body, told, "en") == []


def test_own_words_are_sent_and_the_letter_keeps_which(open_request: Ask, dina: User) -> None:
    store.publish("letter:refused.en", {"subject": "Old {reference}", "body": BODY})
    store.publish("letter:refused.en", {"subject": "About {reference}", "body": BODY})
    sent = refused_by(open_request, dina)
    assert sent.wording == 2
    assert sent.subject.startswith("About ")
    assert "Hello,\n\nwe looked at" in sent.text
    assert "The fourth in a month." in sent.text
    assert "cnil.fr" in sent.text
    assert CONTACTS.now()["dpo_email"] in sent.text


def test_what_comes_in_is_neither_evaluated_nor_read_again(open_request: Ask, dina: User) -> None:
    store.publish("letter:refused.en", {"subject": "{reference}", "body": BODY})
    tricks = "{page} {{ settings.SECRET_KEY }} {% load x %} <script>alert(1)</script> %(a)s"
    sent = refused_by(open_request, dina, evidence=tricks)
    assert tricks in sent.text
    assert "<script>" not in sent.html
    assert "&lt;script&gt;" in sent.html


def test_own_words_that_would_leave_something_out_are_not_used(
    open_request: Ask, dina: User
) -> None:
    """They got there past the form, or a case came up that they do not fit: the act goes on."""
    store.publish("letter:refused.en", {"subject": "No", "body": "No."})
    sent = refused_by(open_request, dina)
    assert sent.wording == 0
    assert "The fourth in a month." in sent.text


def test_the_preview_of_staff_is_what_is_sent(open_request: Ask, dina: User) -> None:
    store.publish("letter:refused.en", {"subject": "About {reference}", "body": BODY})
    request = open_request()
    request.refusal_ground, request.refusal_evidence = RefusalGround.EXCESSIVE, "The fourth."
    assert letters.preview(request, "refused").subject == f"About {request.reference}"


@pytest.mark.parametrize(
    ("field", "text", "said"),
    [
        ("subject", "About {nobody}", "{nobody} is not known here. Known are: {reference}"),
        ("subject", "", "A letter needs it"),
        ("subject", "x" * 151, "Shorten it to 150 characters; it has 151."),
        ("body", BODY + " {{ settings.SECRET_KEY }}", "A brace alone means nothing"),
        ("body", BODY + " {% include 'x' %}", "A brace alone means nothing"),
        ("body", BODY + " {link}", "{link} is not known here"),
        ("body", BODY.replace("{court}", ""), "Put {court} back: the person is owed the way to"),
    ],
)
def test_what_cannot_be_in_a_letter_is_said_at_its_field(field: str, text: str, said: str) -> None:
    value, problems = KIND.read("refused.en", {"subject": "S", "body": BODY, field: text})
    assert value is None
    assert said in " ".join(problems[field])


def test_both_languages_are_shown_as_they_would_be_sent(dina: User, settings: Any) -> None:
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "SecondFactor" not in one]
    client = Client()
    client.force_login(dina)
    at = "/dashboard/settings/letter/refused.en/"
    assert client.post(at, {"subject": "About <{reference}>", "body": BODY}).status_code == 302
    page = client.get(at).text
    assert f"About &lt;{letter_samples.REFERENCE}&gt;" in page
    assert '<article class="letter" lang="fr">' in page
    assert "Nous ne donnons pas suite" in page
    assert not OutgoingMail.objects.exists()


def test_an_authority_moves_and_every_remedy_names_it(
    open_request: Ask, dina: User, settings: Any
) -> None:
    settings.SECOND_PERSON = ["change"]
    typed = {
        "name": "CNIL", "address": "1, rue Neuve\n75001 Paris", "url": "https://cnil.example",
    }  # fmt: skip
    change = changes.draft("authority", "FR", {"typed": typed}, by=dina)
    changes.propose(change, by=dina)
    assert authorities.of("FR").url == "https://www.cnil.fr"
    changes.approve(change, by=people.make("dora@regard.example", role="dpo"))
    assert authorities.of("FR", "75").url == "https://cnil.example"
    told = laws.remedies(open_request())[0]
    assert "CNIL, 1, rue Neuve 75001 Paris (https://cnil.example)" in told
    assert authorities.of("DE").url == "https://www.bfdi.bund.de"


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"url": "javascript:alert(1)"}, "url"),
        ({"name": ""}, "name"),
        ({"also_name": "Another"}, "also_url"),
        ({"also_url": "https://a.example"}, "also_name"),
    ],
)
def test_an_authority_has_a_name_and_an_address(more: dict[str, str], field: str) -> None:
    typed = {"name": "N", "url": "https://n.example"} | more
    value, problems = AuthorityKind().read("BR", typed)
    assert (value, set(problems)) == (None, {field})
