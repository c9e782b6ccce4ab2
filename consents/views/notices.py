"""The notice of a wider purpose, opened by the link of the mail: no account, no code."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from consents.actions import notices
from consents.models import PurposeVersion
from consents.queries.notices import notice_page
from consents.views.parts import SeeOther, SignedInRequest, language, personal


@login_not_required
@require_http_methods(["GET", "HEAD", "POST"])
def notice(request: HttpRequest, token: str) -> HttpResponse:
    """Show what changes, in full, and refuse with one click.

    A fetch that nobody looks at (HEAD, a prefetch) is not noted as read.
    """
    announcement = notices.behind(token)
    if announcement is None or announcement.is_nobodys:
        raise Http404
    if request.method == "POST":
        notices.refuse_by_link(announcement, language=language())
        return SeeOther(request.path)
    if is_looked_at(request):
        notices.read_by_link(announcement)
    page = notice_page(announcement, now=timezone.now())
    return personal(render(request, "consents/notice.html", {"page": page, "token": token}))


def seen(request: SignedInRequest, versions: list[PurposeVersion]) -> None:
    """Note that the person has these notices before their eyes, on a page of the portal."""
    if is_looked_at(request):
        notices.read_in_portal(request.user, versions)


def is_looked_at(request: HttpRequest) -> bool:
    """Whether a person is going to see the answer, as far as the browser says."""
    purpose = request.headers.get("Sec-Purpose", "") + request.headers.get("Purpose", "")
    return request.method == "GET" and "prefetch" not in purpose
