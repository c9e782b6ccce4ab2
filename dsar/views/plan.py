"""Support's page to decide otherwise about one thing of an erasure's plan."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.actions import look
from accounts.models import AccessEvent
from accounts.roles import SignedInRequest, support_required
from dsar.actions import evidence, plan
from dsar.erasure_forms import DecideForm
from dsar.grounds import ErasureGround
from dsar.models import Approval, ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from portal.lib.errors import DomainError

PAGE = 100


@require_safe
@support_required
def index(request: SignedInRequest, reference: str) -> HttpResponse:
    """Show each document of the plan with what was decided, and what may be decided instead."""
    found = get_object_or_404(SubjectRequest, reference=reference)
    look(found.person, by=request.user, kind=AccessEvent.Kind.REQUEST_VIEWED, reference=reference)
    items = found.items.filter(source="documents")
    after = request.GET.get("after", "")
    if after.isascii() and after.isdigit() and len(after) < 18:
        items = items.filter(pk__gt=int(after))
    page = list(items.order_by("pk")[: PAGE + 1])
    context = {
        "request_": found,
        "items": [(item, bool(evidence.options(item))) for item in page[:PAGE]],
        "older": f"?after={page[PAGE - 1].pk}" if len(page) > PAGE else "",
    }
    return render(request, "dsar/staff/plan.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@support_required
def decide(request: SignedInRequest, reference: str, pk: int) -> HttpResponse:
    """Decide otherwise about one thing, with the ground, the end and the reason."""
    item = get_object_or_404(
        ErasureItem.objects.select_related("request__person"), pk=pk, request__reference=reference
    )
    options = evidence.options(item)
    if not options:
        raise Http404
    person = item.request.person
    look(person, by=request.user, kind=AccessEvent.Kind.REQUEST_VIEWED, reference=reference)
    form = DecideForm(request.POST or None, item=item, options=options)
    if request.method == "POST" and form.is_valid() and _decided(request, item, form):
        return redirect("dsar:plan", reference)
    context = {"request_": item.request, "item": item, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "dsar/staff/plan_item.html", context, status=status)


def _decided(request: SignedInRequest, item: ErasureItem, form: DecideForm) -> bool:
    given: dict[str, Any] = form.cleaned_data
    try:
        done = plan.decide(
            item,
            by=request.user,
            decision=Decision(given["decision"]),
            why=given["why"],
            ground=ErasureGround(given["ground"] or ErasureGround.LEGAL_CLAIMS),
            until=given["until"],
        )
    except DomainError as refusal:
        form.add_error(None, str(refusal.message))
        return False
    if isinstance(done, Approval):
        messages.success(request, _("A colleague is asked to agree. Until then the plan stands."))
    else:
        messages.success(request, _("The plan is changed."))
    return True
