"""Staff are told that time is running out: at half, three quarters and nine tenths of it, once.

The time is that from receipt to our own target, which pauses do not move. The row of an alarm is
the guard: it is written in the transaction that queues the mails.
"""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db import transaction
from django.db.models import (
    DurationField,
    Exists,
    ExpressionWrapper,
    F,
    OuterRef,
    Q,
    QuerySet,
    Value,
)
from django.db.models.functions import Coalesce
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from dsar import reckoning, staff_mail
from dsar.actions.lifecycle import Code, lock, note
from dsar.models import Alarm, SubjectRequest
from portal.lib import mail

SHARES = (50, 75, 90)
# From then on the data protection officer hears of it too.
DPO_FROM = 90


def ring() -> int:
    """Every hour: tell of each request of which a further share of the time is over.

    Returned is how many alarms rang. Of several shares that passed at once, while no worker ran,
    one mail tells, of the greatest.
    """
    today = reckoning.office_today()
    rung = 0
    for pk in _due(today).values_list("pk", flat=True).iterator(chunk_size=500):
        rung += _ring_share(pk, today)
    for pk in _unconfirmed(today).values_list("pk", flat=True).iterator(chunk_size=500):
        rung += _ring_unconfirmed(pk)
    return rung


def _due(today: date) -> QuerySet[SubjectRequest]:
    """Return the open requests of which a share is over that nobody has been told of."""
    start = Coalesce("reopened_on", "received_on")
    days = DurationField()
    hundredfold = ExpressionWrapper((Value(today) - start) * 100, output_field=days)
    found = Q()
    for share in SHARES:
        part = ExpressionWrapper((F("target_on") - start) * share, output_field=days)
        rung = Alarm.objects.filter(request=OuterRef("pk"), percent__gte=share)
        found |= Q(hundredfold__gte=part) & Q(~Exists(rung))
    return SubjectRequest.objects.open().alias(hundredfold=hundredfold).filter(found).order_by("pk")


def _unconfirmed(today: date) -> QuerySet[SubjectRequest]:
    """Return the open requests whose receipt is to be confirmed by today and was not."""
    late = SubjectRequest.objects.open().filter(acknowledged_at=None, acknowledge_on__lte=today)
    return late.exclude(alarms__percent=Alarm.UNCONFIRMED).order_by("pk")


@transaction.atomic
def _ring_share(pk: int, today: date) -> bool:
    request = lock(pk)
    used = reckoning.used_percent(request, today)
    over = [share for share in SHARES if used >= share]
    rows = [Alarm(request=request, percent=share) for share in over]
    told = set(request.alarms.values_list("percent", flat=True))
    if not request.is_open or not over or over[-1] in told:
        return False
    Alarm.objects.bulk_create([row for row in rows if row.percent not in told])
    note(request, Code.REMINDED, by=None, percent=over[-1])
    _tell(request, over[-1])
    return True


@transaction.atomic
def _ring_unconfirmed(pk: int) -> bool:
    request = lock(pk)
    _row, is_new = Alarm.objects.get_or_create(request=request, percent=Alarm.UNCONFIRMED)
    if is_new:
        note(request, Code.REMINDED, by=None, unconfirmed=True)
        _tell(request, Alarm.UNCONFIRMED)
    return is_new


def _tell(request: SubjectRequest, percent: int) -> None:
    """Queue the mails: reference, kind, dates and a link, never who it is about."""
    url = settings.SITE_URL + reverse("dsar:staff-detail", args=[request.reference])
    rung = reckoning.counted_from(request).isoformat()
    for reader in _readers(request, percent):
        mail.send(
            "dsar/staff/reminder",
            to=reader.email or "",
            language=reader.language,
            key=f"dsar-alarm:{request.pk}:{rung}:{percent}:{reader.pk}",
            context={"request": request, "url": url, "percent": percent},
        )


def _readers(request: SubjectRequest, percent: int) -> Iterable[User]:
    """Return who has the request, or all who could take it; near the end the DPO as well."""
    staff = staff_mail.colleagues(request).exclude(email=None)
    readers = Q(pk=request.assignee_id) if request.assignee_id else Q(role=Role.SUPPORT)
    if percent >= DPO_FROM:
        readers |= Q(role=Role.DPO)
    return staff.filter(readers)
