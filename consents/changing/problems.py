"""What keeps the draft of a purpose from being published, each in a sentence that says the way."""

from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_slug
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from accounts.changes.kinds import Problems
from consents import vocabulary, widening
from consents.actions.purposes import BASES, trains_unnamed
from consents.changing import drafts
from consents.changing.drafts import PARTS, Payload
from consents.changing.measured import covers, percent
from consents.models import Evidence, Purpose, PurposeVersion, System
from consents.models.purposes import Control, LegalBasis
from consents.queries.diff import PARTS as PART_NAMES

LONGEST_TRIGGER = 40  # characters, of the column


def problems(subject: str, payload: Payload, *, at: datetime) -> Problems:
    """Return what is wrong by field, if it were published at ``at`` (aware); empty if nothing.

    The fields are those of the wizard's forms: ``en_title`` is the title in English.
    """
    found: Problems = {}
    purpose = drafts.purpose_for(subject, payload)
    for field, sentence in (
        *_identity(subject, payload, purpose),
        *_basis(payload, purpose),
        *_training(payload, purpose),
        *_words(payload),
        *_terms(payload),
        *_safeguards(payload),
        *_unproven(payload, purpose, at),
    ):
        found.setdefault(field, []).append(sentence)
    version = drafts.version_of(subject, payload, at=at)
    for field, sentence in (*_day(payload, version, at), *_sameness(version)):
        found.setdefault(field, []).append(sentence)
    return found


Found = list[tuple[str, str]]


def _identity(subject: str, payload: Payload, purpose: Purpose) -> Found:
    """A new purpose has a name of its own, and says what people can do about it."""
    if purpose.pk is not None:
        return []
    found = []
    try:
        validate_slug(subject)
    except ValidationError:
        found.append(("slug", _("The code may hold letters, digits and hyphens only.")))
    control = payload.get("control")
    if control not in Control.values:
        found.append(("control", _("Say what people can do about it.")))
    if purpose.is_ai_training and control == Control.NONE:
        found.append(("control", _("AI training is never needed for the service.")))
    if purpose.is_ai_training and Purpose.objects.filter(is_ai_training=True).exists():
        found.append(("is_ai_training", _("There is a purpose for AI training: change that one.")))
    if purpose.is_ai_training and purpose.honours_gpc:
        found.append(("honours_gpc", _("AI training has a switch of its own: no signal decides.")))
    return found


def _basis(payload: Payload, purpose: Purpose) -> Found:
    basis = payload.get("legal_basis", "")
    if basis not in LegalBasis.values:
        return [
            (
                "legal_basis",
                _("Choose a legal basis: without one nothing may be done (art. 6 GDPR)."),
            )
        ]
    if purpose.is_ai_training and basis == LegalBasis.CONTRACT:
        return [("legal_basis", _("AI training cannot be based on the contract."))]
    if purpose.control in BASES and basis not in BASES[purpose.control]:
        return [("legal_basis", _(
            "This basis does not go with what people can do about it: %(control)s."
        ) % {"control": Control(purpose.control).label})]  # fmt: skip
    return []


def _training(payload: Payload, purpose: Purpose) -> Found:
    """No other purpose becomes AI training: what protects people from that hangs on the purpose."""
    if not trains_unnamed(purpose, payload.get("dpv_processing", "")):
        return []
    return [("dpv_processing", _("Models learn for the purpose of AI training alone."))]


def _words(payload: Payload) -> Found:
    """Each language and each level is complete in itself."""
    texts = payload.get("texts", {})
    return [
        (f"{code}_{part}", _("“%(part)s” is missing in this language: %(language)s.") % {
            "part": PART_NAMES[part], "language": _(str(name)),
        })
        for code, name in settings.LANGUAGES
        for part in PARTS
        if not str(texts.get(code, {}).get(part, "")).strip()
    ]  # fmt: skip


