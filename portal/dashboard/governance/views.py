"""The settings: all of them, those of one kind, the calendar of a year, and one by itself."""

from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts import places
from accounts.changes import actions
from accounts.changes.models import OPEN, Change
from accounts.changes.office import OfficeKind, authors, payload
from accounts.changes.saving import Meanwhile, Page, save
from accounts.roles import SignedInRequest, dpo_required
from dsar import calendars, letter_samples, reckoning
from dsar.changes.letters import LANGUAGES, LetterKind
from portal.dashboard.approvals.forms import differs
from portal.dashboard.approvals.panel import panel
from portal.dashboard.governance import pages
from portal.dashboard.governance.forms import DraftForm
from portal.lib.keyset import page
from portal.lib.models import OfficeVersion
from portal.lib.office import store

FORM = require_http_methods(["GET", "HEAD", "POST"])
YEARS = range(2000, 2100)  # that the calendar shows
VERSIONS = 10  # on a page
LONGEST_WORDS = 100


@dpo_required
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show every setting with its value and where that comes from; find those with a word."""
    words = request.GET.get("q", "").replace("\x00", "").strip()[:LONGEST_WORDS]
    context = {
        "q": words,
        "groups": pages.setting_groups(words),
        "others": pages.other_groups(words),
        "open": Change.objects.filter(kind__in=pages.OFFICE, status__in=OPEN).count(),
        "needs_second": actions.second_person_needed(),
    }
    return render(request, "dashboard/governance/index.html", context)


@dpo_required
@require_safe
def listing(request: SignedInRequest, group: str) -> HttpResponse:
    """Show the laws, the authorities or the letters."""
    found = _kind(group)
    if group == "setting":
        return redirect("dashboard-settings")
    shown = {one.slug: one for one in pages.other_groups("")}[group]
    context = {"group": shown, "rows": pages.rows(found, found.subjects())}
    if group == "authority":
        context["countries"] = [pair for pair in places.countries() if pair[0]]
        if place := request.GET.get("place", ""):
            return redirect("dashboard-setting", group, _known(found, place))
    return render(request, "dashboard/governance/listing.html", context)


@dpo_required
@require_safe
def calendar(request: SignedInRequest) -> HttpResponse:
    """Show the holidays of a year, and the way to correct a day."""
    country, asked = settings.CONTROLLER["country"], request.GET.get("day", "").strip()
    if asked and calendars.day_of(f"{country}-{asked}"):
        return redirect("dashboard-setting", "calendar", f"{country}-{asked}")
    year = _year(request.GET.get("year", ""))
    days = calendars.of_year(year, country)
    context = {
        "asked": asked,
        "year": str(year),
        "days": [(f"{country}-{one.day.isoformat()}", one) for one in days],
        "before": str(year - 1) if year - 1 in YEARS else "",
        "after": str(year + 1) if year + 1 in YEARS else "",
        "country": places.country_name(country),
        "open": Change.objects.filter(kind="calendar", status__in=OPEN),
    }
    status = 422 if asked else 200
    return render(request, "dashboard/governance/calendar.html", context, status=status)


@dpo_required
@FORM
def subject(request: SignedInRequest, group: str, subject: str) -> HttpResponse:
    """Show one setting: what holds, why, what it was; draft another, or look at the draft."""
    found = _kind(group)
    subject = _known(found, subject)
    change = _open_change(found, subject)
    if request.method == "POST":
        draft = payload(request.POST, found.fields(subject), request.POST.getlist)
        try:
            save(found.slug, subject, change, _page(request, found, subject, draft),
                 by=request.user)  # fmt: skip
        except Meanwhile as refusal:
            change = _open_change(found, subject)
            context = _context(request, found, subject, change, draft) | {"meanwhile": refusal}
            return render(request, "dashboard/governance/subject.html", context, status=409)
        messages.success(request, _("The draft is kept. Nothing has changed yet."))
        return redirect("dashboard-setting", group, subject)
    context = _context(request, found, subject, change, change.payload if change else None)
    return render(request, "dashboard/governance/subject.html", context)


def _page(request: SignedInRequest, kind: OfficeKind, subject: str, draft: dict[str, Any]) -> Page:
    """Return what was typed; without a draft the page shows what holds."""

    def shown(one: dict[str, Any] | None) -> DraftForm:
        return DraftForm(kind.fields(subject), _typed(kind, subject, one), {})

    return Page(
        opened=request.POST.get("opened", ""),
        into=lambda _payload: draft,
        differs=lambda before, after: differs(shown(before), shown(after)),
    )


def _context(
    request: SignedInRequest,
    kind: OfficeKind,
    subject: str,
    change: Change | None,
    draft: dict[str, Any] | None,
) -> dict[str, Any]:
    """Return what the page of one subject shows; ``draft`` is a payload, kept or just sent."""
    about, version = kind.about(subject), store.current(kind.key(subject))
    value, problems = _read(kind, subject, draft)
    history = page(
        OfficeVersion.objects.filter(key=kind.key(subject)), by="at", size=VERSIONS,
        older=request.GET.get("older", ""), newer=request.GET.get("newer", ""),
    )  # fmt: skip
    return {
        "kind": kind,
        "subject": subject,
        "about": about,
        "now": kind.say(subject, kind.now(subject)),
        "source": pages.source(about, version, authors([version] if version else [])),
        "form": DraftForm(kind.fields(subject), _typed(kind, subject, draft), problems),
        "panel": panel(change, request.user) if change else None,
        "edition": change.edition if change else "",
        "can_reset": version is not None and version.value is not None,
        "history": pages.past(kind, subject, history.rows),
        "newer": f"?{urlencode({'newer': history.newer})}" if history.newer else "",
        "older": f"?{urlencode({'older': history.older})}" if history.older else "",
        "group_path": _group_path(kind),
        "letters": _letters(kind, subject, value if draft and not problems else None),
    }


def _typed(kind: OfficeKind, subject: str, draft: dict[str, Any] | None) -> dict[str, Any]:
    if draft is None:
        return kind.typed(subject, kind.now(subject))
    if draft.get("reset"):
        return kind.typed(subject, kind.first(subject))
    return dict(draft.get("typed", {}))


def _read(
    kind: OfficeKind, subject: str, draft: dict[str, Any] | None
) -> tuple[Any, dict[str, list[str]]]:
    if draft is None or draft.get("reset"):
        return None, {}
    return kind.read(subject, draft.get("typed", {}))


def _letters(kind: OfficeKind, subject: str, drafted: Any) -> list[tuple[str, str, bool, Any]]:
    """Return, for the words of a letter: language, its name, whether drafted, and the letter.

    Both languages, with made-up data, as they would be sent: whoever changes one sees the other.
    """
    if not isinstance(kind, LetterKind):
        return []
    letter, language = kind.parts(subject)
    found = []
    for code in sorted(LANGUAGES, key=lambda code: code != language):
        version = store.current(kind.key(f"{letter.name}.{code}"))
        own = version.value if version else None
        is_drafted = code == language and drafted is not None
        words = letter_samples.shown(letter, code, drafted if is_drafted else own)
        found.append((code, str(LANGUAGES[code]), is_drafted, words))
    return found


def _group_path(kind: OfficeKind) -> tuple[str, str]:
    """Return address and name of the page above."""
    above = {one.slug: one for one in pages.other_groups("")}.get(kind.slug)
    return (above.path, str(above.label)) if above else ("", "")


def _open_change(kind: OfficeKind, subject: str) -> Change | None:
    known = Change.objects.select_related("author", "decided_by")
    return known.filter(kind=kind.slug, subject=subject, status__in=OPEN).first()


def _kind(slug: str) -> OfficeKind:
    found = pages.kind_of(slug)
    if found is None:
        raise Http404
    return found


def _known(kind: OfficeKind, subject: str) -> str:
    if not kind.knows(subject):
        raise Http404
    return subject


def _year(text: str) -> int:
    """Return a year from an address; the present one for anything else."""
    known = text.isascii() and text.isdigit() and len(text) == len("2026") and int(text) in YEARS
    return int(text) if known else reckoning.office_today().year
