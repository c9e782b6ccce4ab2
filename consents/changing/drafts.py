"""What was typed of a purpose, read: the wording, the day, and the version it would become."""

from dataclasses import asdict, fields
from datetime import date, datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.utils import timezone

from consents import widening
from consents.actions import purposes
from consents.catalogue import Wording
from consents.models import Purpose, PurposeText, PurposeVersion, System
from consents.models.purposes import Control

EARLIEST, ON_A_DAY = "earliest", "day"
PARTS = [part.name for part in fields(PurposeText)]
# What a draft says itself of safeguards; the rest is carried along from the version before.
SAFEGUARDS = ("anonymised", "statement", "method", "recall")
DAY = timedelta(days=1)
YEARS = range(1900, 2100)

Payload = dict[str, Any]


def payload_of(version: PurposeVersion) -> Payload:
    """Return a draft that says what the version says."""
    safeguards = version.safeguards
    recall = safeguards.get("recall")
    return {
        "texts": {code: dict(text) for code, text in version.texts.items()},
        "legal_basis": version.legal_basis,
        "data_categories": list(version.data_categories),
        "recipients": [one["system"] for one in version.recipients],
        "retention_trigger": version.retention_trigger,
        "retention_duration": version.retention_duration,
        "dpv_purpose": version.dpv_purpose,
        "dpv_processing": version.dpv_processing,
        "anonymised": safeguards.get("anonymised") is True,
        "method": str(safeguards.get("method") or ""),
        "recall": f"{recall * 100:.10g}" if isinstance(recall, int | float) else "",
        "statement": dict(safeguards.get("statement") or {}),
        "measured": {key: one for key, one in safeguards.items() if key not in SAFEGUARDS},
        "when": EARLIEST,
        "effective_on": "",
    }


def blank(*, control: str = "", is_ai_training: bool = False) -> Payload:
    """Return the draft of a purpose that does not exist yet."""
    codes = [code for code, _name in settings.LANGUAGES]
    return {
        "texts": {code: dict.fromkeys(PARTS, "") for code in codes},
        "statement": dict.fromkeys(codes, ""),
        "legal_basis": "", "data_categories": [], "recipients": [],
        "retention_trigger": "", "retention_duration": "", "dpv_purpose": "", "dpv_processing": "",
        "anonymised": False, "method": "", "recall": "", "measured": {},
        "when": EARLIEST, "effective_on": "",
        "control": control, "is_ai_training": is_ai_training,
        "shares_with_third_parties": False, "honours_gpc": False, "by_document": True,
    }  # fmt: skip


def purpose_for(subject: str, payload: Payload) -> Purpose:
    """Return the purpose with this slug; an unsaved one, as drafted, where there is none."""
    known = Purpose.objects.filter(slug=subject).first()
    training = bool(payload.get("is_ai_training"))
    return known or Purpose(
        slug=subject,
        control=payload.get("control") or Control.NOT_USED,
        is_ai_training=training,
        needs_evidence=training,
        shares_with_third_parties=bool(payload.get("shares_with_third_parties")),
        honours_gpc=bool(payload.get("honours_gpc")),
        by_document=bool(payload.get("by_document", True)),
    )


def wording(payload: Payload) -> Wording:
    """Return what was typed as a wording, complete or not; recipients that are none are left out.

    That one is left out, or that a number cannot be read, is said by ``problems``.
    """
    known = set(System.objects.values_list("slug", flat=True))
    texts = payload.get("texts", {})
    return Wording(
        legal_basis=payload.get("legal_basis", ""),
        texts={code: text_of(texts.get(code, {})) for code, _name in settings.LANGUAGES},
        data_categories=list(payload.get("data_categories", [])),
        recipients=[one for one in payload.get("recipients", []) if one in known],
        retention_trigger=payload.get("retention_trigger", ""),
        retention_duration=payload.get("retention_duration", ""),
        dpv_purpose=payload.get("dpv_purpose", ""),
        dpv_processing=payload.get("dpv_processing", ""),
        safeguards=_safeguards(payload),
    )


def text_of(typed: dict[str, Any]) -> PurposeText:
    """Return the words of one language, empty where nothing was typed."""
    return PurposeText(**{part: str(typed.get(part, "")).strip() for part in PARTS})


def recall_of(payload: Payload) -> float | None:
    """Return the typed percentage as a share from 0 to 1; None if it is none, or cannot be read."""
    typed = str(payload.get("recall", "")).replace("%", "").replace(",", ".").strip()
    try:
        share = round(float(typed) / 100, 6)
    except ValueError:
        return None
    return share if 0 <= share <= 1 else None


def version_of(subject: str, payload: Payload, *, at: datetime) -> PurposeVersion:
    """Return the version that it would become if it were published at ``at`` (aware); unsaved.

    Where the day cannot be read, it is the earliest one.
    """
    purpose = purpose_for(subject, payload)
    version = purposes.unsaved(
        purpose, wording(payload), number=purposes.next_number(purpose),
        published_at=at, effective_from=at,
    )  # fmt: skip
    asked = effective_from(payload, version, at=at)
    version.effective_from = asked or earliest(version, at=at)
    return version


def effective_from(payload: Payload, version: PurposeVersion, *, at: datetime) -> datetime | None:
    """Return when it takes effect (aware); None if the typed day cannot be read.

    A day begins at midnight in the controller's time zone; today begins now.
    """
    if payload.get("when") != ON_A_DAY:
        return earliest(version, at=at)
    day = day_of(payload)
    if day is None:
        return None
    midnight = begin_of(day)
    return at if not version.widens and day == timezone.localdate(at, _zone()) else midnight


def earliest(version: PurposeVersion, *, at: datetime) -> datetime:
    """Return when it may take effect at the earliest if it is published at ``at`` (aware)."""
    first = at
    if version.notice_days:
        # The midnight after the notice is over.
        first = begin_of(timezone.localdate(at + version.notice_days * DAY, _zone()) + DAY)
    before = version.before
    return max(first, before.effective_from) if before else first


def day_of(payload: Payload) -> date | None:
    """Return the typed day; None if it cannot be read, or is of no year that a version is of."""
    try:
        found = date.fromisoformat(str(payload.get("effective_on", "")).strip())
    except ValueError:
        return None
    return found if found.year in YEARS else None


def begin_of(day: date) -> datetime:
    """Return the midnight (aware) with which a day begins in the controller's time zone."""
    return datetime.combine(day, time.min, tzinfo=_zone())


def reasons(version: PurposeVersion) -> list[widening.Widening]:
    """Return in what it goes further than the version it follows; none for a new purpose."""
    before = version.before
    return widening.between(before, version) if before else []


def typed_text(text: PurposeText) -> dict[str, str]:
    """Return words as a draft keeps them."""
    return asdict(text)


def _safeguards(payload: Payload) -> dict[str, Any]:
    """Return what protects the data, without what was left empty."""
    recall, method = recall_of(payload), str(payload.get("method", "")).strip()
    statement = {
        code: str(words).strip()
        for code, words in payload.get("statement", {}).items()
        if str(words).strip()
    }
    found: dict[str, Any] = dict(payload.get("measured") or {})
    if payload.get("anonymised") or statement or method or recall is not None:
        found["anonymised"] = bool(payload.get("anonymised"))
    found |= {"statement": statement} if statement else {}
    found |= {"method": method} if method else {}
    return found | ({"recall": recall} if recall is not None else {})


def _zone() -> Any:
    return timezone.get_default_timezone()
