"""What sources have in common that lie elsewhere and answer later: a service, or a person.

The question is a row (``OutsideTask``), asked and answered outside any transaction in ``ready``;
what came back is sealed in the storage, and read where the engine asks for it.
"""

from abc import abstractmethod
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import datetime, timedelta

from django.utils import timezone

from accounts.models import User
from dsar.actions import outside
from dsar.answers import Answer, Thing
from dsar.grounds import Cause, ErasureGround, Sentence
from dsar.models import ErasureItem, OutsideTask, Step, SubjectRequest
from dsar.models.erasure import STAYING, Decision
from dsar.sources.base import Declined, Proposal, SourceError
from dsar.sources.files import DescribedType

# A worker does one step at a time: ``ready`` says which, for ``collect`` is given a person only.
_at_hand: ContextVar[int] = ContextVar("step at hand")
Verdict = OutsideTask.Verdict
# What the owner of a source is asked about as a whole, where nobody can list its things before.
WHOLE = "all"


class OutsideSource(DescribedType):
    """A source that is asked, and answers in its own time."""

    @property
    def patience(self) -> timedelta:
        """For how long an answer is waited for."""
        return timedelta(days=self.options["answer_within_days"])

    def asks(self, step: Step) -> bool:
        """Whether this step needs an answer from outside."""
        return True

    @abstractmethod
    def ask(self, task: OutsideTask, now: datetime) -> None:
        """Ask, or look whether there is an answer, having nothing open in the database.

        Returns once the answer is on record; else raises Pending, SourceError.
        """

    def ready(self, step: Step) -> None:
        """Ask until there is an answer; then let its end stand for the step's. See the base."""
        _at_hand.set(step.pk)
        if not self.asks(step):
            return
        if step.kind == Step.Kind.PROVE:
            self._was_erased(step)
        now = timezone.now()
        task = outside.question(step, within=self.patience)
        if not task.verdict and now >= task.due_at:
            forged = task.state.get("forged")
            raise SourceError(Cause.FORGED if forged else Cause.NO_ANSWER, final=True)
        if not task.verdict:
            self.ask(task, now)
            task.refresh_from_db()
        self._end(task)

    def find(self, person: User) -> int:
        """Return how many records the last answer held; nobody is asked for this alone."""
        tasks = OutsideTask.objects.filter(step__request__person=person, step__source=self.slug)
        task = tasks.exclude(verdict="").order_by("-answered_at").first()
        return task.state.get("records", 0) if task else 0

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Yield what the place proposes; before it was asked, that it will be."""
        answer = self.answer_of(request, Step.Kind.PLAN)
        if answer is None:
            yield self.asked()
            return
        for thing in answer.things:
            yield self._proposal(thing)

    def asked(self) -> Proposal:
        """Say that it is asked."""
        return Proposal(
            WHOLE, Decision.ERASE, Sentence.ELSEWHERE_ASKED, label=str(self.label)[:300]
        )

    def erase(self, person: User, item: ErasureItem) -> None:
        """Take over what was answered about the thing; it was erased, or kept, where it lies."""
        answer = self.answer_of(item.request, Step.Kind.ERASE)
        thing = answer.about(item.key) if answer else None
        if thing is not None:
            take_over(item, thing)
        elif item.sentence != Sentence.HELD:  # of what a hold keeps nobody need be asked
            raise SourceError(Cause.UNREADABLE)

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether a new search, by who holds it, found the thing as decided."""
        answer = self.answer_of(item.request, Step.Kind.PROVE)
        thing = answer.about(item.key) if answer else None
        return item.stays or (thing is not None and thing.gone)

    def answer_of(self, request: SubjectRequest, kind: Step.Kind) -> Answer | None:
        """Return what was answered in a step of the request, None if it was not asked.

        Raises:
            SourceError: what is kept of it cannot be read.
        """
        tasks = OutsideTask.objects.filter(
            step__request_id=request.pk, step__kind=kind, step__source=self.slug
        )
        task = tasks.exclude(verdict="").first() if request.pk else None
        return outside.read(task) if task else None

    def task_at_hand(self) -> OutsideTask:
        """Return the answered question of the step that is being worked on."""
        return OutsideTask.objects.select_related("step__request").get(
            step_id=_at_hand.get(0), step__source=self.slug
        )

    def _was_erased(self, step: Step) -> None:
        """Nothing is proven where the erasure itself was declined or failed."""
        erased = step.request.steps.filter(kind=Step.Kind.ERASE, source=self.slug).first()
        if erased is not None and erased.is_gap:
            raise Declined(Cause(erased.cause) if erased.cause else None)

    def _end(self, task: OutsideTask) -> None:
        if task.verdict == Verdict.EXCEPTION:
            raise Declined(Cause.DECLINED)
        if task.verdict == Verdict.FAILED:
            raise SourceError(Cause(task.state.get("cause") or Cause.NO_ANSWER), final=True)

    def _proposal(self, thing: Thing) -> Proposal:
        stays = thing.until is not None
        return Proposal(
            thing.key,
            thing.decision,
            Sentence.ELSEWHERE_KEPT if stays else Sentence.ELSEWHERE_ERASED,
            ground=thing.ground,
            label=thing.label or str(self.label)[:300],
            amount=thing.amount,
            until=thing.until,
        )


def take_over(item: ErasureItem, thing: Thing) -> None:
    """Let what was answered stand for what was planned; changes the instance only.

    A thing under a legal hold was not asked to be erased, and stays as it is; but what was erased
    there before the hold came is not called kept.
    """
    went = item.sentence == Sentence.HELD and thing.found and thing.decision not in STAYING
    if item.sentence == Sentence.HELD and thing.decision == Decision.RESTRICT:
        return  # as we decided; it ends with the hold
    if item.stays and thing.until is None and not went:
        return
    item.decision, item.ground, item.until = thing.decision, thing.ground, thing.until
    if thing.until is not None:
        item.sentence = Sentence.ELSEWHERE_KEPT
    elif thing.found:
        item.sentence, item.ground = Sentence.ELSEWHERE_ERASED, ErasureGround.NOT_NEEDED
    else:
        item.sentence = Sentence.ELSEWHERE_NOTHING
