"""What a browser may do by a signer's link: server-side, in a session that is no sign-in."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest

from consents.models import DocumentLink

IDLE = timedelta(minutes=30)  # then the page closes by itself
OPENED = "opened_links"  # number of a link → when the code was entered, when it was last used
RECEIPTS = "receipts_by_link"  # number of a link → numbers of the acts this browser did by it
SENT = "codes_sent"  # number of a link → when this browser asked for a code


def open_link(request: HttpRequest, link: DocumentLink, *, now: datetime) -> None:
    """Note that the code was entered. The session gets a new name: the old one may be known."""
    request.session.cycle_key()
    _entries(request, SENT).pop(link.uid.hex, None)
    stamp = now.timestamp()
    _entries(request, OPENED)[link.uid.hex] = [stamp, stamp]


def is_open(request: HttpRequest, link: DocumentLink, *, now: datetime) -> bool:
    """Whether this browser has opened the link and not been idle since; being asked is use."""
    entry = request.session.get(OPENED, {}).get(link.uid.hex)
    if entry is None:
        return False
    if now.timestamp() - entry[1] > IDLE.total_seconds():
        close(request, link)
        return False
    _entries(request, OPENED)[link.uid.hex] = [entry[0], now.timestamp()]
    return True


def opened_within(
    request: HttpRequest, link: DocumentLink, lately: timedelta, *, now: datetime
) -> bool:
    """Whether the code was entered lately: for what asks for a fresh proof."""
    entry = request.session.get(OPENED, {}).get(link.uid.hex)
    return entry is not None and now.timestamp() - entry[0] <= lately.total_seconds()


def close(request: HttpRequest, link: DocumentLink) -> bool:
    """Forget everything of the link in this browser; return whether it was open."""
    was_open = _entries(request, OPENED).pop(link.uid.hex, None) is not None
    _entries(request, RECEIPTS).pop(link.uid.hex, None)
    _entries(request, SENT).pop(link.uid.hex, None)
    return was_open


def remember_refusal(
    request: HttpRequest, link: DocumentLink, purpose: str, act: UUID | None, *, everything: bool
) -> None:
    """Keep what was refused here, for the page that confirms it. ``act`` is None for an old act."""
    done = _entries(request, RECEIPTS).setdefault(link.uid.hex, [])
    entry = {"purpose": purpose, "act": str(act) if act else "", "everything": everything}
    # The same refusal, sent twice, is confirmed as it was the first time.
    again = [one for one in done if one["purpose"] == purpose and one["everything"] == everything]
    if not again:
        done.append(entry)


def refusals(request: HttpRequest, link: DocumentLink) -> list[dict[str, Any]]:
    """Return what this browser refused by the link, oldest first."""
    done: list[dict[str, Any]] = request.session.get(RECEIPTS, {}).get(link.uid.hex, [])
    return done


def remember_sent(request: HttpRequest, link: DocumentLink, *, now: datetime) -> None:
    """Keep that a code was asked for, so that the page shows where to enter it."""
    _entries(request, SENT)[link.uid.hex] = now.timestamp()


def sent_at(request: HttpRequest, link: DocumentLink) -> float | None:
    """Return when this browser last asked for a code (seconds since 1970)."""
    stamp: float | None = request.session.get(SENT, {}).get(link.uid.hex)
    return stamp


def _entries(request: HttpRequest, name: str) -> dict[str, Any]:
    entries: dict[str, Any] = request.session.setdefault(name, {})
    request.session.modified = True
    return entries
