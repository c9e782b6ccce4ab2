"""The public page of figures, which the office can switch on; off, it does not exist."""

import csv
import io
from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils.cache import patch_cache_control, patch_vary_headers
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from portal.dashboard.models.reports import PublicYear
from portal.dashboard.reports import publishing
from portal.dashboard.reports.figures import loaded
from portal.dashboard.reports.metrics import DENIED, Part
from portal.dashboard.reports.pieces import days_in_words, in_words
from portal.dashboard.reports.publishing import PublicFigures
from portal.dashboard.reports.sections.choices import title_of
from portal.dashboard.reports.sections.metrics import (
    how_types,
    part_names,
    short_names,
    type_names,
)
from portal.dashboard.reports.suppression import FEWEST, PublicLine, Shown, Sum
from portal.lib.office.contacts import controller
from portal.lib.sheets import safe

HOUR = 3600
View = Callable[..., HttpResponse]


def published(view: View) -> View:
    """Serve the view to anybody while the page is switched on. Whoever is not signed in may keep
    the answer for an hour; a signed-in person's page is kept by nobody, as everywhere."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if not publishing.is_on():
            raise Http404
        response = view(request, *args, **kwargs)
        if not request.user.is_authenticated:
            # The page holds forms with a token of the reader's own; the files belong to nobody.
            is_page = response.headers["Content-Type"].startswith("text/html")
            patch_cache_control(response, max_age=HOUR, private=is_page, public=not is_page)
            patch_vary_headers(response, ["Cookie", "Accept-Language"])
        return response

    return login_not_required(require_safe(guarded))


@published
def transparency(request: HttpRequest, year: int | None = None) -> HttpResponse:
    """Show the figures of a year, the newest one without."""
    years = list(PublicYear.objects.all())
    if year is None:
        shown = years[0] if years else None
    else:
        shown = next((one for one in years if one.year == year), None)
        if shown is None:
            raise Http404
    context: dict[str, Any] = {"years": years, "shown": shown, "fewest": FEWEST}
    return render(request, "transparency.html", context | (_words(shown) if shown else {}))


@published
def as_json(request: HttpRequest, year: int) -> HttpResponse:
    """Return the same figures as data; "<5" and ">=12" are what they say."""
    shown = get_object_or_404(PublicYear, year=year)
    found = loaded(PublicFigures, shown.figures)
    body = {
        "controller": controller()["name"],
        "year": shown.year,
        "counted_until": shown.until.isoformat(),
        "final": shown.is_final,
        "individuals": "all",
        "source_of_definitions": "Cal. Code Regs. tit. 11, § 7102",
        "fewer_than": FEWEST,
        "requests": [_line_as_data(line) for line in found.lines],
        "agreements": [{"purpose": one.purpose, "times": plain(one.times)} for one in found.agreed],
        "opt_outs_applied_median_seconds": found.applied_median_seconds,
        "canary_checks": shown.figures["canaries"],
        "changes": [
            {"purpose": one.purpose, "version": one.number, "published": one.published,
             "effective": one.effective, "widens": one.widens, "notice_days": one.notice_days}
            for one in found.changes
        ],
    }  # fmt: skip
    return JsonResponse(body, json_dumps_params={"indent": 2, "ensure_ascii": False})


@published
def as_csv(request: HttpRequest, year: int) -> HttpResponse:
    """Return the requests as a table for a spreadsheet, in the reader's language."""
    shown = get_object_or_404(PublicYear, year=year)
    found = loaded(PublicFigures, shown.figures)
    names, parts = type_names(), part_names()
    out = io.StringIO()
    out.write("\ufeff")
    writer = csv.writer(out, lineterminator="\r\n")
    headings = [
        _("Year"),
        _("Type"),
        _("Requests received"),
        _("Requests denied"),
        *parts.values(),
        _("Median days"),
    ]
    writer.writerow([safe(str(one)) for one in headings])
    for line in found.lines:
        cells = [plain_sum(line.received), plain_sum(line.denied),
                 *(plain(line.parts[part]) for part in parts), line.median_days]  # fmt: skip
        row = [shown.year, names[line.type], *cells]
        writer.writerow([safe(one) if isinstance(one, str) else one for one in row])
    response = HttpResponse(out.getvalue(), content_type="text/csv; charset=utf-8")
    name = f"transparency-{shown.year}.csv"
    response.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def plain(value: Shown) -> int | str:
    """Return a figure for machines."""
    return f"<{FEWEST}" if value is None else value


def plain_sum(value: Sum) -> int | str:
    """Return a sum for machines."""
    return f">={value.value}" if value.at_least else plain(value.value)


def _line_as_data(line: PublicLine) -> dict[str, Any]:
    return {
        "type": line.type,
        "received": plain_sum(line.received),
        "complied": plain(line.parts[Part.COMPLIED]),
        "denied": plain_sum(line.denied),
        "denied_by": {part.value: plain(line.parts[part]) for part in DENIED},
        "ended_otherwise": plain(line.parts[Part.ENDED]),
        "open": plain(line.parts[Part.OPEN]),
        "median_days": line.median_days,
    }


@dataclass(frozen=True)
class _Line:
    """One type of request, in words where there are any."""

    received: Sum
    complied: Sum
    denied: Sum
    median_words: str


def _words(shown: PublicYear) -> dict[str, Any]:
    """Return what the page shows, in the active language."""
    found = loaded(PublicFigures, shown.figures)
    names, short, parts = type_names(), short_names(), part_names()
    median = found.applied_median_seconds
    return {
        "found": found,
        "lines": [(names[line.type], _line(line)) for line in found.lines],
        "short": [short[line.type] for line in found.lines],
        "rest": [
            (parts[part], [(short[line.type], Sum(line.parts[part])) for line in found.lines])
            for part in [*DENIED, Part.ENDED, Part.OPEN]
        ],
        "checked": sum(shown.figures["canaries"].values()),
        "agreed": [(title_of(one.titles, one.purpose), Sum(one.times)) for one in found.agreed],
        "applied": None if median is None else in_words(median),
        "changes": [(title_of(one.titles, one.purpose), one) for one in found.changes],
        "how": how_types(),
    }


def _line(line: PublicLine) -> _Line:
    return _Line(line.received, line.complied, line.denied, days_in_words(line.median_days))
