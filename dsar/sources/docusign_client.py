"""The calls that Regard makes to DocuSign eSignature, by its own client (REST v2.1).

Signed in as one user of the account by JWT grant; a token that has ended is renewed once per call.
Nothing of an answer reaches a log or an exception: it is full of names.
"""

import math
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, Self

import urllib3
from django.utils import timezone
from django.utils.dateparse import parse_datetime
from docusign_esign import ApiClient, Envelope, EnvelopesApi
from docusign_esign.client.api_exception import ApiException, ArgumentException

from dsar.grounds import Awaited, Cause
from dsar.sources.base import Pending, SourceError
from dsar.sources.options import Missing, Options

PAGE = 100
MOST_PAGES = 1000
TIMEOUT = (5, 60)  # seconds: to connect, and between two bytes
TOKEN_LIVES = 3600
# Renewed before its end, for a call takes a while.
MARGIN = 120
SOONEST, LATEST = timedelta(seconds=10), timedelta(hours=2)
FINAL = frozenset({"completed", "declined", "voided"})
# A purge removes so much; each name is also the beginning of its two states, queued and purged.
DEPTHS = {
    "documents": "documents",
    "metadata": "documents_and_metadata",
    "redact": "documents_and_metadata_and_redact",
}


@dataclass(frozen=True)
class Found:
    """One envelope in which an address takes part. ``emails`` are in lower case."""

    id: str
    subject: str
    status: str
    sent_at: datetime | None
    completed_at: datetime | None
    purge_state: str
    emails: frozenset[str]

    @property
    def is_final(self) -> bool:
        """Whether DocuSign lets it be purged."""
        return self.status in FINAL


def is_purged(state: str, depth: str) -> bool:
    """Whether so much, or more, has been removed."""
    return state in _states("purged", depth)


def is_queued(state: str, depth: str) -> bool:
    """Whether so much, or more, waits to be removed."""
    return state in _states("queued", depth)


class Client:
    """One account. ``options`` is what the file says."""

    def __init__(self, options: Options) -> None:
        self._options = options
        self._api: Any = None
        self._until = 0.0

    def envelopes(self, emails: list[str], since: str) -> Iterator[Found]:
        """Yield each envelope in which one of the addresses is sender or recipient, once."""
        seen: set[str] = set()
        for email in emails:
            for envelope in self._pages(email, since):
                found = _found(envelope)
                if email.lower() in found.emails and found.id not in seen:
                    seen.add(found.id)
                    yield found

    def purge_state(self, envelope_id: str) -> str:
        """Return how far a purge is; "gone" for an envelope that is not there any more."""
        envelope = self._call(
            lambda api, account: api.get_envelope(account, envelope_id, _request_timeout=TIMEOUT),
            missing=None,
        )
        return "gone" if envelope is None else str(envelope.purge_state or "unpurged")

    def queue_purge(self, envelope_id: str, depth: str) -> None:
        """Put an envelope into the purge queue; one that is there already is left alone."""
        state = self.purge_state(envelope_id)
        if state == "gone" or is_purged(state, depth) or is_queued(state, depth):
            return
        wanted = Envelope(envelope_id=envelope_id, purge_state=f"{DEPTHS[depth]}_queued")
        self._call(lambda api, account: api.update(account, envelope_id, envelope=wanted))

    def documents(self, envelope_id: str) -> list[tuple[str, str]]:
        """Return number and name of each document, with the certificate of completion."""
        listed = self._call(lambda api, account: api.list_documents(account, envelope_id))
        documents = listed.envelope_documents or []
        return [(str(one.document_id), _name(one)) for one in documents]

    def open(self, envelope_id: str, document_id: str) -> "Stream":
        """Return a document, to be read piece by piece."""
        answer = self._call(
            lambda api, account: api.get_document(
                account, document_id, envelope_id, _preload_content=False
            )
        )
        return Stream(answer)

    def _pages(self, email: str, since: str) -> Iterator[Any]:
        start = 0
        for _page in range(MOST_PAGES):
            page = self._page(email, since, start)
            listed = page.envelopes or []
            yield from listed
            start += len(listed)
            if not listed or start >= int(page.total_set_size or 0):
                return
        raise SourceError(Cause.TOO_LARGE)

    def _page(self, email: str, since: str, start: int) -> Any:
        return self._call(
            lambda api, account: api.list_status_changes(
                account,
                from_date=since,
                search_text=email,
                include="recipients",
                include_purge_information="true",
                count=str(PAGE),
                start_position=str(start),
            )
        )

    def _call(self, call: Callable[[Any, str], Any], **when: Any) -> Any:
        """Call, with a fresh token the second time; ``missing`` is returned for a 404."""
        for is_last in (False, True):
            try:
                return call(self._signed_in(), self._options["account_id"])
            except ApiException as error:
                if error.status != 401 or is_last:
                    return _judged(error, when)
                self._api = None
            except (urllib3.exceptions.HTTPError, ValueError):
                raise SourceError(Cause.UNAVAILABLE) from None
        return None

    def _signed_in(self) -> Any:
        if self._api is None or time.time() > self._until:
            client = _Timed(host=self._options["base_url"].rstrip("/"))
            try:
                key = self._options["private_key"].value().encode()
                client.request_jwt_user_token(
                    self._options["integration_key"],
                    self._options["user_id"],
                    self._options["oauth_host"],
                    key,
                    TOKEN_LIVES,
                    ["signature", "impersonation"],
                )
            except ApiException as error:
                # consent was not given, the key was taken away, the user is closed
                refused = error.status in (400, 401, 403)
                raise SourceError(Cause.REFUSED if refused else Cause.UNAVAILABLE) from None
            except (Missing, ArgumentException):
                raise SourceError(Cause.NOT_CONFIGURED) from None
            self._api = EnvelopesApi(client)
            self._until = time.time() + TOKEN_LIVES - MARGIN
        return self._api


