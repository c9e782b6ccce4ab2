"""What organisations decide for their documents, and the clauses that once agreed."""

from itertools import groupby
from uuid import UUID

from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_http_methods, require_safe

from accounts import organisations
from accounts.forms import InvitationForm
from accounts.models import Organisation
from consents.actions import choices
from consents.forms import LIFT, PolicyForm
from consents.models import ChoiceEvent, Purpose
from consents.queries import policies as queries
from consents.queries.catalogue import catalogue
from consents.queries.reach import acts
from consents.views.parts import (
    SeeOther,
    SignedInRequest,
    back,
    just_saved,
    language,
    page,
    personal,
    remember_saved,
)  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def policy(request: SignedInRequest) -> HttpResponse:
    """Show what the organisations decided; let an administrator refuse for all, or lift it."""
    if request.method == "POST":
        organisation, event = _set(request)
        remember_saved(request, event)
        there = back(request, reverse("consents:policy"))
        return SeeOther(f"{there}#policy-{event.purpose.slug}-{organisation.uid}")
    of = catalogue(timezone.now())
    positions = queries.positions(request.user, of, saved=just_saved(request))
    if not positions:
        raise Http404
    positions = queries.with_reach(positions, request.user)
    groups = [
        (organisation, list(group), acts(organisation))
        for organisation, group in groupby(positions, key=lambda one: one.organisation)
    ]
    return page(request, "consents/policy.html", {"groups": groups})


@require_safe
def organisation(request: SignedInRequest, uid: UUID) -> HttpResponse:
    """Show an organisation's page with its policy: the page of accounts, and ours in it."""
    mine = request.user.memberships.select_related("organisation", "person")
    membership = get_object_or_404(mine, organisation__uid=uid)
    of = catalogue(timezone.now())
    positions = queries.positions(request.user, of, saved=just_saved(request))
    mine_here = [one for one in positions if one.organisation == membership.organisation]
    context = organisations.page_context(membership) | {
        "form": InvitationForm(),
        "positions": queries.with_reach(mine_here, request.user),
        "policy_acts": acts(membership.organisation),
    }
    return personal(render(request, "consents/organisation.html", context))


@require_safe
def clause(request: SignedInRequest, pk: int) -> HttpResponse:
    """Show a clause as it stood, who accepted it, and how it differs from the one before."""
    found = get_object_or_404(queries.clauses(request.user), pk=pk)
    of = catalogue(timezone.now())
    shown = queries.clause_page(request.user, found, of, saved=just_saved(request))
    return page(request, "consents/clause.html", {"page": shown})


def _set(request: SignedInRequest) -> tuple[Organisation, ChoiceEvent]:
    form = PolicyForm(request.POST)
    if not form.is_valid():
        raise BadRequest("not a policy")
    asked = form.cleaned_data
    mine = Organisation.objects.filter(memberships__person=request.user)
    organisation = get_object_or_404(mine, uid=asked["organisation"])
    purpose = get_object_or_404(Purpose, slug=asked["purpose"])
    lifts = asked["act"] == LIFT
    act = choices.lift_organisation_refusal if lifts else choices.refuse_for_organisation
    event = act(purpose, organisation=organisation, by=request.user, language=language())
    return organisation, event
