"""A made-up request, to show a letter before anybody gets it; and the shipped words to edit.

Everything in it is invented, nothing is saved, and every value is unlike any other: so the shipped
letter, rendered with it, can be turned back into text with placeholders.
"""

from datetime import date, datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from accounts.models import User
from dsar import authorities, laws, letter_words
from dsar.grounds import ExtensionReason, RefusalGround
from dsar.letter_words import Letter
from dsar.models import Mandate, Package, Pause, Restriction, SubjectRequest
from dsar.models.requests import Kind
from dsar.regimes import RegimeCode
from dsar.states import Outcome
from portal.lib import mail

REFERENCE, OTHER = "7K3M-4Q2P", "2B8D-6H9T"
FOOT = "\n--\n"


def known(letter: Letter, language: str) -> dict[str, Any]:
    """Return what a letter knows of the made-up request; called in its language."""
    request = _request(letter, language)
    url = settings.SITE_URL + reverse("dsar:detail", args=[REFERENCE])
    return {
        "request": request,
        "url": url,
        "person": request.person,
        "remedies": laws.remedies(request),
        "authority": authorities.of(request.country, request.region),
        "link": f"{settings.SITE_URL}/…/mN4x7Qr2",
        "pause": Pause(reason=Pause.Reason.WHICH_DATA, stops_clock=True),
        "restriction": Restriction(
            lift_on=date(2026, 9, 14), lift_reason=_("You told us that the data is correct now.")
        ),
        "package": Package(expires_at=_at(2026, 5, 29, 17)),
        "parent": SubjectRequest(reference=OTHER),
        "first": SubjectRequest(reference=OTHER),
        "decider": "Imprimerie Vasseur SARL",
        "old": date(2026, 4, 24),
        "because": "calendar",
        "has_gaps": True,
        "agent": Mandate(agent_name="Association Droits & Données"),
        "acting": Mandate(agent_name="Association Droits & Données"),
    }


def shown(letter: Letter, language: str, value: dict[str, str] | None) -> mail.Words:
    """Return the letter as it would be sent, in the shipped words (None) or in own ones."""
    with override(language):
        told = known(letter, language)
        wording = letter_words.filled(value, 0, told) if value else None
        return mail.render(f"dsar/{letter.name}", language=language, context=told, wording=wording)


def shipped(letter: Letter, language: str) -> dict[str, str]:
    """Return the shipped words as text with placeholders: where own words begin."""
    with override(language):
        told = known(letter, language)
        words = mail.render(f"dsar/{letter.name}", language=language, context=told)
        names = [one for one in letter_words.allowed(letter) if one.name != "controller"]
        values = [(one.name, one.words(told)) for one in names]
    body = words.text.rpartition(FOOT)[0]
    return {"subject": _back(words.subject, values), "body": _back(body, values).strip()}


def _back(text: str, values: list[tuple[str, str]]) -> str:
    """Return the text with what was filled in turned back into placeholders, the longest first."""
    for name, value in sorted(values, key=lambda pair: -len(pair[1])):
        if value:
            text = text.replace(value, "{" + name + "}")
    return text


def _request(letter: Letter, language: str) -> SubjectRequest:
    return SubjectRequest(
        pk=0,
        reference=REFERENCE,
        kind=letter.kind,
        person=User(name="Camille Moreau", email="camille@example.org", language=language),
        language=language,
        country=settings.CONTROLLER["country"],
        regime=laws.regime_for(settings.CONTROLLER["country"]).code or RegimeCode.GDPR,
        received_on=date(2026, 3, 5),
        due_on=date(2026, 4, 7),
        grace_until=_at(2026, 3, 27, 16),
        extension_reason=ExtensionReason.COMPLEXITY,
        extension_note=_("Your documents lie in an archive that we have to have searched by hand."),
        refusal_ground=RefusalGround.EXCESSIVE,
        refusal_evidence=_("It is the fourth request for the same copy within two months."),
        identity_doubt=_("The address you wrote from is not one that we know."),
        outcome=Outcome.PARTLY if letter.kind == Kind.RECTIFICATION else Outcome.FULFILLED,
        resolution=_("A colleague has read the decision and your letter, and has changed it."),
    )


def _at(year: int, month: int, day: int, hour: int) -> datetime:
    return datetime(year, month, day, hour, tzinfo=ZoneInfo(settings.TIME_ZONE))
