"""A year and more of requests, choices, uses and answers of the gate, built once and only read.

Everything is made of counters and not of chance, as of a fixed morning in the office's zone.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import cycle
from typing import Any
from zoneinfo import ZoneInfo

import time_machine
from django.db import connection, transaction

from accounts.models import Address, User
from consents.models import (
    CanaryCheck,
    ChoiceEvent,
    Evidence,
    InboundEvent,
    PermitAnswer,
    Propagation,
    Purpose,
    PurposeVersion,
    System,
    Use,
)
from dsar.models import Approval, Package, Pause, Step, SubjectRequest
from dsar.models.requests import Channel, Kind
from portal.dashboard.cards import rollups
from portal.lib.models import OutgoingMail
from tests.consents.worlds import make_document, make_purpose

PARIS = ZoneInfo("Europe/Paris")
NOW = datetime(2026, 6, 15, 10, 0, tzinfo=PARIS)
TODAY = NOW.date()
REGIMES = ["gdpr", "gdpr", "gdpr", "ccpa", "uk_gdpr"]
# How closed ones ended: status and outcome.
ENDS = [
    ("answered", "fulfilled"), ("answered", "with_gaps"), ("refused", ""), ("answered", "partly"),
    ("withdrawn", ""), ("answered", "nothing_found"), ("spam", ""), ("answered", "fulfilled"),
]  # fmt: skip
OPEN = ["received", "identity", "searching", "review", "preparing"]


@contextmanager
def there_is(requests: int = 300) -> Iterator[User]:
    """Let the world be there, and give the officer who looks at it."""
    with time_machine.travel(NOW, tick=False), transaction.atomic():
        dina = User.objects.create_user("dina@staff.example.org", name="Dina", role="dpo")
        sam = User.objects.create_user("sam@staff.example.org", name="Sam", role="support")
        _requests(_people(60), sam, requests)
        _around_them(sam)
        _choices_and_uses()
        _evidence(dina)
        rollups.refresh()
        yield dina
        transaction.set_rollback(True)


def sql(text: str, *given: Any) -> int:
    """Return the one number of a query that was written by hand."""
    with connection.cursor() as cursor:
        cursor.execute(text, given)
        return int(cursor.fetchone()[0] or 0)


def _people(number: int) -> list[User]:
    names = (f"p{n}@example.org" for n in range(number))
    return User.objects.bulk_create(User(email=one, role="customer") for one in names)


def _requests(people: list[User], sam: User, number: int) -> None:
    """Half of them near midnight, where two zones disagree about the day."""
    kinds, channels, ends = cycle(Kind.values[:-1]), cycle(Channel.values), cycle(ENDS)
    made, opened = list[SubjectRequest](), 0
    for n in range(number):
        hour = 23 if n % 2 else 9
        received = datetime(2026, 6, 14, hour, 30, tzinfo=UTC) - timedelta(days=n * 5 // 4)
        day = received.astimezone(PARIS).date()
        person = people[n % len(people)]
        one = SubjectRequest(
            kind=next(kinds), person=person, channel=next(channels), language="en", country="FR",
            regime=REGIMES[n % 5], received_at=received, received_on=day,
            due_on=day + timedelta(days=22 + n % 3 * 5), target_on=day + timedelta(days=20),
            assignee=sam if n % 3 else None, unread_by_staff=n % 7 == 0,
        )  # fmt: skip
        if n < 24:
            one.status, opened = OPEN[opened % len(OPEN)], opened + 1
            if one.status == "identity":
                one.identity, one.identity_asked_at = "asked", received
            if n % 4 == 1:
                one.extended_at, one.extension_reason = received, "complexity"
        else:
            one.status, one.outcome = next(ends)
            took = (n * 7) % 61
            one.closed_at = min(received + timedelta(days=took, minutes=50), NOW)
            if one.status == "refused":
                one.refusal_ground, one.refusal_evidence = "excessive", "the third this month"
        made.append(one)
    SubjectRequest.objects.bulk_create(made)


def _around_them(sam: User) -> None:
    """Give some of them steps, pauses, questions to a second person, copies; and mails."""
    open_ones = list(SubjectRequest.objects.open().order_by("pk"))
    closed = list(SubjectRequest.objects.filter(status="answered").order_by("pk"))
    steps = [("failed", "documents"), ("failed", "billing"), ("exception", "documents")]
    for one, (outcome, source) in zip(open_ones[4:13:2], cycle(steps), strict=False):
        _step(one, outcome, source)
    _step(closed[0], "failed", "documents")
    for one in open_ones[6:9]:
        Pause.objects.create(request=one, reason="identity", asked_by=sam)
    Pause.objects.create(request=open_ones[9], reason="identity", asked_by=sam, answered_at=NOW)
    for one, act in zip(open_ones[10:13], ["refuse", "extend", "release"], strict=True):
        Approval.objects.create(request=one, act=act, asked_by=sam)
    for n, one in enumerate(closed[:5]):
        gone = {"destroyed_at": NOW} if n == 4 else {"key": b"k"}
        Package.objects.create(
            request=one, name=f"p{n}", size=1000 + n, sha256="0", manifest_sha256="0", files=1,
            expires_at=NOW + timedelta(days=3), **gone,
        )  # fmt: skip
    for n, status in enumerate(["failed", "failed", "waiting", "sent"]):
        sent = {"sent_at": NOW} if status == "sent" else {"text": "words"}
        OutgoingMail.objects.create(
            key=f"k{n}", template="x", to="a@example.org", language="en", status=status, **sent
        )
    for n, status in enumerate(["unreadable", "unreadable", "waiting"]):
        InboundEvent.objects.create(
            source="docusign", body=b"x", sha256=str(n), status=status, code="x"
        )


def _step(request: SubjectRequest, outcome: str, source: str) -> None:
    Step.objects.create(
        request=request, kind="collect", source=source, position=1, status="finished",
        outcome=outcome, cause="unavailable", finished_at=NOW, not_before=NOW, queued_at=NOW,
    )  # fmt: skip


def _choices_and_uses() -> None:
    training, mail = make_purpose(), make_purpose("marketing", "objection")
    systems = [System.objects.create(slug=slug, name=slug) for slug in ("search", "partner")]
    people = list(User.objects.filter(role="customer").order_by("pk"))
    _choices(training, people, systems, every=2, days=70)
    _choices(mail, people, systems, every=9, days=70)
    document = make_document("one", Address.objects.create(email="signer@example.org"))
    for purpose, times in ((training, 40), (mail, 25)):
        version = PurposeVersion.objects.get(purpose=purpose)
        Use.objects.bulk_create(
            Use(
                document=document, version=version, system=systems[0],
                at=datetime(2026, 6, 10, 21, 40, tzinfo=UTC) - timedelta(days=5 * n),
            )
            for n in range(times)
        )  # fmt: skip
    for n in range(90):
        at = datetime(2026, 6, 15, 7, 30, tzinfo=UTC) - timedelta(hours=9 * n)
        PermitAnswer.objects.create(
            at=at, client="regard-canaries" if n % 10 == 0 else "pipeline", document=document,
            purpose=training, allowed=n % 3 == 0, state="",
            reason="consented" if n % 3 == 0 else ("party_refused", "restricted")[n % 2],
        )  # fmt: skip
    for n, outcome in enumerate(["held", "held", "unreachable", "held"]):
        CanaryCheck.objects.create(outcome=outcome, asked=6, at=NOW - timedelta(hours=9 * n))


def _choices(
    purpose: Purpose, people: list[User], systems: list[System], *, every: int, days: int
) -> None:
    """More and more refusals to the present: of 70 days, the last 30 hold most."""
    version = PurposeVersion.objects.get(purpose=purpose)
    acts = ["consent_withdrawn", "consent_given", "consent_refused", "objection_lodged"]
    sources, n = cycle(["portal", "api", "gpc", "staff"]), 0
    for back in range(0, days, every):
        for times in range(3 if back < 30 else 1):
            act, n = acts[n % 4], n + 1
            person = people[(back * 3 + times) % len(people)]
            is_yes = act == "consent_given"
            event = ChoiceEvent.objects.create(
                person=person, purpose=purpose, version=version, act=act, text_sha256="0",
                language="en", at=datetime(2026, 6, 15, 6, 5, tzinfo=UTC) - timedelta(days=back),
                source="portal" if is_yes else next(sources), by=person if is_yes else None,
            )  # fmt: skip
            _tell(event, systems[n % 2], n)


def _tell(event: ChoiceEvent, system: System, n: int) -> None:
    status = ("waiting", "applied", "received", "dead", "replaced")[n % 5]
    applied = {"applied_at": NOW} if status == "applied" else {}
    Propagation.objects.create(
        event=event, system=system, status=status, created_at=event.at,
        expected_by=event.at + timedelta(hours=9), **applied,
    )  # fmt: skip


def _evidence(dina: User) -> None:
    """Of one purpose the last has ended, of the other one an older one."""
    for slug, days in (
        ("marketing", -9),
        ("marketing", -1),
        ("ai-training", -9),
        ("ai-training", 9),
    ):
        Evidence.objects.create(
            purpose=Purpose.objects.get(slug=slug), method="labelled_set", method_words={},
            measured_on=TODAY - timedelta(days=99), dataset={}, documents=1, items=1, found=1,
            attack={}, attempts=0, successes=0, reviewer="R", reviewer_function="F", by=dina,
            expires_at=NOW + timedelta(days=days),
        )  # fmt: skip
