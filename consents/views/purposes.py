"""What documents are used for, and the person's choice beside each."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.views.decorators.http import require_safe
from django.views.decorators.vary import vary_on_headers

from consents.models import Purpose
from consents.queries import catalogue
from consents.queries.changes import public_changes
from consents.queries.exceptions import exceptions as exceptions_page
from consents.queries.notices import banners
from consents.queries.privacy_signal import privacy_signal
from consents.queries.purposes import purpose_page
from consents.views import notices
from consents.views.parts import SignedInRequest, just_saved, page


@require_safe
@vary_on_headers("Sec-GPC")
def purposes(request: SignedInRequest) -> HttpResponse:
    """List every purpose by what can be done about it, each with its own control."""
    now = timezone.now()
    of = catalogue.catalogue(now)
    choices = catalogue.choices(request.user, of, saved=just_saved(request))
    asking = banners(choices, now=now)
    notices.seen(request, [banner.notice.version for banner in asking])
    context = {
        "banners": asking,
        "groups": catalogue.grouped(choices),
        "signal": privacy_signal(request, choices),
    }
    return page(request, "consents/purposes.html", context)


@login_not_required
@require_safe
def changes(request: HttpRequest) -> HttpResponse:
    """Show everybody, signed in or not, what is going to change and what has changed."""
    context = {"changes": public_changes(timezone.now())}
    return render(request, "consents/changes.html", context)


@require_safe
def purpose(request: SignedInRequest, slug: str) -> HttpResponse:
    """Show one purpose with all its wordings and what changed from one to the next."""
    asked, now = get_object_or_404(Purpose, slug=slug), timezone.now()
    of = catalogue.catalogue(now)
    found = purpose_page(request.user, of, asked, now=now, saved=just_saved(request))
    notices.seen(request, [one.version for one in found.wordings if one.version.widens])
    return page(request, "consents/purpose.html", {"page": found})


@require_safe
def exceptions(request: SignedInRequest, slug: str) -> HttpResponse:
    """List what the person chose for single documents and organisations, each with a way back."""
    asked = get_object_or_404(Purpose, slug=slug)
    version = catalogue.catalogue(timezone.now()).versions.get(asked.pk)
    found = exceptions_page(
        request.user, asked, version, saved=just_saved(request),
        older=request.GET.get("older", ""), newer=request.GET.get("newer", ""),
    )  # fmt: skip
    context = {
        "page": found,
        "title": version.text().title if version else asked.slug,
        "older": f"?older={found.older}" if found.older else "",
        "newer": f"?newer={found.newer}" if found.newer else "",
    }
    return page(request, "consents/exceptions.html", context)
