"""The first page of a customer."""

from typing import Any

from django.http import HttpResponse
from django.utils import timezone
from django.views.decorators.vary import vary_on_headers

from consents.queries.canaries import watch
from consents.queries.home import home_page
from consents.queries.privacy_signal import privacy_signal
from consents.views import notices
from consents.views.parts import SignedInRequest, just_saved, page


@vary_on_headers("Sec-GPC")
def home(request: SignedInRequest, **more: Any) -> HttpResponse:
    """Say how AI training stands, and show what is new.

    ``more`` is what the composing layer (``portal.views``) adds of requests about data, which this
    app may not know: ``requests``, shown by ``templates/dsar/home_requests.html``.
    """
    now = timezone.now()
    home = home_page(request.user, now=now, saved=just_saved(request))
    notices.seen(request, [banner.notice.version for banner in home.banners])
    context: dict[str, Any] = {"home": home, "signal": privacy_signal(request, home.others)}
    context |= {"watch": watch(now), **more}
    return page(request, "consents/home.html", context)
