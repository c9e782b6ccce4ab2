"""For a signer without an account: the link from the service's mail, and the code."""

from collections.abc import Callable
from functools import wraps
from typing import Any
from uuid import UUID

from allauth.core import ratelimit
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.proven import person_for_proven_address
from consents import links
from consents.actions import links as actions
from consents.actions.links import Entered
from consents.links import token_of
from consents.models import DocumentLink, Purpose, Receipt
from consents.queries import signer as queries
from consents.queries.catalogue import catalogue
from consents.queries.uses import timeline
from consents.reservations import with_signals
from consents.signer_forms import EVERYTHING, CodeForm, RefuseForm
from consents.views import receipts, signer_session
from consents.views.applied import answer_about
from consents.views.documents import file_answer, month
from consents.views.parts import SeeOther, language

View = Callable[..., HttpResponseBase]

# What is said of a code that did not open the page. Nothing is lost by any of them.
SAID = {
    Entered.WRONG: gettext_lazy(
        "This is not the code. Look at the newest mail: each new code ends the one before."
    ),
    Entered.USED: gettext_lazy("This code was used already. Each works once: ask for a new one."),
    Entered.EXPIRED: gettext_lazy("This code has ended. Ask for a new one: it takes a moment."),
    Entered.EXHAUSTED: gettext_lazy("Too many attempts with this code. Ask for a new one."),
    Entered.NONE_SENT: gettext_lazy("No code is open for this page. Ask for one first."),
}


def by_link(*methods: str, opened: bool = False) -> Callable[[View], View]:
    """Let a view receive the link of the token in its URL, or answer why there is none.

    Every answer is kept by no cache and found by no search engine. ``opened``: the code was entered
    in this browser, and lately; else the page asks for it.
    """

    def decorate(view: View) -> View:
        @login_not_required
        @wraps(view)
        def answer(request: HttpRequest, token: str, **parts: Any) -> HttpResponseBase:
            link = links.link_of(token)
            if link is None:
                return _closed_to_all(render(request, "consents/signer/unknown.html", status=404))
            _speak(request, link)
            now = timezone.now()
            ended = links.why_ended(link, now)
            if ended is not None:
                context = {"ended": ended, "why": ended.label}
                page = render(request, "consents/signer/ended.html", context, status=410)
                return _closed_to_all(page)
            if request.method not in methods:
                # A form's address that was reloaded, or opened by a mail scanner, does nothing.
                is_read = request.method in ("GET", "HEAD")
                there = redirect("consents:signer", token)
                return _closed_to_all(there if is_read else HttpResponseNotAllowed(methods))
            if opened and not signer_session.is_open(request, link, now=now):
                messages.info(request, _("The page has closed. Ask for a new code to open it."))
                return _closed_to_all(SeeOther(reverse("consents:signer", args=[token])))
            return _closed_to_all(view(request, link, **parts))

        return answer

    return decorate


@by_link("GET", "HEAD")
def signer(request: HttpRequest, link: DocumentLink) -> HttpResponseBase:
    """Show what the link is and the refusal; once the code was entered, the document's page."""
    if request.user.is_authenticated and request.user.pk == link.address.person_id:
        return redirect("consents:document", link.document.uid)
    if signer_session.is_open(request, link, now=timezone.now()):
        return _opened_page(request, link)
    return _door_page(request, link, CodeForm())


@by_link("POST")
def refuse(request: HttpRequest, link: DocumentLink) -> HttpResponseBase:
    """Refuse: no code, no reason, no account."""
    form = RefuseForm(request.POST)
    if not form.is_valid():
        raise BadRequest("not a refusal")
    purpose = get_object_or_404(Purpose, slug=form.cleaned_data["purpose"])
    everything = form.cleaned_data["scope"] == EVERYTHING
    refusal = actions.refuse_by_link(purpose, link, everything=everything, language=language())
    signer_session.remember_refusal(
        request, link, purpose.slug, refusal.event.uid if refusal.is_new else None,
        everything=everything,
    )  # fmt: skip
    return SeeOther(_path(link) + "#refused")


@by_link("POST")
def send_code(request: HttpRequest, link: DocumentLink) -> HttpResponseBase:
    """Send a code to the link's address, and to no other."""
    limited = _limit(request, link, "send_link_code")
    if limited is not None:
        return limited
    actions.send_code(link, language=language())
    signer_session.remember_sent(request, link, now=timezone.now())
    return SeeOther(_path(link) + "#code")


@by_link("POST")
def open_(request: HttpRequest, link: DocumentLink) -> HttpResponseBase:
    """Open the page with the code."""
    limited = _limit(request, link, "open_link")
    if limited is not None:
        return limited
    form = CodeForm(request.POST)
    if form.is_valid():
        entered = actions.enter_code(link, form.cleaned_data["code"])
        if entered is Entered.RIGHT:
            signer_session.open_link(request, link, now=timezone.now())
            return SeeOther(_path(link))
        form.add_error("code", str(SAID[entered]))
    return _door_page(request, link, form, status=422)


