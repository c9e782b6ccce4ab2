"""While an approved erasure can be taken back: take it back, or do not wait."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.reauthentication import reauthentication_required
from accounts.roles import SignedInRequest, support_required
from dsar.actions import grace
from dsar.models import SubjectRequest


@require_POST
def take_back(request: SignedInRequest, reference: str) -> HttpResponse:
    """Take it back: like to withdraw, it takes one press and nothing else."""
    grace.take_back(_own(request, reference), by=request.user)
    messages.success(request, _("Taken back. Nothing was erased."))
    return redirect("dsar:detail", reference)


@require_POST
def do_not_wait(request: SignedInRequest, reference: str) -> HttpResponse:
    """Have it done now, once the person has proven who they are: it cannot be undone."""
    return _cut(request, _own(request, reference))


@reauthentication_required
def _cut(request: SignedInRequest, found: SubjectRequest) -> HttpResponse:
    grace.do_not_wait(found, by=request.user)
    messages.success(request, _("It is being carried out now."))
    return redirect("dsar:detail", found.reference)


@require_POST
@support_required
def staff_take_back(request: SignedInRequest, reference: str) -> HttpResponse:
    """Take it back on the word of a person who wrote or called."""
    found = get_object_or_404(SubjectRequest, reference=reference)
    grace.take_back(found, by=request.user)
    messages.success(request, _("Taken back for the person, who has been told."))
    return redirect("dsar:staff-detail", reference)


def _own(request: SignedInRequest, reference: str) -> SubjectRequest:
    return get_object_or_404(SubjectRequest, person=request.user, reference=reference)
