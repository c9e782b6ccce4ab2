"""A letter that lacks what the law demands does not leave, in either language."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.template import engines
from django.utils.translation import override

from accounts.models import User
from dsar import actions, letter_parts, letters
from dsar.grounds import ExtensionReason, RefusalGround
from dsar.letter_parts import LETTERS, Part, PartMissing
from dsar.models import SubjectRequest
from portal.lib import mail
from portal.lib.models import OutgoingMail
from tests.dsar.worlds import Ask

pytestmark = pytest.mark.django_db
LANGUAGES = ["en", "fr"]


def refuse(request: SubjectRequest, by: User) -> SubjectRequest:
    ground, evidence = RefusalGround.EXCESSIVE, "The fortieth this month."
    return actions.refuse(request, by=by, ground=ground, evidence=evidence)


def extend(request: SubjectRequest, by: User) -> SubjectRequest:
    reason, note = ExtensionReason.COMPLEXITY, "Four archives."
    return actions.extend(request, by=by, reason=reason, note_to_person=note)


ACTS = {"refused": refuse, "extended": extend}
CASES = [(letter, language) for letter in ACTS for language in LANGUAGES]


@pytest.mark.parametrize(("letter", "language"), CASES)
def test_a_letter_says_every_part(letter: str, language: str, open_request: Ask, sam: User) -> None:
    request = ACTS[letter](open_request("erasure", language=language), sam)
    sent = OutgoingMail.objects.get(template=f"dsar/{letter}")
    assert sent.language == language
    with override(language):
        known = letters._known(request)
    assert letter_parts.missing(letter, sent.text, known, language) == []


@pytest.mark.parametrize(("letter", "language"), CASES)
def test_a_letter_that_lost_a_part_stops_the_act(
    letter: str, language: str, open_request: Ask, sam: User, monkeypatch: Any
) -> None:
    """As if a template, or a translation, had dropped it: each part in its turn."""
    request = open_request("erasure", language=language)
    whole = mail.render
    for part in LETTERS[letter]:

        def without(
            template: str, *, language: str, context: dict[str, Any], part: Part = part
        ) -> mail.Words:
            words = whole(template, language=language, context=context)
            lost = " ".join(part.words(context).split())
            flat = " ".join(words.text.split()).replace(lost, "")
            return mail.Words(words.subject, flat, words.html)

        monkeypatch.setattr(mail, "render", without)
        with pytest.raises(PartMissing):
            ACTS[letter](request, sam)
        fresh = SubjectRequest.objects.get(pk=request.pk)
        assert fresh.status != "refused"
        assert fresh.extended_at is None
        assert not OutgoingMail.objects.filter(template=f"dsar/{letter}").exists()


# Codes, and what goes to others than the person.
NOT_LETTERS = {"ask_code", "agent", "agent_code", "hold_review"}


def test_every_letter_to_the_person_has_its_parts() -> None:
    templates = Path(settings.BASE_DIR, "templates/mail/dsar").glob("[!_]*.txt")
    names = {one.stem for one in templates if not one.stem.startswith("outside_")}
    assert names - NOT_LETTERS == set(LETTERS)


def test_every_letter_with_parts_has_its_template() -> None:
    for letter in LETTERS:
        engines["django"].get_template(f"mail/dsar/{letter}.txt")
    for letter in ("refused", "extended"):
        assert {part.name for part in letter_parts.REMEDIES} <= {
            part.name for part in LETTERS[letter]
        }
