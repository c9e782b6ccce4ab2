"""What each member of staff did in a period, and what of it is unusual by a rule that is told."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db import connection
from django.db.models import Count, Q
from django.db.models.functions import TruncDate
from django.utils.translation import ngettext

from accounts.changes.models import ChangeEvent
from accounts.models import AccessEvent, User
from accounts.roles import Role
from consents.models import ChoiceEvent
from consents.models.ledger import Source
from dsar.models import RequestEvent
from portal.dashboard.office import MANY_IN_AN_HOUR, WITHOUT_REQUEST

Kind = AccessEvent.Kind
OPENED = (Kind.REQUEST_VIEWED, Kind.PERSON_VIEWED, Kind.DOCUMENT_VIEWED, Kind.EVENTS_VIEWED)
NO_REQUEST = Q(kind__in=OPENED) & ~Q(reference__startswith="R-")
HOURS_SHOWN = 20


@dataclass(frozen=True)
class Activity:
    """One member of staff in the period."""

    person: User
    looks: int
    people: int  # different ones whose files were opened or worked on
    acts: int  # on requests
    changes: int  # acts on drafts of what governs data
    refusals: int  # recorded for people who asked
    without_request: int
    most_in_an_hour: int

    @property
    def unusual(self) -> list[str]:
        """Each rule that this person's figures meet, in a sentence."""
        found = []
        if self.most_in_an_hour >= MANY_IN_AN_HOUR.now():
            n = self.most_in_an_hour
            said = ngettext(
                "The file of %(n)d person within one hour.",
                "Files of %(n)d people within one hour.",
                n,
            )
            found.append(said % {"n": n})
        if self.without_request >= WITHOUT_REQUEST.now():
            n = self.without_request
            said = ngettext(
                "%(n)d file opened without a request.", "%(n)d files opened without a request.", n
            )
            found.append(said % {"n": n})
        return found


@dataclass(frozen=True)
class Hour:
    """One hour in which files of many people were opened."""

    at: datetime
    people: int


def activity(since: datetime, until: datetime) -> list[Activity]:
    """Return all present staff, the unusual first, then by name; six queries for any number."""
    staff = list(User.objects.filter(role__in=(Role.SUPPORT, Role.DPO)).order_by("name", "pk"))
    looks = _looks(since, until)
    peaks = _peaks(since, until)
    period = {"at__gte": since, "at__lt": until}
    acts = _counts(RequestEvent.objects.filter(by__in=staff, **period))
    changes = _counts(ChangeEvent.objects.filter(by__in=staff, **period))
    refusals = _counts(ChoiceEvent.objects.filter(by__in=staff, source=Source.STAFF, **period))
    found = [
        Activity(
            person=one,
            looks=looks.get(one.pk, {}).get("looks", 0),
            people=looks.get(one.pk, {}).get("people", 0),
            acts=acts.get(one.pk, 0),
            changes=changes.get(one.pk, 0),
            refusals=refusals.get(one.pk, 0),
            without_request=looks.get(one.pk, {}).get("without", 0),
            most_in_an_hour=peaks.get(one.pk, 0),
        )
        for one in staff
    ]
    return sorted(found, key=lambda one: not one.unusual)


def days(person: User, since: datetime, until: datetime) -> list[tuple[date, int]]:
    """Return how many looks the person took on each day of the active zone with one."""
    rows = AccessEvent.objects.filter(by=person, at__gte=since, at__lt=until)
    return list(
        rows.annotate(day=TruncDate("at"))
        .values_list("day")
        .annotate(n=Count("pk"))
        .order_by("day")
    )


def kinds(person: User, since: datetime, until: datetime) -> list[tuple[str, int]]:
    """Return the codes of the looks the person took, and how many, the most frequent first."""
    rows = AccessEvent.objects.filter(by=person, at__gte=since, at__lt=until)
    return list(rows.values_list("kind").annotate(n=Count("pk")).order_by("-n", "kind"))


def busy_hours(person: User, since: datetime, until: datetime) -> list[Hour]:
    """Return the hours in which the rule of many files was met, the newest first."""
    sql = """
        SELECT date_trunc('hour', at), count(DISTINCT person_id) FROM accounts_accessevent
        WHERE by_id = %s AND at >= %s AND at < %s
        GROUP BY 1 HAVING count(DISTINCT person_id) >= %s ORDER BY 1 DESC LIMIT %s
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [person.pk, since, until, MANY_IN_AN_HOUR.now(), HOURS_SHOWN])
        return [Hour(at, people) for at, people in cursor.fetchall()]


def _looks(since: datetime, until: datetime) -> dict[int, Mapping[str, Any]]:
    rows = (
        AccessEvent.objects.filter(at__gte=since, at__lt=until)
        .values("by")
        .annotate(
            looks=Count("pk"),
            people=Count("person", distinct=True),
            without=Count("pk", filter=NO_REQUEST),
        )
    )
    return {row["by"]: row for row in rows}


def _peaks(since: datetime, until: datetime) -> dict[int, int]:
    """Return of each who looked: how many different people within one hour at most."""
    sql = """
        SELECT by_id, max(people) FROM (
            SELECT by_id, count(DISTINCT person_id) AS people FROM accounts_accessevent
            WHERE at >= %s AND at < %s GROUP BY by_id, date_trunc('hour', at)
        ) AS hours GROUP BY by_id
    """
    with connection.cursor() as cursor:
        cursor.execute(sql, [since, until])
        return dict(cursor.fetchall())


def _counts(rows: Any) -> dict[int, int]:
    return dict(rows.values_list("by").annotate(n=Count("pk")).order_by())
