"""DocuSign eSignature: the envelopes in which a person takes part, in one account.

Three things are separate there, and none includes the others: the documents (by a purge that waits
14 days in a queue, in three depths), records that an AI has drawn from them, and data of users. The
history of who signed when survives all of them. What we did, and what not, is said (peers.md).
"""

import re
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from typing import IO, cast

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from dsar.durations import after
from dsar.grounds import Awaited, Cause, ErasureGround, Sentence
from dsar.models import ErasureItem, Step, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Declined, OriginalFile, Pending, Proposal, Row, Table
from dsar.sources.docusign_client import DEPTHS, Client, Found, is_purged
from dsar.sources.files import DescribedSource, DescribedType
from dsar.sources.options import Options
from dsar.sources.problems import Problems
from dsar.sources.spec import Choice, Duration, Need, Option, Secret, Section, Text
from portal.lib import outgoing

QUEUE = timedelta(days=14)
# After that DocuSign is given a little longer, and asked this often.
GRACE, AGAIN = timedelta(days=3), timedelta(hours=6)
PREFIX, TRAIL, WHOLE = "envelope:", "trail", "envelopes"
# An envelope that nobody finishes ends by itself after 120 days, unless its sender says otherwise.
UNDER_WAY = timedelta(days=120)
UUID = re.compile(r"[0-9a-fA-F-]{36}")
DAY = re.compile(r"\d{4}-\d{2}-\d{2}")