def _terms(payload: Payload) -> Found:
    """What machines read: terms of the vocabulary, systems that exist, a duration that ends."""
    found = []
    known = set(System.objects.values_list("slug", flat=True))
    if unknown := sorted(set(payload.get("recipients", [])) - known):
        found.append(("recipients", _("These are not among the systems: %(names)s.") % {
            "names": ", ".join(unknown)}))  # fmt: skip
    terms = {
        "data_categories": payload.get("data_categories", []),
        "dpv_purpose": [payload.get("dpv_purpose", "")],
        "dpv_processing": [one for one in [payload.get("dpv_processing", "")] if one],
    }
    for field, typed in terms.items():
        if not all(typed):
            found.append((field, _("A term of the Data Privacy Vocabulary is missing.")))
        elif wrong := [one for one in typed if one not in vocabulary.known()]:
            found.append((field, _("Not a term of the Data Privacy Vocabulary: %(terms)s.") % {
                "terms": ", ".join(wrong)}))  # fmt: skip
    if not payload.get("retention_trigger", ""):
        found.append(("retention_trigger", _("Say from which event the time is counted.")))
    elif len(payload["retention_trigger"]) > LONGEST_TRIGGER:
        found.append(("retention_trigger", _(
            "Shorten it to %(most)d characters; it has %(now)d."
        ) % {"most": LONGEST_TRIGGER, "now": len(payload["retention_trigger"])}))  # fmt: skip
    if not widening.readable(payload.get("retention_duration", "")):
        found.append(
            ("retention_duration", _("Write the time as P30D, P13M or P5Y: days, months or years."))
        )
    return found


def _safeguards(payload: Payload) -> Found:
    found: Found = []
    typed = str(payload.get("recall", "")).strip()
    if typed and drafts.recall_of(payload) is None:
        found.append(("recall", _("Write a percentage from 0 to 100.")))
    statement = payload.get("statement", {})
    said = {code: str(statement.get(code, "")).strip() for code, _name in settings.LANGUAGES}
    if any(said.values()) or payload.get("anonymised") or typed:
        found += [
            (f"statement_{code}", _("Say in this language what protects the data."))
            for code, words in said.items()
            if not words
        ]
    return found


def _unproven(payload: Payload, purpose: Purpose, at: datetime) -> Found:
    """A claim is not raised above what was measured: the old evidence would seem to prove it."""
    claimed = drafts.recall_of(payload)
    if claimed is None or purpose.pk is None:
        return []
    measured = Evidence.objects.filter(purpose=purpose).valid(at)
    found = [(one.found, one.items) for one in measured]
    if not found or any(covers(claimed, *one) for one in found):
        return []
    best = max(hits / items for hits, items in found)
    return [("recall", _("The evidence that counts measured %(best)s%%: claim no more.") % {
        "best": percent(best)})]  # fmt: skip


def _day(payload: Payload, version: PurposeVersion, at: datetime) -> Found:
    """The notice is kept, whatever day was typed and however long the draft waited."""
    if payload.get("when") != drafts.ON_A_DAY:
        return []
    asked = drafts.effective_from(payload, version, at=at)
    if asked is None:
        return [("effective_on", _("Write a day as 2027-01-31."))]
    first = drafts.earliest(version, at=at)
    if asked >= first:
        return []
    day = date_format(timezone.localtime(first, timezone.get_default_timezone()), "DATE_FORMAT")
    if version.widens and first - at < timedelta(days=version.notice_days + 2):
        return [("effective_on", _(
            "Too early. It goes further, so people are told %(days)s days before: agreed to "
            "today, it can take effect on %(day)s at the earliest."
        ) % {"days": version.notice_days, "day": day})]  # fmt: skip
    return [("effective_on", _("Too early. The earliest day is %(day)s.") % {"day": day})]


def _sameness(version: PurposeVersion) -> Found:
    before: Any = version.before
    if before is None:
        return []
    same = all(getattr(before, name) == getattr(version, name) for name in (
        "texts", "legal_basis", "data_categories", "recipients", "retention_trigger",
        "retention_duration", "safeguards", "dpv_purpose", "dpv_processing",
    ))  # fmt: skip
    return (
        [("", _("It says the same as the version before: nothing would change."))] if same else []
    )
