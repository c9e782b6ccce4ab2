"""A service of the operator's, asked by the contract of docs/integrators.md ("A source over HTTP").

A question is a signed POST; the answer comes at once, by a signed callback, or when we look again.
"""

import json
import re
import uuid
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from typing import IO, Any, cast
from urllib.parse import urlsplit

from django.conf import settings
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError

from accounts.models import User
from dsar import answers
from dsar.actions import outside
from dsar.answers import GROUNDS, Answer, Garbled, Link
from dsar.grounds import Awaited, Cause
from dsar.models import ErasureItem, OutsideTask, Step
from dsar.sources.base import Column, OriginalFile, Pending, Row, SourceError, Table
from dsar.sources.fetching import Download, cause_of, retry_after
from dsar.sources.files import DescribedSource
from dsar.sources.options import Missing, Options
from dsar.sources.outside import OutsideSource
from dsar.sources.problems import Problems
from dsar.sources.spec import Flag, Need, Option, Secret, Section, Text, Whole
from portal.lib import outgoing
from portal.lib.outgoing import Reply, Undelivered

# The other's words for what a service calls by its short name.
SHORT = {ground.value: name for name, ground in GROUNDS.items()}
ENDED = frozenset({"erased", "not_found", "anonymised"})


class HttpSource(OutsideSource):
    """One service that holds data of its own."""

    def __init__(self, described: DescribedSource) -> None:
        super().__init__(described)
        self.url: str = self.options["url"].rstrip("/")

    @classmethod
    def schema(cls) -> Section:
        """Say where the service is, how both sign, and how long an answer is waited for."""
        return Section(
            {
                "url": Need(Text(most=500, pattern=re.compile(r"https?://\S+"), like="https://…")),
                "secret": Need(Secret()),
                "answer_within_days": Option(Whole(least=1, most=25), 10),
                "poll": Option(Flag(), default=True),
                "poll_seconds": Option(Whole(least=10, most=3600), 60),
                "name": Option(Flag(), default=False),
                "most_megabytes": Option(Whole(least=1, most=20_000), 2000),
                "most_answer_kilobytes": Option(Whole(least=16, most=20_000), 2000),
            }
        )

    @classmethod
    def check(cls, options: Options, problems: Problems) -> None:
        """Note an address that may not be called."""
        try:
            outgoing.checked(options["url"])
        except Undelivered:
            words = _(
                "This address may not be called: https, without a name or password in it; a host"
                " of your own network must be in OUTGOING_ALLOWED_HOSTS."
            )
            problems.add(options.line_of("url"), words)

    @property
    def most(self) -> int:
        """Return how many bytes an answer may have."""
        return int(self.options["most_answer_kilobytes"]) * 1024

    def asks(self, step: Step) -> bool:
        """Nothing to erase or to prove is no question."""
        if step.kind in (Step.Kind.ERASE, Step.Kind.PROVE):
            return bool(self._things(step))
        return True

    def ask(self, task: OutsideTask, now: datetime) -> None:
        """Ask, or look again; take the answer if it is there. Raises Pending, SourceError."""
        if not task.state.get("asked"):
            self._ask_first(task, now)
        elif self.options["poll"]:
            reply = self._call("GET", f"{self.url}/{task.uid}", task, b"")
            if reply.status in (404, 410):  # it lost the question: the same number, once more
                self._ask_first(task, now)
            else:
                self._take(task, reply, now)
        else:
            raise Pending(Awaited.SERVICE, task.due_at)

    def collect(self, person: User) -> Iterator[Table]:
        """Yield the tables that came, and the files from where they lie, as they are copied."""
        task = self.task_at_hand()
        answer = outside.read(task)
        for table in answer.tables:
            columns = tuple(Column(one["key"], one["label"]) for one in table["columns"])
            rows = (_row(row, columns) for row in table["rows"])
            yield Table(table["slug"], table["title"], table.get("about", ""), columns, rows)
        if answer.files:
            columns = (Column("name", _("File")), Column("size", _("Bytes")))
            rows = (
                Row({"name": one.name, "size": one.size}, files=(self._file(one, task),))
                for one in answer.files
            )
            yield Table("files-received", _("Files"), _("As they lie there."), columns, rows)

    def end(self, person: User, item: ErasureItem) -> None:
        """Have erased what was kept until today; what takes longer is looked at the next night."""
        answer = self._at_once("end", person, item, name="end", reads="erase")
        thing = answer.about(item.key)
        if answer.outcome != "not_found" and (thing is None or thing.until is not None):
            raise SourceError(Cause.STILL_THERE)

    def has_ended(self, person: User, item: ErasureItem) -> bool:
        """Have it searched for again: each night is a question of its own."""
        night = f"end:prove:{timezone.localdate()}"
        answer = self._at_once("prove", person, item, name=night, reads="prove")
        thing = answer.about(item.key)
        return answer.outcome == "not_found" or (thing is not None and thing.gone)

    def _at_once(
        self, action: str, person: User, item: ErasureItem, *, name: str, reads: str
    ) -> Answer:
        """Ask about one thing outside of any step; such a question has no callback.

        The same ``name`` makes the same number: it is done once. Raises SourceError.
        """
        number = str(uuid.uuid5(item.request.uid, f"{self.slug}:{item.key}:{name}"))
        body: dict[str, Any] = {"id": number, "action": action, "items": [{"key": item.key}]}
        body |= {"subject": self._subject(person), "language": item.request.language}
        reply = self._send("POST", self.url, number, _encoded(body))
        if reply.status != 200:
            raise SourceError(Cause.NO_ANSWER if reply.status == 202 else cause_of(reply.status))
        self.verify(reply.body, reply.headers, number)
        return _parsed(reply.body, action=reads, id=number, keys=frozenset({item.key}))

    def parse(self, task: OutsideTask, raw: bytes) -> Answer:
        """Return what an answer says. Raises Garbled."""
        keys = task.state.get("keys")
        expected = frozenset(keys) if keys is not None else None
        answer = answers.parse(raw, action=task.action, id=str(task.uid), keys=expected)
        if any(not self._is_ours(link.url) for link in answer.files):
            raise Garbled("A file must lie on the same host as the service.")
        return answer

    def verify(self, raw: bytes, headers: Mapping[str, str], number: str) -> None:
        """Let an answer pass that the service has signed, for this question, just now.

        Raises:
            SourceError: ``FORGED``; ``NOT_CONFIGURED`` where we lack the secret.
        """
        hook, known = self._hook(), {name.lower(): value for name, value in headers.items()}
        try:
            if known.get("webhook-id") != number:
                raise WebhookVerificationError("another question")
            hook.verify(raw, known, json_parse=False)
        except (WebhookVerificationError, ValueError):  # or headers of a form it cannot read
            raise SourceError(Cause.FORGED) from None

    def _ask_first(self, task: OutsideTask, now: datetime) -> None:
        step = cast(Step, task.step)
        things = self._things(step)
        if step.kind in (Step.Kind.ERASE, Step.Kind.PROVE):
            outside.note_asked(task, keys=sorted(one["key"] for one in things))
            task.refresh_from_db()
        body: dict[str, Any] = {
            "id": str(task.uid),
            "action": task.action,
            "request": step.request.reference,
            "subject": self._subject(step.request.person),
            "language": step.request.language,
            "callback": outside.callback_of(task),
            "due": task.due_at.astimezone(UTC).isoformat(),
        }
        if things:
            body["items"] = things
        reply = self._call("POST", self.url, task, _encoded(body))
        self._take(task, reply, now)

    def _take(self, task: OutsideTask, reply: Reply, now: datetime) -> None:
        wait = retry_after(reply.headers.get("retry-after", ""), now)
        if reply.status == 202:
            outside.note_asked(task, asked=True)
            task.refresh_from_db()
            if task.verdict:  # its callback was quicker than its answer
                return
            again = wait or timedelta(seconds=self.options["poll_seconds"])
            polls = self.options["poll"]
            raise Pending(Awaited.SERVICE, min(now + again, task.due_at) if polls else task.due_at)
        if reply.status in (429, 503) and wait is not None:
            raise Pending(Awaited.SERVICE, min(now + wait, task.due_at))
        if reply.status != 200:
            raise SourceError(cause_of(reply.status))
        self.verify(reply.body, reply.headers, str(task.uid))
        try:
            answer = self.parse(task, reply.body)
        except Garbled:
            raise SourceError(Cause.UNREADABLE) from None
        if outside.accept(task, reply.body, answer) is outside.Accepted.LATE:
            raise SourceError(Cause.NO_ANSWER, final=True)

    def _things(self, step: Step) -> list[dict[str, Any]]:
        """Return what an erasure, or its proof, is about; nothing for other steps."""
        items = step.request.items.filter(source=self.slug)
        if step.kind == Step.Kind.ERASE:
            return [_about(item) for item in items.filter(done_at=None)]
        if step.kind == Step.Kind.PROVE:
            return [{"key": one.key} for one in items.filter(proven_at=None) if not one.stays]
        return []

    def _subject(self, person: User) -> dict[str, Any]:
        """Return what the service needs to find the person, and no more."""
        known = [person.email, *person.addresses.values_list("email", flat=True)]
        subject: dict[str, Any] = {
            "uid": str(person.uid),
            "emails": sorted({email for email in known if email}),
        }
        if self.options["name"]:
            subject["name"] = person.name
        return subject

    def _call(self, method: str, url: str, task: OutsideTask, body: bytes) -> Reply:
        return self._send(method, url, str(task.uid), body)

    def _send(self, method: str, url: str, number: str, body: bytes) -> Reply:
        headers = self._signed(number, body)
        try:
            return outgoing.ask(method, url, body or None, headers=headers, most=self.most)
        except Undelivered as error:
            too_large = error.code == "too_large"
            raise SourceError(Cause.TOO_LARGE if too_large else Cause.UNAVAILABLE) from None

    def _signed(self, number: str, body: bytes) -> dict[str, str]:
        now = timezone.now()
        return {
            "Content-Type": "application/json",
            "Accept": "application/json",
            "User-Agent": f"Regard/{settings.VERSION}",
            "webhook-id": number,
            "webhook-timestamp": str(int(now.timestamp())),
            "webhook-signature": self._hook().sign(number, now, body.decode()),
        }

    def _hook(self) -> Webhook:
        try:
            return Webhook(self.options["secret"].value())
        except (Missing, ValueError, EmptyWebhookSecretError):
            raise SourceError(Cause.NOT_CONFIGURED) from None

    def _is_ours(self, url: str) -> bool:
        try:
            outgoing.checked(url)
        except Undelivered:
            return False
        ours, theirs = urlsplit(self.url), urlsplit(url)
        return (ours.scheme, ours.netloc.lower()) == (theirs.scheme, theirs.netloc.lower())

    def _file(self, link: Link, task: OutsideTask) -> OriginalFile:
        most = int(self.options["most_megabytes"]) * 1024 * 1024
        headers = self._signed(str(task.uid), b"")
        return OriginalFile(
            link.name, lambda: cast("IO[bytes]", Download(link, headers=headers, most=most))
        )


def _about(item: ErasureItem) -> dict[str, Any]:
    about: dict[str, Any] = {"key": item.key, "decision": item.decision}
    about["ground"] = SHORT.get(item.ground, "not_needed")
    return about | ({"until": item.until.isoformat()} if item.until else {})


def _row(row: Mapping[str, Any], columns: tuple[Column, ...]) -> Row:
    """Return a row with its columns only; what is no plain value is said as JSON."""
    values = {column.key: row.get(column.key) for column in columns}
    words = {
        key: json.dumps(value, ensure_ascii=False)
        for key, value in values.items()
        if isinstance(value, (dict, list))
    }
    return Row(values, words=words)


def _parsed(raw: bytes, **expected: Any) -> Answer:
    try:
        return answers.parse(raw, **expected)
    except Garbled:
        raise SourceError(Cause.UNREADABLE) from None


def _encoded(body: Mapping[str, Any]) -> bytes:
    return json.dumps(body, ensure_ascii=False, separators=(",", ":")).encode()
