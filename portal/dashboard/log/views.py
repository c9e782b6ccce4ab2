"""The log: one list of who did what to whose file, when and why."""

from datetime import timedelta
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import NamesSomebody, look
from accounts.models import AccessEvent, User
from accounts.roles import SignedInRequest, dpo_required
from portal.dashboard.log import search
from portal.dashboard.log.asked import LogForm, PersonForm, seal, unseal
from portal.dashboard.log.showing import lines, number_of
from portal.dashboard.log.wanted import MOST_DAYS

# For as long as this a reason that was given opens a person's events.
OPEN_FOR = timedelta(hours=1)


@dpo_required
@require_safe
def index(request: SignedInRequest) -> HttpResponse:
    """Show the events that are looked for, newest first."""
    person = _person(request)
    if person is not None and not is_open(person, request.user):
        return _gate(request, person)
    form = LogForm(request.GET)
    context: dict[str, Any] = {"form": form, "person": person, "person_form": PersonForm()}
    context |= {"number": number_of(person) if person else "", "looks_for": any_asked(form)}
    if form.is_valid():
        context |= _found(request, form, person)
    return render(request, "dashboard/log/index.html", context)


@dpo_required
@require_http_methods(["GET", "HEAD", "POST"])
def person(request: SignedInRequest) -> HttpResponse:
    """Open a person's events, for a reason that the person can read; unasked, lead to the log."""
    if request.method != "POST":
        return redirect("dashboard-log")
    known = unseal(request.POST.get("person", ""), holder=request.user)
    form = PersonForm(request.POST)
    if form.is_valid():
        known = known or _by_address(form)
    if form.is_valid() and known is not None and _looked(form, known, request.user):
        query = {"person": seal(known, holder=request.user)}
        return redirect(f"{reverse('dashboard-log')}?{urlencode(query)}")
    return _gate(request, known, form, status=422)


def is_open(person: User, viewer: User) -> bool:
    """Whether the viewer gave a reason within the hour; one's own events are open to oneself."""
    if person.pk == viewer.pk:
        return True
    looks = AccessEvent.objects.filter(
        person=person, by=viewer, kind=AccessEvent.Kind.EVENTS_VIEWED
    )
    return looks.filter(at__gt=timezone.now() - OPEN_FOR).exists()


def any_asked(form: LogForm) -> bool:
    """Whether a field is set that lies in the folded part of the form."""
    return form.is_valid() and any(
        form.cleaned_data.get(name) for name in ("request", "document", "purpose")
    )


def _found(request: SignedInRequest, form: LogForm, person: User | None) -> dict[str, Any]:
    """Return the page of events and the way to those beside it."""
    older, newer = (request.GET.get(name, "")[:200] for name in ("older", "newer"))
    wanted = form.wanted(person)
    page = search.page(wanted, older=older, newer=newer)
    query = form.query()
    if person is not None:
        query["person"] = seal(person, holder=request.user)
    return {
        "lines": lines(page.events, viewer=request.user, revealed=person),
        "older": f"?{urlencode({**query, 'older': page.older})}" if page.older else "",
        "newer": f"?{urlencode({**query, 'newer': page.newer})}" if page.newer else "",
        "kept": query.get("person", ""),
        "is_filtered": bool(query),
        "misses_machines": MOST_DAYS if wanted.misses_machines else 0,
    }


def _person(request: SignedInRequest) -> User | None:
    """Return whom the address names; an address that was sealed for somebody else names nothing."""
    token = request.GET.get("person", "")
    if not token:
        return None
    found = unseal(token, holder=request.user)
    if found is None:
        raise Http404
    return found


def _by_address(form: PersonForm) -> User | None:
    """Return the person of the address that was typed, or say on the form that there is none."""
    email = str(form.cleaned_data["email"]).strip().lower()
    found = User.objects.filter(addresses__email=email).first() if email else None
    if found is None:
        missing = _("No account has this address.") if email else _("Which address do they have?")
        form.add_error("email", missing)
    return found


def _looked(form: PersonForm, known: User, viewer: User) -> bool:
    """Write down the look; a reason that names the person is refused on the form."""
    kind, reason = AccessEvent.Kind.EVENTS_VIEWED, form.cleaned_data["reason"]
    try:
        look(known, by=viewer, kind=kind, reason=reason)
    except NamesSomebody as refusal:
        form.add_error("reason", str(refusal.message))
        return False
    return True


def _gate(
    request: SignedInRequest,
    person: User | None,
    form: PersonForm | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    """Ask for the reason, before anything about the person is shown."""
    form = form or PersonForm()
    if person is not None:
        form.fields.pop("email", None)
    context = {
        "person_form": form,
        "number": number_of(person) if person else "",
        "sealed": seal(person, holder=request.user) if person else "",
    }
    return render(request, "dashboard/log/person.html", context, status=status)
