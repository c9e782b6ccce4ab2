"""What was typed of a measurement, read; and what is wrong with it, each in a sentence."""

from datetime import date, timedelta
from typing import Any

from django.conf import settings
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.changes.kinds import Problems
from consents.actions.evidence import Measurement
from consents.models import Evidence, EvidenceFile, Purpose, PurposeVersion

# However good it was, nobody can say what software misses two years later.
LONGEST = timedelta(days=731)
WORDS = ("method_words", "dataset", "attack")
# "labelled" and not "items": a template asks a mapping for its key of this name first.
NUMBERS = ("documents", "labelled", "found", "attempts", "successes")
MOST = 2_000_000_000
LONGEST_NAMES = {"reviewer": 120, "reviewer_function": 160}  # characters, of the columns

Payload = dict[str, Any]


def measurement(payload: Payload) -> Measurement:
    """Return what was typed as a measurement. Only for a draft without problems."""
    rest: dict[str, Any] = {name: dict(payload.get(name, {})) for name in WORDS}
    numbers = {name: number_of(payload, name) or 0 for name in NUMBERS}
    rest |= {"items": numbers.pop("labelled"), **numbers}
    return Measurement(
        method=payload["method"],
        measured_on=day_of(payload, "measured_on") or date.min,
        valid_until=day_of(payload, "valid_until") or date.min,
        reviewer=payload["reviewer"].strip(),
        reviewer_function=payload["reviewer_function"].strip(),
        is_independent=bool(payload.get("is_independent")),
        is_file_public=bool(payload.get("is_file_public")),
        **rest,
    )  # fmt: skip


def number_of(payload: Payload, name: str) -> int | None:
    """Return a typed number; None if it cannot be read. Spaces between thousands are taken."""
    typed = "".join(str(payload.get(name, "")).split())
    is_short = typed.isdecimal() and len(typed) <= len(str(MOST))
    return int(typed) if is_short and int(typed) <= MOST else None


def day_of(payload: Payload, name: str) -> date | None:
    """Return a typed day; None if it cannot be read."""
    try:
        return date.fromisoformat(str(payload.get(name, "")).strip())
    except ValueError:
        return None


def file_of(payload: Payload) -> EvidenceFile | None:
    """Return the sealed file of the draft, unless it belongs to other evidence."""
    uid = payload.get("file") or None
    return EvidenceFile.objects.filter(uid=uid, evidence=None).first() if uid else None


def problems(subject: str, payload: Payload) -> Problems:
    """Return what is missing or cannot be, by field of the form; empty if nothing."""
    found: Problems = {}
    for field, sentence in (
        *_words(payload),
        *_days(payload, timezone.localdate()),
        *_numbers(payload),
        *_who(payload, subject),
        *_claim(payload, subject),
    ):
        found.setdefault(field, []).append(sentence)
    return found


Found = list[tuple[str, str]]


def _words(payload: Payload) -> Found:
    asked = [name for name in WORDS if name != "attack" or number_of(payload, "attempts")]
    return [
        (f"{name}_{code}", _("Say it in this language, too."))
        for name in asked
        for code, _name in settings.LANGUAGES
        if not str(payload.get(name, {}).get(code, "")).strip()
    ]


def _days(payload: Payload, today: date) -> Found:
    measured, until = day_of(payload, "measured_on"), day_of(payload, "valid_until")
    unread = [
        (name, _("Write a day as 2027-01-31."))
        for name, day in (("measured_on", measured), ("valid_until", until))
        if day is None
    ]
    if measured is None or until is None:
        return unread
    if measured > today:
        return [("measured_on", _("A measurement cannot have been made in the future."))]
    if until < today:
        return [("valid_until", _("It would have expired already: measure again first."))]
    if until - measured > LONGEST:
        return [("valid_until", _("Two years after the measurement at the latest."))]
    return []


def covers(claimed: float, found: int, items: int) -> bool:
    """Return whether so many found of so many bear out the claim, to a tenth of a per cent."""
    return round(found / items, 3) >= round(claimed, 3)


def percent(share: float) -> str:
    """Return a share as a percentage in the active language, its sign left out: "98,6"."""
    return str(floatformat(share * 100, -1))


def _claim(payload: Payload, subject: str) -> Found:
    """What was measured has to bear out what people read: else nothing would be proven by it."""
    in_force = PurposeVersion.objects.in_force(timezone.now()).filter(purpose__slug=subject)
    claimed = next((one.safeguards.get("recall") for one in in_force), None)
    items, hits = number_of(payload, "labelled"), number_of(payload, "found")
    if isinstance(claimed, bool) or not isinstance(claimed, int | float):
        return []
    if not items or hits is None or hits > items or covers(claimed, hits, items):
        return []
    return [("found", _(
        "People read that %(claimed)s%% are found, and this measures %(measured)s%%. Publish a "
        "wording that claims less first, or measure again."
    ) % {"claimed": percent(claimed), "measured": percent(hits / items)})]  # fmt: skip


def _numbers(payload: Payload) -> Found:
    numbers = {name: number_of(payload, name) for name in NUMBERS}
    found = [(name, _("Write a whole number.")) for name, one in numbers.items() if one is None]
    if found:
        return found
    n = {name: one or 0 for name, one in numbers.items()}
    checks = [
        ("documents", n["documents"] > 0, _("At least one document has to be in the set.")),
        ("labelled", n["labelled"] > 0, _("At least one identifier has to be labelled.")),
        ("found", n["found"] <= n["labelled"], _("More were found than there are.")),
        ("successes", n["successes"] <= n["attempts"], _("More succeeded than were tried.")),
    ]
    return [(name, sentence) for name, holds, sentence in checks if not holds]


def _who(payload: Payload, subject: str) -> Found:
    found: Found = []
    if payload.get("method") not in Evidence.Method.values:
        found.append(("method", _("Choose how it was measured.")))
    for name, most in LONGEST_NAMES.items():
        typed = str(payload.get(name, "")).strip()
        if not typed:
            found.append((name, _("Say who answers for it, and as what.")))
        elif len(typed) > most:
            said = _("Shorten it to %(most)d characters; it has %(now)d.")
            found.append((name, said % {"most": most, "now": len(typed)}))
    if file_of(payload) is None:
        found.append(("file", _("Add the report as a PDF: without it nobody can check.")))
    if not Purpose.objects.filter(slug=subject).exists():
        found.append(("", _("There is no such purpose.")))
    return found
