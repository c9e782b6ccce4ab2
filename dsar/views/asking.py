"""Asking: what do you want, about what, and, before it is sent, what happens then and by when."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.reauthentication import reauthentication_required
from accounts.roles import SignedInRequest
from dsar import actions, drafts, laws, reckoning, rules
from dsar.actions import appeals
from dsar.actions.clock import dates_for
from dsar.forms import AskAccessForm, AskErasureForm
from dsar.forms_kinds import (
    AppealForm,
    HumanReviewForm,
    KindForm,
    ObjectionForm,
    PortabilityForm,
    RectificationForm,
    RestrictionForm,
)
from dsar.kinds import NATURES
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.previews import preview_erasure
from dsar.rules_kinds import AlreadyContested
from dsar.sources.base import registered
from dsar.states import Status
from dsar.views.subject import own


@dataclass(frozen=True)
class Way:
    """How one kind is asked for: its title, its form, and what pressing the button says."""

    title: str | Promise
    form: type[forms.Form]
    act: str | Promise
    template: str = "dsar/ask.html"


WAYS: dict[str, Way] = {
    Kind.ACCESS: Way(
        gettext_lazy("A copy of my data"),
        AskAccessForm,
        gettext_lazy("Ask for the copy"),
        "dsar/ask_access.html",
    ),
    Kind.PORTABILITY: Way(
        gettext_lazy("Take my data elsewhere"),
        PortabilityForm,
        gettext_lazy("Ask for the files"),
    ),
    Kind.ERASURE: Way(
        gettext_lazy("Erase my data"),
        AskErasureForm,
        gettext_lazy("Ask for the erasure"),
        "dsar/ask_erasure.html",
    ),
    Kind.RECTIFICATION: Way(
        gettext_lazy("Correct my data"), RectificationForm, gettext_lazy("Ask for the correction")
    ),
    Kind.RESTRICTION: Way(
        gettext_lazy("Pause the use of my data"), RestrictionForm, gettext_lazy("Pause the use")
    ),
    Kind.OBJECTION: Way(
        gettext_lazy("Object to a use"), ObjectionForm, gettext_lazy("Object to this use")
    ),
    Kind.HUMAN_REVIEW: Way(
        gettext_lazy("Have a person look at a decision"),
        HumanReviewForm,
        gettext_lazy("Ask a person to look"),
    ),
}
CONTEST = Way(
    gettext_lazy("Contest an answer"),
    AppealForm,
    gettext_lazy("Ask somebody else to look"),
)


@require_safe
def choose(request: SignedInRequest) -> HttpResponse:
    """First step: what do you want, in words of daily life, the article beside."""
    mine = SubjectRequest.objects.filter(person=request.user)
    open_ones = {one.kind: one for one in mine.open()}
    answered = mine.filter(status__in=["answered", "refused"]).exclude(kind=Kind.APPEAL)
    context = {
        "open": open_ones,
        "laws": {kind: _law(kind, request) for kind in WAYS},
        "contestable": answered.order_by("-closed_at")[:5],
    }
    return render(request, "dsar/choose.html", context)


def ask(request: SignedInRequest, kind: str) -> HttpResponse:
    """Second step: about what, what will happen and when; sending it is the third."""
    if kind not in WAYS:
        raise Http404
    existing = _under_way(request, kind)
    if existing is not None:
        messages.info(request, _("You have already asked for this. Here is where it stands."))
        return redirect("dsar:detail", existing.reference)
    form = _form(request, WAYS[kind].form, kind)
    if request.method == "POST" and "later" in request.POST:
        return _later(request, kind)
    if request.method == "POST" and form.is_valid():
        # What cannot be undone asks who is there; a copy asks that when it is downloaded.
        send = reauthentication_required(_open) if kind == Kind.ERASURE else _open
        return send(request, Kind(kind), form)
    return _show(request, kind, WAYS[kind], form)


def contest(request: SignedInRequest, reference: str) -> HttpResponse:
    """Contest the answer to one's request: what is not right, and why."""
    first = own(request, reference)
    form = _form(request, AppealForm, Kind.APPEAL)
    if request.method == "POST" and "later" in request.POST:
        return _later(request, Kind.APPEAL)
    if request.method == "POST" and form.is_valid() and isinstance(form, AppealForm):
        return _contest(request, first, form)
    return _show(request, Kind.APPEAL, CONTEST, form, first=first)