class DocusignSource(DescribedType):
    """One account of DocuSign eSignature."""

    def __init__(self, described: DescribedSource) -> None:
        super().__init__(described)
        self.client = Client(described.options)

    @classmethod
    def schema(cls) -> Section:
        """Say which account, as whom, how deep an erasure goes and what is done elsewhere."""
        account = Text(most=36, pattern=UUID, like="9d2c7c7e-2f0a-4a4a-9c37-7d1c1d3f8a20")
        return Section(
            {
                "base_url": Need(Text(most=200, like="https://eu.docusign.net/restapi")),
                "oauth_host": Option(Text(most=100), "account.docusign.com"),
                "account_id": Need(account),
                "user_id": Need(account),
                "integration_key": Need(account),
                "private_key": Need(Secret()),
                "since": Option(Text(most=10, pattern=DAY, like="2015-01-31"), "2003-01-01"),
                "depth": Option(Choice(tuple(DEPTHS)), "metadata"),
                "shared": Option(Choice(("keep", "purge")), "keep"),
                "keep_for": Option(Duration(), "P5Y"),
                "trail_for": Option(Duration(), "P10Y"),
                # Each a separate act at DocuSign: there is none, another source does it, or nobody.
                "ai_records": Need(Choice(("none", "other_source", "not_erased"))),
                "users": Need(Choice(("none", "other_source", "not_erased"))),
            }
        )

    @classmethod
    def check(cls, options: Options, problems: Problems) -> None:
        """Note an address that may not be called."""
        try:
            outgoing.checked(options["base_url"])
        except outgoing.Undelivered:
            words = gettext_lazy("This address may not be called: expected https.")
            problems.add(options.line_of("base_url"), words)

    def ready(self, step: Step) -> None:
        """Before the proof, wait for the end of the queue: the day is in the step."""
        if step.kind != Step.Kind.PROVE:
            return
        items = step.request.items.filter(
            source=self.slug, decision=Decision.ERASE, key__startswith=PREFIX, proven_at=None
        )
        queued = [item.done_at for item in items if item.done_at is not None]
        if not queued:
            return
        now, end = timezone.now(), max(queued) + QUEUE
        if now < end:
            raise Pending(Awaited.PURGE, end)
        waiting = [item for item in items if not self._is_gone(item)]
        if waiting and now < end + GRACE:
            raise Pending(Awaited.PURGE, now + AGAIN)

    def find(self, person: User) -> int:
        """Count the envelopes."""
        return sum(1 for _one in self._envelopes(person))

    def collect(self, person: User) -> Iterator[Table]:
        """Yield every envelope with its documents and its certificate, as they are."""
        columns = (
            Column("subject", _("Subject")),
            Column("status", _("State")),
            Column("sent", _("Sent")),
            Column("completed", _("Completed")),
        )
        rows = (self._row(one) for one in self._envelopes(person))
        about = _("Documents that you sent or were sent to sign, with their certificates.")
        yield Table("envelopes", str(self.label), about, columns, rows)

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Decide about each envelope. A preview does not search there: it takes too long."""
        if request.pk is None:
            label = str(self.label)[:300]
            yield Proposal(WHOLE, Decision.ERASE, Sentence.ELSEWHERE_ASKED, label=label)
            return
        today, found = timezone.localdate(), False
        for envelope in self._envelopes(person):
            found = True
            if not is_purged(envelope.purge_state, self.options["depth"]):
                yield self._proposal(envelope, person, today)
        if found:
            yield Proposal(
                TRAIL,
                Decision.KEEP,
                Sentence.SIGNING_TRAIL,
                ground=ErasureGround.LEGAL_CLAIMS,
                label=_("History of signing"),
                until=after(today, self.options["trail_for"]),
            )

    def erase(self, person: User, item: ErasureItem) -> None:
        """Put the envelope into the purge queue; once, however often this is called."""
        if item.decision == Decision.ERASE and item.key.startswith(PREFIX):
            self._queue(item)

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether DocuSign says that the purge is done, in the depth that was asked for.

        Raises:
            Declined: it is, and records that only people there can erase are left.
        """
        acts = (self.options["ai_records"], self.options["users"])
        if item.key == TRAIL and "not_erased" in acts:
            raise Declined(Cause.BY_HAND)
        return item.stays or not item.key.startswith(PREFIX) or self._is_gone(item)

    def end(self, person: User, item: ErasureItem) -> None:
        """Put what was kept until today into the purge queue; the history ends with DocuSign's."""
        if item.key.startswith(PREFIX):
            self._queue(item)

    def has_ended(self, person: User, item: ErasureItem) -> bool:
        """Ask DocuSign whether the purge is done, each night until it is.

        Raises:
            Pending: it waits in the queue, as it may for 14 days and a little more.
        """
        if not item.key.startswith(PREFIX) or self._is_gone(item):
            return True
        now, day = timezone.now(), item.until or timezone.localdate()
        if timezone.localdate() <= day + QUEUE + GRACE:
            raise Pending(Awaited.PURGE, now + AGAIN)
        return False

    def _envelopes(self, person: User) -> Iterator[Found]:
        return self.client.envelopes(_emails(person), self.options["since"])

    def _queue(self, item: ErasureItem) -> None:
        self.client.queue_purge(item.key.removeprefix(PREFIX), self.options["depth"])

    def _is_gone(self, item: ErasureItem) -> bool:
        state = self.client.purge_state(item.key.removeprefix(PREFIX))
        return state == "gone" or is_purged(state, self.options["depth"])

    def _proposal(self, envelope: Found, person: User, today: date) -> Proposal:
        key, label = f"{PREFIX}{envelope.id}", envelope.subject[:300]
        others = envelope.emails - {email.lower() for email in _emails(person)}
        ended = envelope.completed_at or envelope.sent_at
        until = after(ended.date() if ended else today, self.options["keep_for"])
        sentence = None
        if not envelope.is_final:
            until, sentence = today + UNDER_WAY, Sentence.ELSEWHERE_KEPT
        elif others and self.options["shared"] == "keep" and until > today:
            # A purge takes it away from everybody who signed it.
            sentence = Sentence.CONTRACT_OF_OTHERS
        if sentence is None:
            return Proposal(key, Decision.ERASE, Sentence.SIGNING_PURGED, label=label)
        return Proposal(
            key,
            Decision.KEEP,
            sentence,
            ground=ErasureGround.LEGAL_CLAIMS,
            label=label,
            until=until,
        )

    def _row(self, envelope: Found) -> Row:
        files = tuple(
            OriginalFile(name, self._opener(envelope.id, number))
            for number, name in self._documents(envelope)
        )
        values = {
            "subject": envelope.subject,
            "status": envelope.status,
            "sent": envelope.sent_at,
            "completed": envelope.completed_at,
        }
        return Row(values, files=files)

    def _documents(self, envelope: Found) -> list[tuple[str, str]]:
        """Return what there is to give: nothing of an envelope that has been purged."""
        if envelope.purge_state.endswith("_purged"):
            return []
        return self.client.documents(envelope.id)

    def _opener(self, envelope: str, document: str) -> Callable[[], IO[bytes]]:
        return lambda: cast("IO[bytes]", self.client.open(envelope, document))


def _emails(person: User) -> list[str]:
    known = {person.email, *person.addresses.values_list("email", flat=True)}
    return sorted(email for email in known if email)
