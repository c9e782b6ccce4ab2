"""Confirming who asks; files of a request; and what was typed and not sent."""

from typing import Any

from allauth.core import ratelimit
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import look
from accounts.models import AccessEvent
from accounts.reauthentication import reauthentication_required, signed_in_recently
from accounts.roles import SignedInRequest, support_required
from consents.views.parts import SeeOther
from dsar import agents, drafts, enclosures, rules, rules_identity
from dsar.actions import confirming, identity, identity_links, proofs
from dsar.file_forms import ProofForm
from dsar.kinds import Proof, nature
from dsar.models import Attachment, Confirmation, SubjectRequest
from dsar.models.requests import Kind
from dsar.views.staff import is_revealed
from dsar.views.subject import own
from portal.lib.errors import DomainError

# Files of these roles are for staff alone: an answer of a source goes out with the copy.
NOT_FOR_THE_PERSON = frozenset({Attachment.Role.PROOF, Attachment.Role.ANSWER})


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def confirm(request: HttpRequest, token: str) -> HttpResponseBase:
    """Show what would be confirmed, with one button; opening the address changes nothing."""
    link = identity_links.by_token(token)
    if link is None:
        return _closed(render(request, "dsar/public/unknown.html", status=404))
    _speak(request, link)
    if request.method != "POST":
        return _closed(_confirm_page(request, link, token))
    if "not-mine" in request.POST:
        confirming.deny(link)
        return _closed(_done(request, link, confirmed=False))
    user = request.user if request.user.is_authenticated else None
    sure = user if user is not None and signed_in_recently(request, user) else None
    try:
        confirming.confirm(link, signed_in=sure)
    except (rules_identity.LinkEnded, rules_identity.LinkSpent):
        return SeeOther(reverse("dsar:confirm", args=[token]))
    except rules_identity.SignInFirst:
        return _sign_in(request, token)
    except rules.AlreadyOpen as already:
        context = {"request_": link.request, "other": already.request}
        return _closed(render(request, "dsar/public/already.html", context, status=409))
    return _closed(_done(request, link, confirmed=True))


@login_not_required
@never_cache
@require_POST
def confirm_again(request: HttpRequest, token: str) -> HttpResponseBase:
    """Send a new link to the person's address when this one has ended."""
    link = identity_links.by_token(token)
    if link is None:
        raise Http404
    _speak(request, link)
    limited: HttpResponse | None = ratelimit.consume_or_429(
        request, action="send_confirmation", key=str(link.request.uid)
    )
    if limited is not None:
        return limited
    confirming.send_again(link)
    messages.success(request, _("A new link is on its way. It ends this one."))
    return SeeOther(reverse("dsar:confirm", args=[token]))


@require_POST
def confirm_own(request: SignedInRequest, reference: str) -> HttpResponse:
    """Confirm one's own request from a signed-in session; an erasure, by who is there now."""
    found = own(request, reference)
    fresh = nature(found).proof == Proof.FRESH
    send = reauthentication_required(_confirm_own) if fresh else _confirm_own
    return send(request, found)


def _confirm_own(request: SignedInRequest, found: SubjectRequest) -> HttpResponse:
    identity.prove_by_session(found, by=request.user)
    messages.success(request, _("Confirmed. We go on with it now."))
    return redirect("dsar:detail", found.reference)


@require_http_methods(["GET", "HEAD", "POST"])
def proof(request: SignedInRequest, reference: str) -> HttpResponse:
    """Answer a doubt: in words, or with documents, which are deleted once looked at."""
    found = own(request, reference)
    form = ProofForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            proofs.answer_doubt(
                found, by=request.user, text=form.cleaned_data["text"], files=form.uploads()
            )
        except DomainError as refused:
            form.add_error(None, str(refused.message))
        else:
            messages.success(request, _("Sent. A person looks at it, and then deletes the files."))
            return redirect("dsar:detail", reference)
    context = {"request_": found, "form": form, "waits": rules_identity.waits_for_proof(found)}
    status = 422 if form.is_bound else 200
    return render(request, "dsar/public/proof.html", context, status=status)


@require_safe
def file(request: SignedInRequest, reference: str, uid: Any) -> HttpResponseBase:
    """Hand out a file of one's own request; what was sent as proof is nobody's to download."""
    found = own(request, reference)
    theirs = found.attachments.exclude(role__in=NOT_FOR_THE_PERSON)
    return enclosures.as_download(get_object_or_404(theirs, uid=uid))


@require_safe
@support_required
def staff_file(request: SignedInRequest, reference: str, uid: Any) -> HttpResponseBase:
    """Hand out a file of a request to support, once they gave a reason to see who it is about.

    The look is a row that the person can read.
    """
    requests = SubjectRequest.objects.select_related("person")
    found = get_object_or_404(requests, reference=reference)
    rules.staff_of_another(found, request.user)
    attachment = get_object_or_404(found.attachments, uid=uid)
    if not is_revealed(found, request.user):
        messages.info(request, _("Files name people: first give a reason to see who it is."))
        return redirect("dsar:staff-detail", reference)
    look(
        found.person,
        by=request.user,
        kind=AccessEvent.Kind.REQUEST_VIEWED,
        reference=found.reference,
    )
    return enclosures.as_download(attachment)


@require_http_methods(["POST", "DELETE"])
def draft(request: SignedInRequest, kind: str) -> HttpResponse:
    """Keep what is being typed (POST), or forget it (DELETE)."""
    if kind not in Kind.values:
        raise Http404
    if request.method == "DELETE":
        drafts.forget(request.user, kind)
        return HttpResponse(status=204)
    drafts.save(request.user, kind, request.POST)
    said = _("Draft kept %(time)s.") % {"time": f"{timezone.localtime():%H:%M}"}
    return HttpResponse(said, content_type="text/plain; charset=utf-8")


def _confirm_page(request: HttpRequest, link: Confirmation, token: str) -> HttpResponse:
    found = link.request
    state = rules_identity.state_of(link)
    context = {
        "request_": found,
        "token": token,
        "state": state,
        "needs_sign_in": rules_identity.needs_sign_in(found),
        "agent": agents.acting(found),
    }
    status = 200 if state == "open" else 410
    return render(request, "dsar/public/confirm.html", context, status=status)


def _done(request: HttpRequest, link: Confirmation, *, confirmed: bool) -> HttpResponse:
    found = SubjectRequest.objects.get(pk=link.request_id)
    context = {"request_": found, "confirmed": confirmed}
    return render(request, "dsar/public/confirmed.html", context)


def _sign_in(request: HttpRequest, token: str) -> HttpResponseBase:
    """Lead to the sign-in, or to the proof that it is still the same person, and back."""
    back = reverse("dsar:confirm", args=[token])
    messages.info(request, _("Your account asks for more than a link before it is erased."))
    page = "account_reauthenticate" if request.user.is_authenticated else "account_login"
    return SeeOther(f"{reverse(page)}?next={back}")


def _speak(request: HttpRequest, link: Confirmation) -> None:
    """Speak the language of the request, unless who reads is signed in."""
    if not request.user.is_authenticated:
        translation.activate(link.request.language)
        request.LANGUAGE_CODE = link.request.language


def _closed(response: HttpResponseBase) -> HttpResponseBase:
    """Forbid search engines to show it; caches do not keep it in any case."""
    response.headers["X-Robots-Tag"] = "noindex, nofollow"
    return response
