"""Somebody asks for somebody else, without an account: who and what, a code, for whom, with what.

The code proves the address of who acts, not that they may act: the person is asked that. The page
reads the same whether or not the person is known here.
"""

import secrets
from typing import Any

from allauth.account.adapter import get_adapter
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from accounts.places import country_name
from consents.views.parts import SeeOther
from dsar.actions.agent_filing import file_for_somebody
from dsar.actions.requests import Agent, clock
from dsar.agent_forms import TITLES, AgentForm, AgentWhoForm, of_somebody_else
from dsar.intake_forms import ANSWERS, AnswersForm
from dsar.kinds import NATURES, Proof
from dsar.models import Mandate
from dsar.models.requests import Kind
from dsar.views.public import ASKING, LASTS, SENT, asking, country_of, is_proven, limit, send_code
from portal.lib.errors import DomainError


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponseBase:
    """First step: what, and who acts; a code goes to their address, whatever is asked."""
    form = AgentWhoForm(request.POST or None, initial={"country": country_of(request)})
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "dsar/public/agent.html", {"form": form}, status=status)
    browser = request.session.get(ASKING, {}).get("browser") or secrets.token_urlsafe()
    limited = limit(request, "ask_for_code", browser)
    if limited is not None:
        return limited
    request.session[ASKING] = form.cleaned_data | {"browser": browser, "proven_at": 0}
    request.session.set_expiry(LASTS)
    send_code(request)
    return SeeOther(reverse("dsar:public-code"))


@require_http_methods(["GET", "HEAD", "POST"])
@asking
def details(request: HttpRequest, told: dict[str, Any]) -> HttpResponseBase:
    """Third step: for whom, what allows it, what belongs to the kind; sending it."""
    if "name" not in told:
        return SeeOther(reverse("dsar:public-agent"))
    kind = Kind(told["kind"])
    if not is_proven(told, kind):
        messages.info(request, _("Enter the code from the newest mail first."))
        return SeeOther(reverse("dsar:public-code"))
    typed = (request.POST, request.FILES) if request.method == "POST" else (None, None)
    form = AgentForm(*typed, kind=kind, own_email=told["email"])
    answers = of_somebody_else(ANSWERS[kind](typed[0]))
    # Both are looked at, so that all that is wrong is said at once.
    if all([form.is_valid(), answers.is_valid()]):
        limited = _limit(request, told, form.cleaned_data["person_email"])
        if limited is not None:
            return limited
        try:
            return _file(request, told, form, answers)
        except DomainError as refused:
            form.add_error("mandate", str(refused.message))
    return _page(request, told, form, answers)


@login_not_required
@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponseBase:
    """Say that it was sent; the same for every address, and with no reference."""
    if "agent" not in request.session.get(SENT, {}):
        return SeeOther(reverse("dsar:public-agent"))
    return render(request, "dsar/public/agent_sent.html", request.session[SENT])


def _page(
    request: HttpRequest, told: dict[str, Any], form: AgentForm, answers: AnswersForm
) -> HttpResponse:
    kind = Kind(told["kind"])
    context = {
        "kind": kind,
        "title": TITLES[kind],
        "told": told,
        "country": country_name(told["country"]),
        "asks_the_person": NATURES[kind].proof != Proof.NONE,
        "form": form,
        "answers": answers,
        "due_on": clock(timezone.now(), country=told["country"], kind=kind)["due_on"],
    }
    status = 422 if form.is_bound else 200
    return render(request, "dsar/public/agent_details.html", context, status=status)


def _file(
    request: HttpRequest, told: dict[str, Any], form: AgentForm, answers: AnswersForm
) -> HttpResponseBase:
    kind, given = Kind(told["kind"]), form.cleaned_data
    agent = Agent(
        name=told["name"],
        email=told["email"],
        proof=Mandate.Proof(given["proof"]),
        answer_to_agent=given.get("answer_to_agent", False),
        is_claimed=True,
    )
    file_for_somebody(
        kind,
        email=given["person_email"],
        agent=agent,
        language=get_language() or settings.LANGUAGE_CODE,
        shown=given["mandate"],
        country=told["country"],
        **answers.answers(),
    )
    request.session[SENT] = {
        "agent": told["email"],
        "person": given["person_email"],
        "asks_the_person": NATURES[kind].proof != Proof.NONE,
        "is_told": agent.answer_to_agent,
    }
    request.session.pop(ASKING, None)
    return SeeOther(reverse("dsar:public-agent-sent"))


def _limit(request: HttpRequest, told: dict[str, Any], person: str) -> HttpResponse | None:
    """Count what one network, or one who acts, has us write to one address."""
    network = get_adapter(request).get_client_ip(request)
    return limit(request, "send_ask", f"{person} {network}") or limit(
        request, "send_ask", f"{told['email']} acts"
    )
