"""Handing over the copy, and showing the certificate to whoever holds its link."""

from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.handing_over import to_the_file
from accounts.reauthentication import reauthentication_required
from accounts.roles import SignedInRequest
from dsar import certificates, packages
from dsar.actions import downloads
from dsar.models import Certificate, Package
from dsar.views.subject import own
from portal.lib import reservations
from portal.lib.errors import DomainError


@require_POST
def download(request: SignedInRequest, reference: str) -> HttpResponse:
    """Make a link that works once, and go there, once the person has proven who they are."""
    package = getattr(own(request, reference), "package", None)
    if package is None:
        raise Http404
    return _link(request, package)


@reauthentication_required
def _link(request: SignedInRequest, package: Package) -> HttpResponse:
    link = reverse("dsar:copy", args=[downloads.new_link(package, by=request.user)])
    back = reverse("dsar:detail", args=[package.request.reference])
    return to_the_file(request, link, back, first="index.html")


@require_safe
@never_cache
def copy(request: SignedInRequest, token: str) -> HttpResponseBase:
    """Stream the copy, opened chunk by chunk. The link is spent when the first byte is sent.

    Only a person's click spends it: a HEAD is told what a GET would bring, a browser or a mail
    program that looks ahead is told nothing. A part of the file (Range) is not to be had, so that
    an interrupted download begins anew with a new link.
    """
    if _looks_ahead(request):
        return HttpResponse(status=204)
    if request.method == "HEAD":
        waiting = downloads.peek(token, by=request.user)
        if waiting is None:
            raise Http404
        return as_file(waiting, HttpResponse(content_type="application/zip"))
    try:
        package = downloads.redeem(token, by=request.user)
    except (downloads.LinkSpent, downloads.CopyGone) as refusal:
        return _back_to_the_request(request, refusal)
    stream = packages.open_stream(package)
    return as_file(package, StreamingHttpResponse(stream, content_type="application/zip"))


def _looks_ahead(request: HttpRequest) -> bool:
    """Whether nobody has clicked yet (Sec-Purpose; older browsers say Purpose or X-Moz)."""
    said = [request.headers.get(name, "") for name in ("Sec-Purpose", "Purpose", "X-Moz")]
    return any("prefetch" in one.lower() for one in said)


def _back_to_the_request(request: SignedInRequest, refusal: DomainError) -> HttpResponseBase:
    """Lead back to where a new link is made: two tabs, a link of yesterday, a second click."""
    mine = request.user.subject_requests.filter(package__destroyed_at=None, package__isnull=False)
    newest = mine.order_by("-pk").first()
    if newest is None:
        raise refusal
    messages.error(request, str(refusal.message))
    return redirect("dsar:detail", newest.reference)


def as_file(package: Package, response: HttpResponseBase) -> HttpResponseBase:
    """Return the answer with the headers of a file to be saved."""
    name = f"{package.request.reference}-{timezone.localdate(package.made_at)}.zip"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Length"] = str(package.size)
    response["Accept-Ranges"] = "none"
    # A copy holds more than documents, and nobody allowed anything with the rest.
    for header, value in reservations.headers(reserved=True).items():
        response[header] = value
    return response


@require_safe
@login_not_required
@never_cache
def certificate(request: HttpRequest, token: str) -> HttpResponse:
    """Show a certificate of erasure: the account is gone, so its link is the key."""
    found = _by_token(token)
    with override(found.request.language):
        context = certificates.context(found) | {"token": token}
        return render(request, "dsar/certificate.html", context)


@require_safe
@login_not_required
@never_cache
def certificate_pdf(request: HttpRequest, token: str) -> HttpResponse:
    """Hand the certificate out as an archival, accessible PDF."""
    found = _by_token(token)
    response = HttpResponse(certificates.as_pdf(found), content_type="application/pdf")
    name = f"{found.request.reference}-certificate.pdf"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


def _by_token(token: str) -> Certificate:
    found = certificates.by_token(token)
    if found is None:
        raise Http404
    return found
