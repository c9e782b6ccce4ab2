"""Every letter: the reference, one link to go on, no word twice sent, the remedies of an end."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from dsar import letters
from dsar.models import Pause, Restriction, SubjectRequest
from portal.lib.models import OutgoingMail
from tests.dsar.worlds import Ask
from tests.reading import without_tokens

pytestmark = pytest.mark.django_db
LINK = "https://portal.example/requests/confirm/secret/"


def send(name: str, request: SubjectRequest) -> None:
    """Call a letter with what it needs."""
    now = timezone.now()
    row = Restriction(request=request, ground="claims", lift_on=now.date(), lift_reason="Settled.")
    pause = Pause(pk=1, request=request, reason="which_data", question="Which one?")
    more: dict[str, tuple[Any, ...]] = {
        "ask_identity": (LINK,),
        "remind_identity": (LINK,),
        "ask": (pause,),
        "forwarded": ("Lilas SARL",),
    }
    letter = getattr(letters, name)
    letter(row) if name == "announce_lifting" else letter(request, *more.get(name, ()))


LETTERS = [
    "ask_identity",
    "remind_identity",
    "close_unidentified",
    "ask",
    "resolved",
    "restricted",
    "announce_lifting",
    "rectified",
    "obeyed",
    "duplicate",
    "forwarded",
    "grace",
    "reopened",
    "explain_refusal",
    "confirm_withdrawal",
]
ENDS = {"close_unidentified", "resolved", "restricted", "forwarded", "rectified", "explain_refusal"}


@pytest.mark.parametrize("language", ["en", "fr"])
@pytest.mark.parametrize("name", LETTERS)
def test_a_letter_names_its_reference_and_leads_to_one_place(
    open_request: Ask, name: str, language: str
) -> None:
    request = open_request("human_review", details={"decision": "Blocked."}, language=language)
    request.grace_until = timezone.now() + timedelta(days=1)
    request.duplicate_of, request.resolution, request.outcome = request, "Because.", "confirmed"
    request.refusal_ground = "eu-gdpr:JustificationA12ManifestlyUnfounded"
    request.refusal_evidence = "It was no decision."
    OutgoingMail.objects.all().delete()
    send(name, request)
    send(name, request)
    mail = OutgoingMail.objects.get()
    assert mail.language == language
    assert request.reference in mail.subject
    link = LINK if "identity" in name else f"/requests/{request.reference}/"
    assert mail.text.count(link) == 1
    assert ("CNIL" in mail.text) >= (name in ENDS)
    assert "None" not in without_tokens(mail.text)


def test_receipt_is_confirmed_once_and_counts_as_confirmed(open_request: Ask) -> None:
    request = open_request("human_review")
    letters.acknowledge(request)
    assert OutgoingMail.objects.filter(template="dsar/received").count() == 1
    assert request.events.filter(code="acknowledged").count() == 1
    assert request.acknowledged_at is not None