class Stream:
    """An answer of the client as a file to read from."""

    def __init__(self, answer: Any) -> None:
        self._answer = answer

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self.close()

    def close(self) -> None:
        """End the call."""
        self._answer.release_conn()

    def read(self, size: int = 64 * 1024) -> bytes:
        """Return the next bytes, none at the end."""
        try:
            return bytes(self._answer.read(size))
        except urllib3.exceptions.HTTPError:
            raise SourceError(Cause.UNAVAILABLE) from None


class _Timed(ApiClient):  # type: ignore[misc]
    """The client, which would wait for ever."""

    def request(self, *args: Any, **kwargs: Any) -> Any:
        kwargs["_request_timeout"] = kwargs.get("_request_timeout") or TIMEOUT
        return super().request(*args, **kwargs)


def _judged(error: ApiException, when: dict[str, Any]) -> Any:
    """Return what a 404 stands for; raise what any other refusal means."""
    if error.status == 404 and "missing" in when:
        return when["missing"]
    if error.status == 429:
        raise Pending(Awaited.SERVICE, _reset(error)) from None
    if error.status in (401, 403):
        raise SourceError(Cause.REFUSED) from None
    raise SourceError(Cause.UNAVAILABLE) from None


def _reset(error: ApiException) -> datetime:
    """Return when calls are taken again (``X-RateLimit-Reset``: seconds since 1970), in bounds."""
    now = timezone.now()
    headers = {name.lower(): value for name, value in dict(error.headers or {}).items()}
    try:
        at = datetime.fromtimestamp(math.ceil(float(headers["x-ratelimit-reset"])), UTC)
    except (KeyError, ValueError, OverflowError, OSError):
        at = now + LATEST / 2
    return max(now + SOONEST, min(at, now + LATEST))


def _states(end: str, depth: str) -> frozenset[str]:
    deeper = list(DEPTHS)[list(DEPTHS).index(depth) :]
    return frozenset(f"{DEPTHS[one]}_{end}" for one in deeper)


def _found(envelope: Any) -> Found:
    people = envelope.recipients.to_dict() if envelope.recipients else {}
    listed = [one for group in people.values() if isinstance(group, list) for one in group]
    emails = {str(one.get("email") or "").lower() for one in listed}
    sender = envelope.sender.email if envelope.sender else ""
    return Found(
        id=str(envelope.envelope_id),
        subject=str(envelope.email_subject or ""),
        status=str(envelope.status or ""),
        sent_at=_time(envelope.sent_date_time),
        completed_at=_time(envelope.completed_date_time),
        purge_state=str(envelope.purge_state or "unpurged"),
        emails=frozenset(emails | {str(sender or "").lower()} - {""}) - {""},
    )


def _time(text: str | None) -> datetime | None:
    if not text:
        return None
    # Seven digits of a second are one more than Python reads.
    whole, dot, rest = str(text).rstrip("Z").partition(".")
    try:
        at = parse_datetime(whole + (dot + rest[:6] if dot else "") + "+00:00")
    except ValueError:
        return None
    return at


def _name(document: Any) -> str:
    name = str(document.name or document.document_id)
    if str(document.document_id) == "certificate":
        name = "certificate-of-completion"
    return name if name.lower().endswith(".pdf") else f"{name}.pdf"
