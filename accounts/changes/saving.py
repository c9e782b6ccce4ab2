"""Saving a page of a draft on which two persons write: nobody overwrites what they have not seen.

A page carries the edition of the draft at which it was opened. If somebody has changed meanwhile
what stands on the page, nothing is saved: who did, when, and what differs is said, and what was
typed is offered again with the new edition. What was changed on other pages of the same draft is
kept beside it.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.changes import actions
from accounts.changes.kinds import Difference
from accounts.changes.models import OPEN, Change, ChangeEvent
from accounts.models import User
from portal.lib.errors import DomainError

Payload = dict[str, Any]


@dataclass(frozen=True)
class Page:
    """What was typed on one page of a draft.

    ``opened`` is the edition (``Change.edition``) that the page showed, "" where there was no
    draft; None stands for no draft in both functions. ``into`` returns a payload with what was
    typed on the page; ``differs`` returns in what two payloads differ on this page.
    """

    opened: str
    into: Callable[[Payload | None], Payload]
    differs: Callable[[Payload | None, Payload | None], list[Difference]]


class Meanwhile(DomainError):
    """Somebody else wrote on the same page, or the draft was decided, since it was opened.

    ``event`` is the last act on the draft; ``rows`` are the fields that differ: ``before`` is how
    they stand now, ``after`` what was typed. ``is_open``: what was typed can be saved over it.
    """

    code = "draft_changed_meanwhile"

    def __init__(self, event: ChangeEvent, rows: list[Difference], *, is_open: bool) -> None:
        super().__init__(_("It was changed since you opened this page. Nothing was saved yet."))
        self.rows, self.is_open = rows, is_open
        self.by: User = event.by
        self.at: datetime = event.at
        self.did = str(event.get_code_display())


@transaction.atomic
def save(kind: str, subject: str, change: Change | None, page: Page, *, by: User) -> Change:
    """Keep what was typed on a page of ``change``, or begin a draft where there is none.

    Returns the draft; it stays its author's where nothing differs.

    Raises:
        DpoOnly: ``by`` is not a data protection officer.
        Meanwhile: see there.
    """
    if change is None:
        last = Change.objects.filter(kind=kind, subject=subject).order_by("-updated_at").first()
        if page.opened and last is not None and not last.is_open:
            raise _ended(last, page)
        try:
            return actions.draft(kind, subject, page.into(None), by=by)
        except actions.DraftOpen:  # somebody began one in this moment
            change = Change.objects.get(kind=kind, subject=subject, status__in=OPEN)
    change = Change.objects.select_for_update().get(pk=change.pk)
    if not change.is_open:
        raise _ended(change, page)
    payload = page.into(change.payload)
    if payload == change.payload:
        return change
    if page.opened != change.edition and _was_written_on(change, page):
        rows = page.differs(change.payload, payload)
        raise Meanwhile(_last(change), rows, is_open=True)
    return actions.edit(change, payload, by=by)


def _was_written_on(change: Change, page: Page) -> bool:
    """Whether the page shows something else than when it was opened, or it was proposed since."""
    status, _dash, sha256 = page.opened.partition("-")
    then = change.events.filter(data__sha256=sha256).order_by("-pk").first() if sha256 else None
    if then is None or status != change.status:
        return True
    return bool(page.differs(then.data["payload"], change.payload))


def _ended(change: Change, page: Page) -> Meanwhile:
    rows = page.differs(None, page.into(None))
    return Meanwhile(_last(change), rows, is_open=False)


def _last(change: Change) -> ChangeEvent:
    return change.events.select_related("by").latest("pk")
