"""kill -9 of the real worker at random points over a mixed load of requests, and what must hold."""

import random
import time
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, field

from django.conf import settings

from accounts.models import User
from consents.models import Purpose
from dsar import actions, tasks
from dsar.models import Certificate, ErasureItem, Package, Step, SubjectRequest
from dsar.models.requests import Kind
from dsar.states import OPEN, Status
from portal.lib import tasks_mail
from portal.lib.models import OutgoingMail
from tests.consents.worlds import make_person
from tests.dsar.worlds import make_document, make_staff, use
from tests.servers import Worker, wait_until

# How long a worker lives, in seconds: from its first jobs to the middle of the steps that follow.
LIVES = (0.0, 1.2)
PATIENCE = 600
KINDS = (Kind.ACCESS, Kind.PORTABILITY, Kind.ERASURE)


@dataclass
class Storm:
    """A load of requests that is kept up while workers are killed.

    ``at_once`` requests are open at a time; each person has a document, shared with another, and
    one of their own that was used for training. ``sweeps``: do what the schedule does each minute;
    false where the worker's own schedule has to.
    """

    worker: Worker
    purpose: Purpose
    at_once: int = 6
    seed: int = 1182
    patience: float = PATIENCE
    sweeps: bool = True
    kills: int = 0
    requests: list[int] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.random = random.Random(self.seed)  # noqa: S311 - nothing secret is drawn
        self.sam = make_staff("sam")

    def rage(self, kills: int) -> None:
        """Kill the worker so many times, wherever it stands, and start it again."""
        for _ in range(kills):
            self.feed()
            time.sleep(self.random.uniform(*LIVES))
            self.worker.kill9()
            self.kills += 1
            self.worker.start()

    def feed(self) -> None:
        """Open requests until there are enough, approve what waits, and do the schedule's sweep."""
        missing = self.at_once - SubjectRequest.objects.open().count()
        for _ in range(missing):
            self._ask()
        self._look_after()

    def calm(self, *, mails: bool = True) -> None:
        """Wait, as the schedule would, until every request has its answer and every mail left.

        A mail whose worker died is tried again when its lease of three minutes is over; without
        ``mails`` nobody waits for that.

        Raises:
            AssertionError: a request is stuck.
        """

        def over() -> bool:
            self._look_after()
            waiting = mails and OutgoingMail.objects.filter(status="waiting").exists()
            return not waiting and not SubjectRequest.objects.open().exists()

        try:
            wait_until(over, seconds=self.patience)
        except AssertionError as late:
            raise AssertionError(damage(self), *self.open_work()) from late

    def open_work(self) -> list[str]:
        """Return, in a line each, the steps and mails that have no end yet."""
        steps = Step.objects.exclude(status=Step.Status.FINISHED).select_related("request")
        mails = OutgoingMail.objects.filter(status="waiting")
        return [
            *(
                f"{step.request}: {step.kind} {step.source} is {step.status}, attempt"
                f" {step.attempts}, {step.cause}"
                for step in steps
            ),
            *(f"mail {mail.template} waits until {mail.due_at}: {mail.error}" for mail in mails),
        ]

    def _ask(self) -> None:
        number = len(self.requests)
        person, other = make_person(f"p{number}"), make_person(f"o{number}")
        make_document(f"shared-{number}", other, person)
        use(make_document(f"own-{number}", person), self.purpose, times=3)
        kind = KINDS[number % len(KINDS)]
        asking = {"person": person, "by": person, "language": "en"}
        request = actions.open_request(kind, **asking)  # type: ignore[arg-type]
        self.requests.append(request.pk)

    def _look_after(self) -> None:
        if self.sweeps:
            tasks.sweep()
            tasks_mail.sweep()
        for request in SubjectRequest.objects.filter(status=Status.REVIEW):
            actions.approve(request, by=self.sam)


@dataclass(frozen=True)
class Damage:
    """What a storm left behind; all of it empty where the house holds."""

    lost: list[str]
    stuck: list[str]
    twice: list[str]

    def __bool__(self) -> bool:
        return bool(self.lost or self.stuck or self.twice)


def damage(storm: Storm) -> Damage:
    """Look for requests that were lost, are stuck, or of which something was done twice."""
    requests = list(SubjectRequest.objects.filter(pk__in=storm.requests).order_by("pk"))
    lost = [str(pk) for pk in storm.requests if pk not in {one.pk for one in requests}]
    stuck = [f"{one}: {one.status}" for one in requests if one.status in OPEN]
    lost += [f"{one}: {one.outcome}" for one in requests if one.outcome != "fulfilled"]
    twice = [words for one in requests for words in _repeats(one)]
    twice += _of_more_than_one(OutgoingMail.objects.values_list("key", flat=True))
    return Damage(lost, stuck, twice)


def _repeats(request: SubjectRequest) -> Iterable[str]:
    """Yield what happened more, or less, than once to one answered request."""
    steps = Counter(request.steps.values_list("kind", "source"))
    ends = request.events.filter(code="step_finished")
    seen = Counter((event.data["kind"], event.data["source"]) for event in ends)
    if seen != steps or set(steps.values()) != {1}:
        yield f"{request}: steps {seen - steps or steps - seen}"
    if request.steps.exclude(status=Step.Status.FINISHED).exists():
        yield f"{request}: a step without an end"
    for code in ("opened", "answered", "certified", "packaged"):
        if request.events.filter(code=code).count() > 1:
            yield f"{request}: {code} more than once"
    if request.kind == Kind.ERASURE:
        yield from _repeats_of_erasure(request)
    elif Package.objects.filter(request=request).count() != 1:
        yield f"{request}: not one package"
    yield from _mails(request)


def _repeats_of_erasure(request: SubjectRequest) -> Iterable[str]:
    if Certificate.objects.filter(request=request).count() != 1:
        yield f"{request}: not one certificate"
    if ErasureItem.objects.filter(request=request, proven_at=None).exists():
        yield f"{request}: a thing not proven"
    for code in ("item_erased", "item_proven"):
        seen = Counter(e.data["item"] for e in request.events.filter(code=code))
        if set(seen.values()) - {1}:
            yield f"{request}: {code} more than once"
    if not User.objects.filter(pk=request.person_id, erased_at__isnull=False).exists():
        yield f"{request}: the person is not erased"


def _mails(request: SubjectRequest) -> Iterable[str]:
    """Yield where the answer was not told exactly once."""
    end = "dsar-erased" if request.kind == Kind.ERASURE else "dsar-ready"
    for about in ("dsar-received", end):
        found = OutgoingMail.objects.filter(key__startswith=f"{about}:{request.pk}")
        exact = [key for key in found.values_list("key", flat=True) if _is_of(key, request.pk)]
        if len(exact) != 1 and not (about == "dsar-received" and request.kind == Kind.ERASURE):
            yield f"{request}: {about} told {len(exact)} times"


def _is_of(key: str, pk: int) -> bool:
    return key.split(":")[1] == str(pk)


def _of_more_than_one(keys: Iterable[str]) -> list[str]:
    return [key for key, n in Counter(keys).items() if n > 1]


def lease_seconds() -> int:
    """Return the lease with which the storm is run: short, so that dead workers are noticed."""
    lease: int = settings.STEP_LEASE_SECONDS
    return min(3, lease)
