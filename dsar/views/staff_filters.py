"""Saved ways to look at the queue, and whether single keys work."""

from django.contrib import messages
from django.db import IntegrityError, transaction
from django.http import HttpResponse, QueryDict
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.roles import SignedInRequest, support_required
from dsar.models import SavedFilter
from dsar.queries import Filters
from dsar.staff_forms import SaveFilterForm
from dsar.views.staff_queue import KEYS_COOKIE

MOST = 30  # of one person: a list that is read at a glance


@require_POST
@support_required
def save(request: SignedInRequest) -> HttpResponse:
    """Keep the filters of the address under a name. What was looked for in words is not kept."""
    filters = Filters.read(QueryDict(request.POST.get("query", "")[:2000]))
    query = filters.query()
    query.pop("q", None)
    form, back = SaveFilterForm(request.POST), f"{reverse('dsar:queue')}?{urlencode(query)}"
    if not form.is_valid():
        messages.error(request, _("The filter needs a name of at most 60 letters."))
    elif request.user.saved_filters.count() >= MOST:
        messages.error(request, _("You have saved many filters: delete one first."))
    else:
        _save(request, form.cleaned_data["name"], query, shared=form.cleaned_data["shared"])
    return redirect(back)


def _save(request: SignedInRequest, name: str, query: dict[str, str], *, shared: bool) -> None:
    """Keep it; only the DPO shares with everybody. The same name is saved anew."""
    shared = shared and request.user.is_dpo
    try:
        with transaction.atomic():
            SavedFilter.objects.update_or_create(
                owner=request.user, name=name, defaults={"query": query, "is_shared": shared}
            )
    except IntegrityError:  # pressed twice at the same instant: the first one has saved it
        pass
    messages.success(request, _("The filter is saved."))


@require_POST
@support_required
def delete(request: SignedInRequest, pk: int) -> HttpResponse:
    """Delete one's own filter."""
    get_object_or_404(SavedFilter, pk=pk, owner=request.user).delete()
    messages.success(request, _("The filter is deleted."))
    return redirect("dsar:queue")


@require_http_methods(["GET", "HEAD", "POST"])
@support_required
def keys(request: SignedInRequest) -> HttpResponse:
    """Show the keyboard shortcuts; switch them off or on (WCAG 2.1.4), for this browser."""
    if request.method == "POST":
        answer = redirect("dsar:keys")
        choice = "off" if request.POST.get("keys") == "off" else "on"
        answer.set_cookie(
            KEYS_COOKIE, choice, max_age=31_536_000, samesite="Lax", httponly=True,
            secure=request.is_secure(),
        )  # fmt: skip
        return answer
    is_on = request.COOKIES.get(KEYS_COOKIE) != "off"
    return render(request, "dsar/staff/keys.html", {"keys": is_on})
