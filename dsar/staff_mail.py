"""What staff are told by mail: a reference and a link, never who it is about (invariant 12)."""

from collections.abc import Iterable

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from dsar.models import Approval, Message, SubjectRequest
from portal.lib import mail

DESK = (Role.SUPPORT, Role.DPO)


def colleagues(request: SubjectRequest) -> QuerySet[User]:
    """Return the staff who may work on a request: all but whose own it is."""
    staff = User.objects.filter(role__in=DESK, is_active=True)
    return staff.exclude(pk=request.person_id).order_by("pk")


def announce_reply(message: Message, *, reopened: bool) -> None:
    """Say that the person wrote: to who has the request, or to all if nobody has."""
    request = message.request
    has_it = colleagues(request).filter(assigned_requests=request)
    readers = has_it if has_it.exists() else colleagues(request)
    _tell(readers, "reply", request, f"message-{message.pk}", reopened=reopened)


def ask_second_person(approval: Approval) -> None:
    """Ask those who may decide in the place of a second person."""
    request = approval.request
    able = colleagues(request).exclude(pk=approval.asked_by_id)
    if approval.needs_the_dpo and not approval.asked_by.is_dpo:
        able = able.filter(role=Role.DPO)
    _tell(able, "second_asked", request, f"approval-{approval.pk}", approval=approval)


def answer_second_person(approval: Approval) -> None:
    """Tell who asked what the second person said."""
    asked_by = colleagues(approval.request).filter(pk=approval.asked_by_id)
    key = f"approval-{approval.pk}-answer"
    _tell(asked_by, "second_answered", approval.request, key, approval=approval)


def announce_assignment(request: SubjectRequest, event_id: int) -> None:
    """Tell a colleague that a request was given to them."""
    who = colleagues(request).filter(assigned_requests=request)
    _tell(who, "assigned", request, f"assigned-{event_id}")


def _tell(
    readers: Iterable[User], template: str, request: SubjectRequest, key: str, **context: object
) -> None:
    url = settings.SITE_URL + reverse("dsar:staff-detail", args=[request.reference])
    for reader in readers:
        mail.send(
            f"dsar/staff/{template}",
            to=reader.email or "",
            language=reader.language,
            key=f"staff-{template}:{request.pk}:{key}:{reader.pk}",
            context={"request": request, "url": url, **context},
        )
