"""The public form: anybody asks about their data without an account.

What, whose and where; then a code to the address; then what belongs to the kind. At every step the
answer is the same whether or not the address is known here: what there is shows once a code has
proven it, in the account that it leads to.
"""

import secrets
from collections.abc import Callable
from datetime import date
from typing import Any

from allauth.account.adapter import get_adapter
from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import address_for
from accounts.places import countries, country_name
from accounts.proven import person_for_claimed_address, person_for_proven_address
from consents.actions.links import Entered
from consents.views.parts import SeeOther
from consents.views.signer import SAID
from dsar import actions, rules, rules_identity
from dsar.actions import ask_codes, objections
from dsar.actions.requests import clock, needs_code
from dsar.intake_forms import ANSWERS, KINDS, AnswersForm, AskCodeForm, WhoForm
from dsar.models import SubjectRequest
from dsar.models.requests import Channel, Kind
from dsar.sources.base import registered
from portal.lib.errors import DomainError

ASKING, SENT = "asking", "asked"
# A browser that is left alone forgets what was typed into it (seconds).
LASTS = 60 * 60
# Where the code leads: whoever gave a name asks for somebody else.
NEXT = {False: "dsar:public-details", True: "dsar:public-agent-details"}
View = Callable[..., HttpResponseBase]


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def ask(request: HttpRequest) -> HttpResponseBase:
    """First step: what, whose, where. Who is signed in needs none of it."""
    if request.user.is_authenticated:
        return redirect("dsar:choose")
    form = WhoForm(request.POST or None, initial={"country": country_of(request)})
    if request.method != "POST" or not form.is_valid():
        status = 422 if form.is_bound else 200
        return render(request, "dsar/public/ask.html", {"form": form}, status=status)
    told = form.cleaned_data
    # Of one browser one secret: what it asks for is counted together.
    browser = request.session.get(ASKING, {}).get("browser") or secrets.token_urlsafe()
    code = needs_code(Kind(told["kind"]))
    limited = limit(request, "ask_for_code", browser) if code else None
    if limited is not None:
        return limited
    request.session[ASKING] = told | {"browser": browser, "proven_at": 0}
    request.session.set_expiry(LASTS)
    if not code:
        return SeeOther(reverse("dsar:public-details"))
    send_code(request)
    return SeeOther(reverse("dsar:public-code"))


def asking(view: View) -> View:
    """Let a view receive what the first step was told, or lead to it."""

    @login_not_required
    @never_cache
    def guarded(request: HttpRequest) -> HttpResponseBase:
        told = request.session.get(ASKING)
        if told is None:
            messages.info(request, _("Please begin here. What was typed before is not kept long."))
            return SeeOther(reverse("dsar:public"))
        return view(request, told)

    return guarded


@require_http_methods(["GET", "HEAD", "POST"])
@asking
def code(request: HttpRequest, told: dict[str, Any]) -> HttpResponseBase:
    """Second step: the code from the mail."""
    if request.method != "POST":
        return _code_page(request, told, AskCodeForm())
    # Counted for this browser, whose code it is: a stranger's tries shut nobody else out.
    limited = limit(request, "try_ask_code", told["browser"])
    if limited is not None:
        return limited
    form = AskCodeForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data["code"]
        entered = ask_codes.enter(told["email"], typed, browser=told["browser"])
        if entered is Entered.RIGHT:
            request.session.cycle_key()
            request.session[ASKING] = told | {"proven_at": timezone.now().timestamp()}
            return SeeOther(reverse(NEXT["name" in told]))
        form.add_error("code", str(SAID[entered]))
    return _code_page(request, told, form, status=422)


@require_POST
@asking
def again(request: HttpRequest, told: dict[str, Any]) -> HttpResponseBase:
    """Send a new code."""
    limited = limit(request, "ask_for_code", told["browser"])
    if limited is not None:
        return limited
    send_code(request)
    return SeeOther(reverse("dsar:public-code"))


@require_http_methods(["GET", "HEAD", "POST"])
@asking
def details(request: HttpRequest, told: dict[str, Any]) -> HttpResponseBase:
    """Third step: what will happen, and what belongs to the kind; sending it."""
    kind = Kind(told["kind"])
    if "name" in told:  # they ask for somebody else: another form
        return SeeOther(reverse(NEXT[True]))
    if needs_code(kind) and not is_proven(told, kind):
        messages.info(request, _("Enter the code from the newest mail first."))
        return SeeOther(reverse("dsar:public-code"))
    form = ANSWERS[kind](request.POST if request.method == "POST" else None)
    if form.is_valid():
        limited = None if needs_code(kind) else _limit_objections(request, told["email"])
        return limited or _file(request, told, form)
    context = {
        "kind": kind,
        "title": KINDS[kind][0],
        "email": told["email"],
        "country": country_name(told["country"]),
        "form": form,
        "due_on": clock(timezone.now(), country=told["country"], kind=kind)["due_on"],
        "sources": [(one.label, one.describe()) for one in registered().values()],
    }
    status = 422 if form.is_bound else 200
    return render(request, "dsar/public/details.html", context, status=status)


