"""The day in one mail: at the hour each officer chose, in their zone and language, once a day.

The row of the day is the guard: it is written in the transaction that queues the mail, or that
finds nothing to say.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import IntegrityError, transaction
from django.db.models import Count, Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import override

from accounts.changes import actions as changes
from accounts.models import User
from dsar import reckoning
from dsar.models import SubjectRequest
from portal.dashboard.alarms.rounds import SHOWN, Said, officers, said
from portal.dashboard.models import DigestDay, DigestWish, OfficeEvent, RaisedAlarm
from portal.dashboard.office import DIGEST_HOUR
from portal.lib import mail

WEEK = timedelta(days=7)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Summary:
    """The figures of a digest, as of ``now``; ``received`` and ``answered`` are of the last day."""

    open: int
    late: int
    today: int
    week: int  # due within seven days, today included, not late
    received: int
    answered: int
    alarms: list[RaisedAlarm]

    @property
    def is_quiet(self) -> bool:
        """Whether nothing wants anybody today."""
        return not (self.late or self.today or self.received or self.answered or self.alarms)


def send_due(now: datetime) -> int:
    """Send the digests whose hour has come; return how many went out. Each quarter of an hour."""
    wishes = {one.reader_id: one for one in DigestWish.objects.all()}
    waiting = [one for one in officers() if _is_due(one, wishes.get(one.pk), now)]
    days = {(one.pk, local_day(one, now)) for one in waiting}
    done = set(DigestDay.objects.filter(reader__in=waiting).filter(
        day__in={day for _pk, day in days}
    ).values_list("reader", "day"))  # fmt: skip
    left = [one for one in waiting if (one.pk, local_day(one, now)) not in done]
    if not left:
        return 0
    found = summary(now)
    return sum(_send(one, wishes.get(one.pk), found, now) for one in left)


def summary(now: datetime) -> Summary:
    """Return the figures; two queries."""
    today, since = reckoning.office_today(), now - DAY
    is_open = Q(closed_at=None)
    counts = SubjectRequest.objects.filter(is_open | Q(closed_at__gte=since)).aggregate(
        open=Count("pk", filter=is_open),
        late=Count("pk", filter=is_open & Q(due_on__lt=today)),
        today=Count("pk", filter=is_open & Q(due_on=today)),
        week=Count("pk", filter=is_open & Q(due_on__gte=today, due_on__lte=today + WEEK)),
        received=Count("pk", filter=Q(received_at__gte=since)),
        answered=Count("pk", filter=Q(closed_at__gte=since)),
    )
    standing = RaisedAlarm.objects.filter(over_at=None).select_related("rule")
    return Summary(**counts, alarms=list(standing.order_by("-raised_at", "-pk")))


def local_day(reader: User, now: datetime) -> date:
    """Return the day it is for the reader."""
    return timezone.localtime(now, zone_of(reader)).date()


def zone_of(reader: User) -> ZoneInfo:
    """Return the reader's zone; the office's where none was chosen."""
    return ZoneInfo(reader.time_zone or settings.TIME_ZONE)


def usual(reader: User) -> DigestWish:
    """Return what holds for an officer who chose nothing: the office's hour. It is not saved."""
    return DigestWish(reader=reader, hour=DIGEST_HOUR.now())


def wish_of(reader: User) -> DigestWish:
    """Return what an officer chose, else what holds without."""
    return DigestWish.objects.filter(reader=reader).first() or usual(reader)


def _is_due(reader: User, wish: DigestWish | None, now: datetime) -> bool:
    """Whether the hour has come on the reader's clock; a worker that was down makes up for it."""
    wish = wish or usual(reader)
    return wish.is_on and timezone.localtime(now, zone_of(reader)).hour >= wish.hour


def _send(reader: User, wish: DigestWish | None, found: Summary, now: datetime) -> bool:
    """Send one, or write down that there was nothing to say; False if it is done already."""
    wish, day = wish or usual(reader), local_day(reader, now)
    waiting = changes.waiting_for(reader).count()
    speaks = wish.even_if_quiet or waiting > 0 or not found.is_quiet
    try:
        with transaction.atomic():
            DigestDay.objects.create(reader=reader, day=day, was_sent=speaks)
            if speaks:
                _mail(reader, found, waiting, day)
    except IntegrityError:
        return False
    return speaks


def _mail(reader: User, found: Summary, waiting: int, day: date) -> None:
    alarms: list[Said] = []
    with (
        override(reader.language or settings.LANGUAGE_CODE),
        timezone.override(zone_of(reader)),
    ):
        alarms = said(found.alarms[:SHOWN])
    mail.send(
        "dashboard/digest",
        to=reader.email or "",
        language=reader.language,
        key=f"digest:{reader.pk}:{day}",
        context={
            "found": found,
            "waiting": waiting,
            "alarms": alarms,
            "more": max(0, len(found.alarms) - SHOWN),
            "day": day,
            "url": settings.SITE_URL + reverse("dashboard"),
        },
    )


@transaction.atomic
def wish(reader: User, *, is_on: bool, hour: int, even_if_quiet: bool) -> DigestWish:
    """Keep how an officer wants their digest; it is their own, and a line of the log."""
    wanted = {"is_on": is_on, "hour": hour, "even_if_quiet": even_if_quiet}
    found, _made = DigestWish.objects.update_or_create(reader=reader, defaults=wanted)
    OfficeEvent.objects.create(
        code=OfficeEvent.Code.DIGEST_SET, by=reader, about="digest", data=wanted
    )
    return found