@by_link("POST")
def close(request: HttpRequest, link: DocumentLink) -> HttpResponseBase:
    """Close the page in this browser, for whoever uses it next."""
    signer_session.close(request, link)
    messages.success(request, _("Closed %(time)s.") % {"time": f"{timezone.localtime():%H:%M:%S}"})
    response = SeeOther(_path(link))
    response["Clear-Site-Data"] = '"cache"'
    return response


@by_link("POST", opened=True)
def account(request: HttpRequest, link: DocumentLink) -> HttpResponseBase:
    """Make an account for the address that the code has proven, and lead to its sign-in."""
    person_for_proven_address(link.address, language=language())
    messages.info(
        request, _("The account is there. Enter your address, and sign in with a new code.")
    )
    return SeeOther(reverse("account_request_login_code"))


@by_link("GET", "HEAD", opened=True)
def file(request: HttpRequest, link: DocumentLink) -> HttpResponseBase:
    """Hand out the original to the party, where no account keeps it behind a second factor."""
    if not may_have_file(link):
        raise Http404
    return file_answer(link.document, view="view" in request.GET)


@by_link("GET", "HEAD")
def receipt(request: HttpRequest, link: DocumentLink, uid: UUID, form: str) -> HttpResponseBase:
    """Hand out a receipt: of what this browser did by the link; with the code, of one's own."""
    held = _held(request, link, uid)
    return receipts.pdf_file(held) if form == "pdf" else receipts.json_file(held)


@by_link("GET", "HEAD")
def applied(request: HttpRequest, link: DocumentLink, uid: UUID) -> HttpResponseBase:
    """Say how far such a choice has come, for the page that asks every two seconds."""
    return answer_about(request, _held(request, link, uid).event)


def _held(request: HttpRequest, link: DocumentLink, uid: UUID) -> Receipt:
    acts = [one["act"] for one in signer_session.refusals(request, link)]
    mine = Receipt.objects.select_related("event__version", "event__document", "event__within")
    held = mine.filter(event__uid=uid).first() if str(uid) in acts else None
    if held is None and signer_session.is_open(request, link, now=timezone.now()):
        held = queries.own_receipts(link).filter(event__uid=uid).first()
    if held is None:
        raise Http404
    return held


def may_have_file(link: DocumentLink) -> bool:
    """Whether there is a file, and a code by mail is enough for it."""
    return bool(link.document.file) and not asks_for_more(link)


def asks_for_more(link: DocumentLink) -> bool:
    """Whether the account of the address asks for more than a code by mail at its sign-in."""
    person = link.address.person
    if person is None:
        return False
    return person.is_staff or Authenticator.objects.filter(user=person).exists()


def _door_page(
    request: HttpRequest, link: DocumentLink, form: CodeForm, *, status: int = 200
) -> HttpResponse:
    now = timezone.now()
    door = queries.door(catalogue(now), link.document, now=now)
    context = _common(request, link) | {
        "door": door,
        "refused": _refused_here(request, link, door.purpose),
        "form": form,
        "sent": signer_session.sent_at(request, link) is not None or form.is_bound,
    }
    return render(request, "consents/signer/door.html", context, status=status)


def _opened_page(request: HttpRequest, link: DocumentLink) -> HttpResponseBase:
    before = month(request.GET.get("before", ""))
    context = _common(request, link) | {
        "page": queries.signer_page(link, catalogue(timezone.now())),
        "timeline": timeline(link.document, before=before),
        "receipts": queries.own_receipts(link)[:20],
        "has_file": may_have_file(link),
        "has_account": link.address.person_id is not None,
    }
    return with_signals(render(request, "consents/signer/opened.html", context), link.document)


def _common(request: HttpRequest, link: DocumentLink) -> dict[str, Any]:
    return {
        "link": link,
        "token": token_of(link),
        "masked": links.masked(link.address.email or ""),
        "done": queries.done_here(link, signer_session.refusals(request, link)),
    }


def _refused_here(
    request: HttpRequest, link: DocumentLink, purpose: Purpose | None
) -> dict[str, bool]:
    """Return for which scopes this browser has refused the purpose: it is not offered again."""
    mine = [
        one["everything"]
        for one in signer_session.refusals(request, link)
        if purpose is not None and one["purpose"] == purpose.slug
    ]
    return {"document": False in mine, "everything": True in mine}


def _path(link: DocumentLink) -> str:
    return reverse("consents:signer", args=[token_of(link)])


def _limit(request: HttpRequest, link: DocumentLink, action: str) -> HttpResponse | None:
    limited: HttpResponse | None = ratelimit.consume_or_429(
        request, action=action, key=link.uid.hex
    )
    return limited


def _speak(request: HttpRequest, link: DocumentLink) -> None:
    """Speak the language in which the service writes to the signer, unless another was chosen."""
    chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES or request.user.is_authenticated
    if link.language and not chosen:
        translation.activate(link.language)
        request.LANGUAGE_CODE = link.language


def _closed_to_all(response: HttpResponseBase) -> HttpResponseBase:
    """Forbid caches to keep the answer, and search engines to show it."""
    patch_cache_control(response, private=True, no_store=True)
    response.headers.setdefault("X-Robots-Tag", "noindex, nofollow")
    return response
