"""Requests of a signer without an account, from the page that the link and the code opened."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts.proven import person_for_claimed_address, person_for_proven_address
from consents.links import masked, token_of
from consents.models import DocumentLink
from consents.signer_forms import CodeForm
from consents.views import signer_session
from consents.views.parts import SeeOther
from consents.views.signer import asks_for_more, by_link
from dsar import actions, rules
from dsar.actions import objections
from dsar.actions.requests import clock, needs_code
from dsar.intake_forms import ANSWERS, KINDS
from dsar.models import SubjectRequest
from dsar.models.requests import Channel, Kind
from dsar.sources.base import registered


@by_link("GET", "HEAD", "POST")
def ask(request: HttpRequest, link: DocumentLink, kind: str) -> HttpResponseBase:
    """Say what will happen, and file the request under the address that the code has proven.

    An objection takes the link alone, no code (invariant 13). An account that asks for more than a
    code at its sign-in is not erased by a code alone.
    """
    if kind not in ANSWERS:
        raise Http404
    if needs_code(Kind(kind)) and not signer_session.is_open(request, link, now=timezone.now()):
        messages.info(request, _("The page has closed. Ask for a new code to open it."))
        return SeeOther(reverse("consents:signer", args=[token_of(link)]))
    if kind == Kind.ERASURE and asks_for_more(link):
        return SeeOther(reverse("dsar:ask", args=[kind]))
    if kind == Kind.ERASURE and not _is_fresh(request, link):
        context = _common(link) | {"kind": kind, "form": CodeForm()}
        return render(request, "dsar/signer/again.html", context)
    form = ANSWERS[Kind(kind)](request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        return _filed(request, link, _file(link, Kind(kind), form.answers()))
    context = _common(link) | {
        "kind": kind,
        "title": KINDS[Kind(kind)][0],
        "form": form,
        "due_on": clock(timezone.now(), kind=kind)["due_on"],
        "sources": [(one.label, one.describe()) for one in registered().values()],
    }
    return render(request, "dsar/signer/ask.html", context, status=422 if form.is_bound else 200)


def _file(link: DocumentLink, kind: Kind, answers: dict[str, Any]) -> SubjectRequest | None:
    """Open it; sent twice it is still one request. None: an objection, of which no more is said."""
    language = get_language() or "en"
    if not needs_code(kind):
        _object(link, language, answers)
        return None
    person = person_for_proven_address(link.address, language=language)
    try:
        return actions.open_request(
            kind, person=person, by=person, language=language, channel=Channel.LINK, **answers
        )
    except rules.AlreadyOpen as already:
        return already.request


def _object(link: DocumentLink, language: str, answers: dict[str, Any]) -> None:
    """Obey an objection for the link's address. Anybody may hold a link: its owner is told."""
    person = person_for_claimed_address(link.address.email or "", language=language)
    if objections.stands_lately(person, answers["details"]):
        return  # obeyed and told a moment ago
    try:
        actions.open_request(
            Kind.OBJECTION,
            person=person,
            by=None,
            language=language,
            channel=Channel.LINK,
            **answers,
        )
    except rules.BeingErased:
        return  # there is nothing left that could be used


def _filed(request: HttpRequest, link: DocumentLink, filed: SubjectRequest | None) -> HttpResponse:
    return render(request, "dsar/signer/filed.html", _common(link) | {"request_": filed})


def _is_fresh(request: HttpRequest, link: DocumentLink) -> bool:
    """Whether the code is as fresh as a sign-in has to be for what cannot be undone."""
    lately = timedelta(seconds=settings.ACCOUNT_REAUTHENTICATION_TIMEOUT)
    return signer_session.opened_within(request, link, lately, now=timezone.now())


def _common(link: DocumentLink) -> dict[str, Any]:
    token = token_of(link)
    return {
        "token": token,
        "back": reverse("consents:signer", args=[token]),
        "masked": masked(link.address.email or ""),
    }
