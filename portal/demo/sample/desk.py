"""Where the requests of the sample are worked on, by people and by the worker's own steps."""

import random
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

from django.utils import timezone

from accounts.actions import look
from accounts.models import AccessEvent, User
from dsar import tasks
from dsar.actions import (
    appeals,
    approvals,
    clock,
    downloads,
    grace,
    messages,
    notes,
    rectification,
    redactions,
    requests,
    staff,
    steps,
)
from dsar.grounds import Cause, ExtensionReason, RefusalGround
from dsar.models import Approval, Pause, Redaction, Step, SubjectRequest
from dsar.models.requests import Kind
from dsar.states import Outcome, Status
from portal.demo.sample.clock import it_is
from portal.demo.sample.world import Moment, World


class SampleBroken(Exception):
    """A step of the sample failed that should not have."""


@dataclass
class Desk:
    """The requests by name: ``"hugo 2"`` is Hugo's second. ``moments`` is what will happen."""

    world: World
    rows: dict[str, int] = field(default_factory=dict)
    moments: list[Moment] = field(default_factory=list)

    def on(self, name: str, days: float, hour: str, act: str, **how: Any) -> None:
        """Put an act on the calendar: ``act`` is a method below, the request is the one named."""
        happens = partial(getattr(self, act), name, **how)
        self.moments.append(Moment(self.world.clock.ago(days, hour), happens))

    def request(self, name: str) -> SubjectRequest:
        """Return the request as it now stands."""
        return SubjectRequest.objects.select_related("person").get(pk=self.rows[name])

    def open(
        self,
        name: str,
        *,
        kind: Kind,
        by: str = "",
        broken: str | None = None,
        patience: int = 9,
        **how: Any,
    ) -> None:
        """Open it, by the person or on their behalf, and let the worker search."""
        person = self._person_of(name)
        with self._reference(name):
            opened = requests.open_request(
                kind, person=person, by=self.world.person(by) if by else person,
                language=person.language or "fr", **how,
            )  # fmt: skip
        self.rows[name] = opened.pk
        self.work(name, broken=broken, patience=patience)

    def contest(self, name: str, *, first: str, **how: Any) -> None:
        """The person contests an answer."""
        person = self._person_of(name)
        with self._reference(name):
            opened = appeals.appeal(
                self.request(first), by=person, language=person.language or "fr", **how
            )
        self.rows[name] = opened.pk

    def _person_of(self, name: str) -> User:
        return self.world.person(name.partition(" ")[0])

    def _reference(self, name: str) -> AbstractContextManager[object]:
        """Make the same address at each start."""
        dice = random.Random(f"reference of {name}")  # noqa: S311 - no secret of anybody
        return mock.patch("dsar.models.requests.secrets", dice)

    def work(self, name: str, *, broken: str | None = None, patience: int = 9) -> None:
        """Do every step as the worker would; the source ``broken`` does not answer.

        A package has the source "". ``patience`` is how often it is asked: fewer times than the
        worker asks leaves the step waiting.
        """
        now = timezone.now()
        while patience and (step := self.request(name).steps.exclude(status="finished").first()):
            # A source that failed is asked again when its wait is over.
            now = max(now + timedelta(seconds=2), step.not_before)
            with it_is(now):
                if step.source == broken:
                    patience -= 1
                    self._fail(step)
                else:
                    tasks.run_step(step.pk)
        if self.request(name).steps.filter(cause=Cause.UNEXPECTED).exists():
            raise SampleBroken(f"A step of “{name}” failed.")

    def _fail(self, step: Step) -> None:
        held = steps.claim(step.pk)
        if held is None:
            raise SampleBroken(f"Step {step.pk} is not free.")
        steps.fail(held, Cause.UNAVAILABLE)

    def look(self, name: str, *, by: str = "sofia", why: str = "") -> None:
        """A member of staff opens it."""
        request = self.request(name)
        look(
            request.person, by=self.world.person(by), kind=AccessEvent.Kind.REQUEST_VIEWED,
            reference=request.reference, reason=why,
        )  # fmt: skip

    def take(self, name: str, *, by: str = "sofia") -> None:
        """A member of staff takes it up."""
        staff.take(self.request(name), by=self.world.person(by))

    def approve(
        self, name: str, *, by: str = "sofia", gaps: bool = False, patience: int | None = None
    ) -> None:
        """Approve it, and let the worker carry it out; with ``patience``, it gets stuck."""
        approved = staff.approve(self.request(name), by=self.world.person(by), accept_gaps=gaps)
        if approved.status == Status.GRACE:
            grace.do_not_wait(approved, by=approved.person)
        if patience is None:
            self.work(name)
        else:
            self.work(name, broken="", patience=patience)

    def _judge(self, name: str, by: User) -> None:
        places = self.request(name).redactions.filter(verdict=Redaction.Verdict.OPEN)
        found = list(places.values_list("pk", flat=True))
        if found:
            redactions.decide(
                self.request(name), found, Redaction.Verdict.REJECTED, Redaction.Reason.KNOWN, by=by
            )

    def write(self, name: str, *, text: str, by: str = "") -> None:
        """Somebody writes to the other side, who reads it."""
        request = self.request(name)
        author = self.world.person(by) if by else request.person
        messages.write_message(request, by=author, text=text)
        if by:
            messages.read_messages(self.request(name), by=request.person)

    def note(self, name: str, *, text: str) -> None:
        """Support writes something down for itself."""
        notes.write_note(self.request(name), by=self.world.person("sofia"), text=text)

    def extend(self, name: str, *, note: str) -> None:
        """Take the two further months; the DPO agrees."""
        self._with_second(name, Approval.Act.EXTEND, reason=ExtensionReason.COMPLEXITY,
                          note_to_person=note)  # fmt: skip

    def refuse(self, name: str, *, ground: RefusalGround, evidence: str) -> None:
        """Support wants to refuse it; the DPO agrees."""
        self._with_second(name, Approval.Act.REFUSE, ground=ground, evidence=evidence)

    def ask_to_refuse(self, name: str, *, ground: RefusalGround, evidence: str) -> None:
        """Support wants to refuse it; nobody has decided yet."""
        approvals.do_or_ask(self.request(name), Approval.Act.REFUSE,
                            by=self.world.person("sofia"), ground=ground,
                            evidence=evidence)  # fmt: skip

    def _with_second(self, name: str, act: str, **given: str) -> None:
        asked = approvals.do_or_ask(self.request(name), act, by=self.world.person("sofia"), **given)
        if asked is not None:
            approvals.agree(asked, by=self.world.person("helene"))

    def ask(self, name: str, *, question: str) -> None:
        """Support asks the person which data is meant; the clock stands still."""
        clock.pause(self.request(name), by=self.world.person("sofia"),
                    reason=Pause.Reason.WHICH_DATA, question=question)  # fmt: skip

    def rectify(self, name: str, *, text: str) -> None:
        """Support corrects it, or puts the person's statement beside the document."""
        rectification.rectify(self.request(name), by=self.world.person("sofia"),
                              outcome=Outcome.FULFILLED, text=text)  # fmt: skip

    def withdraw(self, name: str) -> None:
        """The person takes it back."""
        request = self.request(name)
        requests.withdraw(request, by=request.person)

    def tidy(self, name: str) -> None:
        """Copies whose time is over are destroyed."""
        downloads.expire(timezone.now())

    def download(self, name: str) -> None:
        """The person downloads the copy."""
        request = self.request(name)
        downloads.redeem(downloads.new_link(request.package, by=request.person), by=request.person)
