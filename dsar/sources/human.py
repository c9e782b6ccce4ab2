"""A place that no program can search: its owner, who needs no account, is asked by a link.

A copy is asked for once. An erasure is asked for when it is carried out, and once more afterwards:
the owner searches again and confirms that nothing is left (``dsar.actions.owners``).
"""

import re
from collections.abc import Callable, Iterator
from datetime import datetime
from typing import IO, cast

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from dsar import enclosures
from dsar.actions import owners
from dsar.grounds import Awaited, Cause, Sentence
from dsar.models import Attachment, ErasureItem, OutsideTask, Step, SubjectRequest
from dsar.models.erasure import STAYING
from dsar.sources.base import Column, OriginalFile, Pending, Proposal, Row, SourceError, Table
from dsar.sources.fetching import Chunks
from dsar.sources.outside import OutsideSource
from dsar.sources.spec import Bilingual, Choice, Need, Option, Section, Text, Whole

ADDRESS = re.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")


class HumanSource(OutsideSource):
    """One place and the person in charge of it."""

    asks_a_person = True

    @classmethod
    def schema(cls) -> Section:
        """Say who is asked, in which language, what there is to do, and how long that may take."""
        return Section(
            {
                "owner": Need(Text(most=254, pattern=ADDRESS, like="archive@example.org")),
                "language": Option(Choice(("en", "fr")), "en"),
                "what_to_do": Need(Bilingual(most=1000)),
                "answer_within_days": Option(Whole(least=2, most=25), 10),
            }
        )

    def asks(self, step: Step) -> bool:
        """The owner is asked for a copy, for an erasure, and for a second search after it."""
        if step.kind == Step.Kind.ERASE:
            return step.request.items.filter(source=self.slug, done_at=None).exists()
        if step.kind == Step.Kind.PROVE:
            return self._to_prove(step).exists()
        return step.kind == Step.Kind.COLLECT

    def ask(self, task: OutsideTask, now: datetime) -> None:
        """Write to the owner, once, and wait."""
        if not task.state.get("asked"):
            owners.tell(task, self.options)
        raise Pending(Awaited.OWNER, task.due_at)

    def collect(self, person: User) -> Iterator[Table]:
        """Yield the files that the owner has uploaded, as they are."""
        task = self.task_at_hand()
        sent = Attachment.objects.filter(
            uid__in=task.state.get("files", []), request=task.request, destroyed_at=None
        )
        columns = (Column("name", _("File")), Column("sent", _("Sent to us")))
        rows = (
            Row(
                {"name": one.name, "sent": one.at},
                files=(OriginalFile(one.name, _opener(one)),),
            )
            for one in sent
        )
        if sent:
            yield Table(
                "files-received", _("Files"), _("As they were handed to us."), columns, rows
            )

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Say that the owner is asked; what they answer is on the certificate."""
        yield self.asked()

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Where the owner found nothing the first time, that was the search."""
        if item.sentence == Sentence.ELSEWHERE_NOTHING:
            return True
        return super().prove_gone(person, item)

    def end(self, person: User, item: ErasureItem) -> None:
        """Pass once the owner, whom ``owners.ask_about_ends`` asks, has confirmed it."""
        task = OutsideTask.objects.filter(item=item).first()
        if task is None or task.verdict not in ("done", "not_found"):
            raise SourceError(Cause.NO_ANSWER)

    def has_ended(self, person: User, item: ErasureItem) -> bool:
        """Rest on the owner's word, which :meth:`end` waits for: nobody else can search there."""
        return True

    def _to_prove(self, step: Step) -> QuerySet[ErasureItem]:
        items = step.request.items.filter(source=self.slug, proven_at=None)
        return items.exclude(decision__in=STAYING).exclude(sentence=Sentence.ELSEWHERE_NOTHING)


def _opener(attachment: Attachment) -> Callable[[], IO[bytes]]:
    def opened() -> IO[bytes]:
        return cast("IO[bytes]", Chunks(enclosures.open_stream(attachment)))

    return opened
