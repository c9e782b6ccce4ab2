"""How far a choice has come, for a page that is open and asks every two seconds."""

import re
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_safe

from consents import receipts
from consents.models import ChoiceEvent
from consents.queries.applied import progress
from consents.views.parts import SignedInRequest, personal

KEY = re.compile(r"[a-z0-9][a-z0-9-]{0,120}")
STOP = 286  # htmx's own: take this, and ask no more
NOTHING_NEW = 204


# Not behind the sign-in itself: the page of it would be put in the place of the sentence.
@login_not_required
@require_safe
def applied(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Answer with the sentence and the list, 204 while they are as they were seen.

    286 says that nothing will change any more, or that it takes longer than anybody watches.
    """
    if not request.user.is_authenticated:
        return personal(HttpResponse(status=STOP, headers={"HX-Reswap": "none"}))
    held = get_object_or_404(receipts.visible_to(request.user).distinct(), event__uid=uid)
    return answer_about(request, held.event)


def answer_about(request: HttpRequest, event: ChoiceEvent) -> HttpResponse:
    """Answer about a choice that was fetched for whoever asks.

    Raises:
        BadRequest: ``?key=`` names no place on a page.
    """
    key = request.GET.get("key", "act-applied")
    if not KEY.fullmatch(key):
        raise BadRequest("no place on the page")
    found = progress(event)
    if found is not None and found.is_live and request.GET.get("seen") == found.seen:
        return personal(HttpResponse(status=NOTHING_NEW))
    status = 200 if found is not None and found.is_live else STOP
    context = {"progress": found, "key": key}
    return personal(render(request, "consents/parts/applied_again.html", context, status=status))
