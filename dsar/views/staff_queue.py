"""The queue: what is to be done, found by filters and words, acted on in bulk, taken along."""

import csv
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.http import HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from accounts.roles import SignedInRequest, support_required
from dsar import bulk, desk, queries
from dsar.laws import LAWS
from dsar.models import SubjectRequest
from dsar.models.requests import Channel, Kind
from dsar.queries import DUE, WHEN, Filters
from dsar.staff_forms import SaveFilterForm
from dsar.states import Outcome, Status
from portal.lib import crypto, keyset
from portal.lib.crypto import Unsealable
from portal.lib.sheets import safe

WORDS, ABOUT = "words", "search in requests"
KEYS_COOKIE = "regard_keys"
# Filters by days: those with a field of their own, and those that come with a link.
DAYS = {
    "received_from": gettext_lazy("Received from"),
    "received_to": gettext_lazy("Received until"),
    "closed_from": gettext_lazy("Closed from"),
    "closed_to": gettext_lazy("Closed until"),
}
ALSO = {
    "due_from": gettext_lazy("due on %(value)s or later"),
    "due_to": gettext_lazy("due on %(value)s or earlier"),
    "took_from": gettext_lazy("ended after %(value)s days or more"),
    "took_to": gettext_lazy("ended after %(value)s days or less"),
}


@require_http_methods(["GET", "HEAD", "POST"])
@support_required
def queue(request: SignedInRequest) -> HttpResponse:
    """Show what is to be done now, and below it the requests that the filters ask for.

    Words to look for are posted and then stand sealed in the address (invariant 12).
    """
    if request.method == "POST":
        return redirect(_address(request))
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    filters, words = Filters.read(request.GET), _opened(request)
    page = queries.queue(
        request.user,
        today,
        filters,
        words=words,
        older=request.GET.get("older", ""),
        newer=request.GET.get("newer", ""),
    )
    return render(request, "dsar/staff/queue.html", _shown(request, page, filters, words, today))


def _shown(
    request: SignedInRequest,
    page: keyset.Page[SubjectRequest],
    filters: Filters,
    words: str,
    today: date,
) -> dict[str, Any]:
    saved = queries.saved_filters(request.user)
    counts = queries.counts(request.user, today, saved)
    kept = _kept(request, filters)
    return {
        "page": page,
        "rows": [(one, desk.due(one, today, is_paused=_paused(one))) for one in page.rows],
        "older": f"?{urlencode(kept | {'older': page.older})}" if page.older else "",
        "newer": f"?{urlencode(kept | {'newer': page.newer})}" if page.newer else "",
        "counts": counts.views,
        "to_do": [(code, WHEN[code].label, counts.views[code]) for code in queries.TO_DO],
        "saved": [(one, urlencode(Filters.read(one.query).query()), counts.saved.get(one.pk))
                  for one in saved],
        "fields": _fields(filters),
        "days": [(name, label, filters.ranges.get(name, "")) for name, label in DAYS.items()],
        "also": _also(filters),
        "views": [(code, view.label, counts.views.get(code)) for code, view in WHEN.items()],
        "filters": filters,
        "is_detailed": bool(set(filters.query()) - {"when", "kind", "q"}),
        "is_filtered": bool(kept),
        "q": words or filters.reference,
        "query": urlencode(kept),
        "kinds": Kind.choices,
        "bulk": bulk.choices(request.user),
        "colleagues": queries.staff(),
        "save_form": SaveFilterForm(),
        "keys": request.COOKIES.get(KEYS_COOKIE) != "off",
    }  # fmt: skip


def _paused(one: SubjectRequest) -> bool:
    return bool(getattr(one, "is_paused", False))


def _fields(filters: Filters) -> list[tuple[str, str, list[tuple[str, Any]], str]]:
    """Return the less used filters: name, label, choices and the value of each."""
    colleagues = [(str(one.uid), one.get_short_name()) for one in queries.staff()]
    who = [("me", _("you")), ("nobody", _("nobody")), *colleagues]
    return [
        ("state", _("State"), list(Status.choices), filters.state),
        ("due", _("Due"), [(code, label) for code, (label, _q) in DUE.items()], filters.due),
        ("who", _("Taken by"), who, filters.who),
        ("channel", _("Came in"), list(Channel.choices), filters.channel),
        (
            "regime",
            _("Law"),
            [(code.value, law.short) for code, law in LAWS.items()],
            filters.regime,
        ),
        ("outcome", _("Result"), list(Outcome.choices), filters.outcome),
    ]


