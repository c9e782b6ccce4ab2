"""Where the requests of the sample are worked on, by people and by the worker's own steps."""

import random
from dataclasses import dataclass, field
from datetime import timedelta
from functools import partial
from typing import Any
from unittest import mock

from django.utils import timezone

from accounts.actions import look
from accounts.models import AccessEvent
from dsar import tasks
from dsar.actions import approvals, downloads, messages, requests, staff, steps
from dsar.grounds import Cause, ExtensionReason, RefusalGround
from dsar.models import Approval, Step, SubjectRequest
from dsar.models.requests import Kind
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
        person = self.world.person(name.partition(" ")[0])
        dice = random.Random(f"reference of {name}")  # noqa: S311 - the same address at each start
        with mock.patch("dsar.models.requests.secrets", dice):
            opened = requests.open_request(
                kind, person=person, by=self.world.person(by) if by else person,
                language=person.language or "fr", **how,
            )  # fmt: skip
        self.rows[name] = opened.pk
        self.work(name, broken=broken, patience=patience)

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
        staff.approve(self.request(name), by=self.world.person(by), accept_gaps=gaps)
        if patience is None:
            self.work(name)
        else:
            self.work(name, broken="", patience=patience)

    def write(self, name: str, *, text: str, by: str = "") -> None:
        """Somebody writes to the other side, who reads it."""
        request = self.request(name)
        author = self.world.person(by) if by else request.person
        messages.write_message(request, by=author, text=text)
        if by:
            messages.read_messages(self.request(name), by=request.person)

    def extend(self, name: str, *, note: str) -> None:
        """Take the two further months: one asks, another agrees."""
        approval = approvals.ask(
            self.request(name), Approval.Act.EXTEND, by=self.world.person("sofia"),
            reason=ExtensionReason.COMPLEXITY, note_to_person=note,
        )  # fmt: skip
        approvals.agree(approval, by=self.world.person("helene"))

    def refuse(self, name: str, *, ground: RefusalGround, evidence: str) -> None:
        """Support asks for a refusal, the DPO agrees."""
        approval = approvals.ask(
            self.request(name), Approval.Act.REFUSE, by=self.world.person("sofia"),
            ground=ground, evidence=evidence,
        )  # fmt: skip
        approvals.agree(approval, by=self.world.person("helene"))

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
