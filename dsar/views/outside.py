"""What staff do about a question that waits outside: remind, take back."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.roles import SignedInRequest, support_required
from consents.views.parts import SeeOther
from dsar.actions import outside, owners
from dsar.models import OutsideTask, SubjectRequest


@support_required
@require_POST
def remind(request: SignedInRequest, reference: str, uid: UUID) -> HttpResponseBase:
    """Write to the owner of the source again."""
    task = _task(request, reference, uid)
    owners.remind(task, by=request.user)
    return _back(request, reference, _("Reminded %(time)s."))


@support_required
@require_POST
def withdraw(request: SignedInRequest, reference: str, uid: UUID) -> HttpResponseBase:
    """Take the question back: its link opens nothing any more."""
    task = _task(request, reference, uid)
    outside.withdraw(task, by=request.user)
    return _back(request, reference, _("Taken back %(time)s. The step waits for your decision."))


def _task(request: SignedInRequest, reference: str, uid: UUID) -> OutsideTask:
    mine = SubjectRequest.objects.visible_to(request.user)
    asked = get_object_or_404(mine, reference=reference)
    tasks = OutsideTask.objects.select_related("step__request", "item__request")
    return get_object_or_404(tasks.filter(step__request=asked), uid=uid)


def _back(request: SignedInRequest, reference: str, words: str) -> HttpResponseBase:
    messages.success(request, words % {"time": f"{timezone.localtime():%H:%M:%S}"})
    return SeeOther(reverse("dsar:staff-detail", args=[reference]))
