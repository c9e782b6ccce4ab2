"""Handing over the copy, and showing the certificate to whoever holds its link."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import override
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from accounts.reauthentication import reauthentication_required
from accounts.roles import SignedInRequest
from dsar import certificates, packages
from dsar.actions import downloads
from dsar.models import Certificate, Package
from dsar.views.subject import own
from portal.lib import reservations


@require_POST
def download(request: SignedInRequest, reference: str) -> HttpResponse:
    """Make a link that works once, and go there, once the person has proven who they are."""
    package = getattr(own(request, reference), "package", None)
    if package is None:
        raise Http404
    return _link(request, package)


@reauthentication_required
def _link(request: SignedInRequest, package: Package) -> HttpResponse:
    return redirect("dsar:copy", downloads.new_link(package, by=request.user))


@require_safe
@never_cache
def copy(request: SignedInRequest, token: str) -> StreamingHttpResponse:
    """Stream the copy, opened chunk by chunk. The link is spent when the first byte is sent."""
    package = downloads.redeem(token, by=request.user)
    name = f"{package.request.reference}-{timezone.localdate(package.made_at)}.zip"
    response = StreamingHttpResponse(packages.open_stream(package), content_type="application/zip")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Content-Length"] = str(package.size)
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