@login_not_required
@never_cache
@require_safe
def sent(request: HttpRequest) -> HttpResponseBase:
    """Say that it was sent. What it leads to is told to the address alone."""
    # Who asked for somebody else has a page of their own, with nothing of what is said here.
    if "kind" not in request.session.get(SENT, {}):
        return SeeOther(reverse("dsar:public"))
    said = dict(request.session[SENT])
    if said["due_on"]:
        said["due_on"] = date.fromisoformat(said["due_on"])
    return render(request, "dsar/public/sent.html", said)


def _file(request: HttpRequest, told: dict[str, Any], form: AnswersForm) -> HttpResponseBase:
    """Open it; sent twice it is still one request."""
    kind, language = Kind(told["kind"]), get_language() or settings.LANGUAGE_CODE
    given = form.answers() | {"country": told["country"], "channel": Channel.FORM}
    filed: SubjectRequest | None
    if not needs_code(kind):
        _objected(told["email"], language, given)
        filed = None
    else:
        person = person_for_proven_address(address_for(told["email"]), language=language)
        if kind == Kind.ERASURE and rules_identity.asks_for_more_than_a_link(person):
            messages.info(request, _("Your account asks for more than a code. Sign in to go on."))
            del request.session[ASKING]
            return SeeOther(reverse("dsar:ask", args=[kind]))
        try:
            filed = actions.open_request(kind, person=person, by=person, language=language, **given)
        except rules.AlreadyOpen as already:
            filed = already.request
    request.session[SENT] = _said(kind, told["email"], filed)
    request.session.pop(ASKING, None)
    return SeeOther(reverse("dsar:public-sent"))


def _objected(email: str, language: str, given: dict[str, Any]) -> None:
    """Obey an objection for an address, whoever sent it; its owner is told by mail.

    Nobody learns from the page what became of it: it reads the same for every address. What was
    objected to a moment ago is not objected to, and told, again.
    """
    person = person_for_claimed_address(email, language=language)
    if objections.stands_lately(person, given["details"]):
        return
    try:
        actions.open_request(Kind.OBJECTION, person=person, by=None, language=language, **given)
    except DomainError:
        # Being erased, or erased: there is nothing left that could be used.
        return


def _said(kind: Kind, email: str, filed: SubjectRequest | None) -> dict[str, Any]:
    return {
        "kind": kind.value,
        "email": email,
        "reference": filed.reference if filed else "",
        "due_on": filed.due_on.isoformat() if filed else "",
    }


def _code_page(
    request: HttpRequest, told: dict[str, Any], form: AskCodeForm, *, status: int = 200
) -> HttpResponse:
    context = {
        "form": form,
        "email": told["email"],
        "title": KINDS[Kind(told["kind"])][0],
        "again": "dsar:public-agent" if "name" in told else "dsar:public",
        "sent": told.get("sent", True),
    }
    return render(request, "dsar/public/code.html", context, status=status)


def is_proven(told: dict[str, Any], kind: Kind) -> bool:
    """Whether the code was entered; lately, for what cannot be undone."""
    age = timezone.now().timestamp() - float(told["proven_at"])
    most = settings.ACCOUNT_REAUTHENTICATION_TIMEOUT if kind == Kind.ERASURE else LASTS
    return age <= most


def send_code(request: HttpRequest) -> None:
    """Mail a code; where what an address gets was used up, now and then one more.

    Who used it up may be a stranger. Its owner has their mails, and a long code in each: the page
    says so.
    """
    told = request.session[ASKING]
    paces = ("send_ask_code", "send_ask_code_slowly")
    leaves = any(ratelimit.consume(request, action=pace, key=told["email"]) for pace in paces)
    request.session[ASKING] = told | {"sent": leaves}
    if leaves:
        language = get_language() or settings.LANGUAGE_CODE
        ask_codes.send(told["email"], browser=told["browser"], language=language)


def country_of(request: HttpRequest) -> str:
    """Propose a country: the one of the browser's first language, else the controller's."""
    first = request.headers.get("Accept-Language", "").partition(",")[0].partition(";")[0].strip()
    region = first.partition("-")[2].upper()
    known = {code for code, _name in countries()} - {""}
    return region if region in known else str(settings.CONTROLLER["country"])


def _limit_objections(request: HttpRequest, email: str) -> HttpResponse | None:
    """Count those about one address from one network: others hold up nobody's."""
    network = get_adapter(request).get_client_ip(request)
    return limit(request, "send_ask", f"{email} {network}")


def limit(request: HttpRequest, action: str, key: str) -> HttpResponse | None:
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action=action, key=key)
    return limited