def _also(filters: Filters) -> list[tuple[str, str, str]]:
    """Return the filters that only a link sets: name, value, and both in words."""
    asked = {name: filters.ranges[name] for name in ALSO if name in filters.ranges}
    also = [(name, value, ALSO[name] % {"value": value}) for name, value in asked.items()]
    if filters.source:
        also.append(("source", filters.source, _("a failed step of %(source)s") % vars(filters)))
    return also


def _address(request: SignedInRequest) -> str:
    """Return the address of the queue for a form that was sent: words in it are sealed."""
    asked = request.POST.dict()
    text = str(asked.pop("q", "")).replace("\0", "").strip()[:400]
    query = Filters.read(asked).query()
    if text.upper().startswith("R-"):
        query["q"] = text[:20].upper()
    elif text:
        query[WORDS] = crypto.seal_text(text, about=ABOUT, holder=str(request.user.uid))
    return f"{reverse('dsar:queue')}?{urlencode(query)}"


def _opened(request: SignedInRequest) -> str:
    """Return the words that are sealed in the address, for their author alone."""
    token = request.GET.get(WORDS, "")
    try:
        return crypto.unseal_text(token, about=ABOUT, holder=str(request.user.uid)) if token else ""
    except Unsealable:
        return ""


def _kept(request: SignedInRequest, filters: Filters) -> dict[str, str]:
    """Return the query that leads back to the same list."""
    words = request.GET.get(WORDS, "")
    return filters.query() | ({WORDS: words} if _opened(request) else {})


@require_safe
@support_required
def export(request: SignedInRequest) -> HttpResponseBase:
    """Hand out the list of these filters as CSV: references, dates and codes, no names."""
    today = timezone.localdate(timezone=timezone.get_default_timezone())
    found = queries.listed(
        request.user, today, Filters.read(request.GET), words=_opened(request)
    ).order_by("due_on", "pk")
    return _csv(found.iterator(chunk_size=1000))


@require_http_methods(["POST"])
@support_required
def act_on_selection(request: SignedInRequest) -> HttpResponseBase:
    """Do one thing to each request that was ticked, and say of each what became of it."""
    chosen = list(dict.fromkeys(request.POST.getlist("request")))[: bulk.MOST]
    found = SubjectRequest.objects.filter(reference__in=[one for one in chosen if "\0" not in one])
    if request.POST.get("act") == "export":
        return _csv(iter(queries.with_marks(found).order_by("due_on", "pk")))
    act = request.POST.get("act", "")
    results = bulk.act_on(found, act, by=request.user, to=request.POST.get("to", ""))
    back = Filters.read({key: request.POST.get(f"f_{key}", "") for key in queries.CARRIED}).query()
    return render(
        request,
        "dsar/staff/bulk.html",
        {"results": results, "back": f"{reverse('dsar:queue')}?{urlencode(back)}"},
    )


class _Echo:
    """A file that gives back what is written to it: the writer of CSV needs one."""

    def write(self, line: str) -> str:
        return line


COLUMNS = [
    "reference", "kind", "state", "outcome", "law", "country", "channel", "received_on",
    "target_on", "due_on", "closed_at", "is_taken", "is_extended", "has_gaps", "is_paused",
]  # fmt: skip


def _csv(found: Iterator[SubjectRequest]) -> StreamingHttpResponse:
    """Stream the rows, each as it is read; no cell is taken for a formula."""
    writer = csv.writer(_Echo())
    lines = (writer.writerow(cells) for cells in _cells(found))
    answer = StreamingHttpResponse(lines, content_type="text/csv; charset=utf-8")
    answer["Content-Disposition"] = 'attachment; filename="requests.csv"'
    return answer


def _cells(found: Iterator[SubjectRequest]) -> Iterator[list[str]]:
    yield COLUMNS
    for one in found:
        closed = timezone.localdate(one.closed_at).isoformat() if one.closed_at else ""
        values = [
            one.reference, one.kind, one.status, one.outcome, one.regime, one.country, one.channel,
            one.received_on.isoformat(), one.target_on.isoformat(), one.due_on.isoformat(), closed,
            _yes(one.assignee_id), _yes(one.extended_at), _yes(getattr(one, "has_gap", False)),
            _yes(_paused(one)),
        ]  # fmt: skip
        yield [safe(str(value)) for value in values]


def _yes(value: object) -> str:
    return "yes" if value else "no"