def _contest(request: SignedInRequest, first: SubjectRequest, form: AppealForm) -> HttpResponse:
    try:
        opened = appeals.appeal(
            first,
            by=request.user,
            language=get_language() or "en",
            about=form.cleaned_data["about"],
            details=form.details(),
        )
    except AlreadyContested as already:
        opened = already.request
    drafts.forget(request.user, Kind.APPEAL)
    return redirect("dsar:detail", opened.reference)


def _form(request: SignedInRequest, made_of: type[forms.Form], kind: str) -> forms.Form:
    """Return the form, filled with what was sent, or with what was typed and not sent."""
    given = request.POST if request.method == "POST" else None
    known: dict[str, Any] = {"person": request.user} if issubclass(made_of, KindForm) else {}
    initial = drafts.load(request.user, kind)
    if document := request.GET.get("document"):
        initial |= {"document": document, "documents": [document], "what": "content"}
    if purpose := request.GET.get("purpose"):
        initial |= {"purpose": purpose}
    return made_of(given, initial=initial, **known)


def _under_way(request: SignedInRequest, kind: str) -> SubjectRequest | None:
    """Return the open request of a kind of which there is one at a time.

    What others may have filed in their name is none: their own asking takes its place.
    """
    if not NATURES[Kind(kind)].searches:
        return None
    mine = SubjectRequest.objects.open().filter(person=request.user, kind=kind)
    return mine.exclude(status=Status.IDENTITY, identity_doubt="").first()


def _open(request: SignedInRequest, kind: Kind, form: forms.Form) -> HttpResponse:
    """Send it; sent twice it is still one request."""
    answers = form.cleaned_data
    try:
        opened = actions.open_request(
            kind,
            person=request.user,
            by=request.user,
            language=get_language() or "en",
            about=answers.get("about", ""),
            asked_because=answers.get("asked_because", ""),
            details=form.details() if isinstance(form, KindForm) else None,
        )
    except rules.AlreadyOpen as already:
        opened = already.request
    drafts.forget(request.user, kind)
    return redirect("dsar:detail", opened.reference)


def _later(request: SignedInRequest, kind: str) -> HttpResponse:
    """Keep what was typed, and go; as one types, the page does so by itself."""
    typed = request.POST.copy()
    typed.pop("later", None)
    drafts.save(request.user, kind, typed)
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204)
    messages.success(request, _("Kept. Nothing was sent yet; go on whenever you like."))
    return redirect("dsar:index")


def _show(
    request: SignedInRequest,
    kind: str,
    way: Way,
    form: forms.Form,
    *,
    first: SubjectRequest | None = None,
) -> HttpResponse:
    foreseen = _foreseen(request, kind)
    context = {
        "kind": kind,
        "way": way,
        "form": form,
        "first": first,
        "law": laws.cited(foreseen),
        "due_on": foreseen.due_on,
        "why": reckoning.why_this_date(foreseen, foreseen.received_on),
        "is_draft": not form.is_bound and bool(drafts.load(request.user, kind)),
    }
    if kind == Kind.ERASURE:
        context["preview"] = preview_erasure(request.user, get_language() or "en")
    elif NATURES[Kind(kind)].searches:
        context["sources"] = [(one.label, one.describe()) for one in registered().values()]
    return render(request, way.template, context)


def _foreseen(request: SignedInRequest, kind: str) -> SubjectRequest:
    """Return the request as it would be if it were sent now; it is never saved.

    Its number is nobody's: nothing has happened to it yet, so it has no pauses.
    """
    country = _country(request)
    dates = dates_for(timezone.now(), country=country, kind=Kind(kind))
    return SubjectRequest(pk=0, kind=kind, person=request.user, country=country, **dates)


def _law(kind: str, request: SignedInRequest) -> str:
    regime = laws.regime_for(_country(request))
    return laws.cited(SubjectRequest(kind=kind, regime=regime.code))


def _country(request: SignedInRequest) -> str:
    return request.user.country or str(settings.CONTROLLER["country"])
