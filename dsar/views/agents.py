"""For who acts for somebody: the link from our mail, the code, where it stands, and the copy."""

import secrets
from collections.abc import Callable
from datetime import timedelta
from functools import wraps

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import (
    HttpRequest,
    HttpResponse,
    HttpResponseBase,
    HttpResponseNotAllowed,
    StreamingHttpResponse,
)
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.roles import SignedInRequest
from consents.actions.links import Entered
from consents.links import masked
from consents.signer_forms import CodeForm
from consents.views.parts import SeeOther
from consents.views.signer import SAID, _closed_to_all
from dsar import agents, laws, packages
from dsar.actions import agents as acts
from dsar.models import Mandate
from dsar.views.downloads import as_file
from dsar.views.subject import own
from portal.lib.errors import DomainError

View = Callable[[HttpRequest, Mandate], HttpResponseBase]
Answer = Callable[..., HttpResponseBase]
# As long as a link to a copy: who comes back later enters a new code.
LASTS = timedelta(minutes=15)
OPENED, BROWSER = "opened_mandates", "agent_browser"


def by_link(*methods: str, opened: bool = False) -> Callable[[View], Answer]:
    """Let a view receive the mandate of the link, or say that it opens nothing.

    No cache keeps the answer, no search engine finds it. ``opened``: the code was entered in this
    browser within the last quarter of an hour.
    """

    def decorate(view: View) -> Answer:
        @login_not_required
        @wraps(view)
        def answer(request: HttpRequest, reference: str, token: str) -> HttpResponseBase:
            mandate = agents.by_token(reference, token)
            if mandate is None:
                return _closed_to_all(render(request, "dsar/agent/unknown.html", status=404))
            _speak(request, mandate.request.language)
            there = agents.page_of(mandate)
            if request.method not in methods:
                is_read = request.method in ("GET", "HEAD")
                refused = HttpResponseNotAllowed(methods)
                return _closed_to_all(redirect(there) if is_read else refused)
            if opened and not _is_open(request, mandate):
                messages.info(request, _("The page has closed. Ask for a new code to open it."))
                return _closed_to_all(SeeOther(there))
            return _closed_to_all(view(request, mandate))

        return answer

    return decorate


@by_link("GET", "HEAD")
def page(request: HttpRequest, mandate: Mandate) -> HttpResponseBase:
    """Say what the link is; once the code was entered, where the request stands and the answer."""
    if not _is_open(request, mandate):
        return _door_page(request, mandate, CodeForm())
    found = mandate.request
    package = getattr(found, "package", None)
    ready = package is not None and package.is_ready(timezone.now())
    context = _common(mandate) | {
        "may_read": agents.may_read(found),
        "remedies": laws.remedies(found),
        "package": package if ready else None,
    }
    return render(request, "dsar/agent/page.html", context)


@by_link("POST")
def send_code(request: HttpRequest, mandate: Mandate) -> HttpResponseBase:
    """Send a code to who acts for the person, and to nobody else."""
    limited = _limit(request, mandate, "send_link_code")
    if limited is not None:
        return limited
    acts.send_code(mandate, browser=_browser(request))
    return SeeOther(agents.page_of(mandate) + "?sent=1#code")


@by_link("POST")
def open_(request: HttpRequest, mandate: Mandate) -> HttpResponseBase:
    """Open the page with the code."""
    limited = _limit(request, mandate, "open_link")
    if limited is not None:
        return limited
    form = CodeForm(request.POST)
    if form.is_valid():
        typed = form.cleaned_data["code"]
        entered = acts.enter_code(mandate, typed, browser=_browser(request))
        if entered is Entered.RIGHT:
            request.session.cycle_key()
            opened = request.session.setdefault(OPENED, {})
            opened[str(mandate.pk)] = timezone.now().timestamp()
            request.session.modified = True
            return SeeOther(agents.page_of(mandate))
        form.add_error("code", str(SAID[entered]))
    return _door_page(request, mandate, form, status=422)


@by_link("POST", opened=True)
def download(request: HttpRequest, mandate: Mandate) -> HttpResponseBase:
    """Stream the copy."""
    try:
        package = acts.hand_over(mandate)
    except DomainError as refusal:
        messages.error(request, str(refusal.message))
        return SeeOther(agents.page_of(mandate))
    stream = packages.open_stream(package)
    return as_file(package, StreamingHttpResponse(stream, content_type="application/zip"))


@require_POST
def end(request: SignedInRequest, reference: str) -> HttpResponseBase:
    """The person wants nobody else to be written to."""
    found = own(request, reference)
    acts.end(found, by=request.user)
    said = _("Ended %(time)s. From now on we write to you alone.")
    messages.success(request, said % {"time": f"{timezone.localtime():%H:%M:%S}"})
    return SeeOther(reverse("dsar:detail", args=[reference]))


def _door_page(
    request: HttpRequest, mandate: Mandate, form: CodeForm, *, status: int = 200
) -> HttpResponse:
    sent = form.is_bound or "sent" in request.GET
    context = _common(mandate) | {"form": form, "sent": sent}
    return render(request, "dsar/agent/door.html", context, status=status)


def _common(mandate: Mandate) -> dict[str, object]:
    return {
        "request_": mandate.request,
        "token": agents.token_of(mandate),
        "email": masked(mandate.agent_email),
    }


def _is_open(request: HttpRequest, mandate: Mandate) -> bool:
    since = request.session.get(OPENED, {}).get(str(mandate.pk))
    return since is not None and timezone.now().timestamp() - since <= LASTS.total_seconds()


def _browser(request: HttpRequest) -> str:
    """Return the secret of this browser: a code asked for elsewhere opens nothing here."""
    browser: str = request.session.setdefault(BROWSER, secrets.token_urlsafe())
    return browser


def _speak(request: HttpRequest, language: str) -> None:
    """Speak the language of the request, unless another was chosen on a page."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(language)
        request.LANGUAGE_CODE = language


def _limit(request: HttpRequest, mandate: Mandate, action: str) -> HttpResponse | None:
    limited: HttpResponse | None = ratelimit.consume_or_429(
        request, action=action, key=f"mandate:{mandate.pk}"
    )
    return limited
