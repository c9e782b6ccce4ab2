"""Drafting a change and deciding about it: the second person is the rule (ASVS 2.3.5)."""

from typing import Any

from django.conf import settings
from django.db import IntegrityError, models, transaction
from django.db.models import Exists, OuterRef
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.changes.kinds import KINDS
from accounts.changes.models import Change, ChangeEvent
from accounts.models import User
from accounts.office import CHANGE, SECOND_PERSON
from accounts.roles import Role
from portal.lib.canonical import sha256_of
from portal.lib.errors import DomainError

Code, Status = ChangeEvent.Code, Change.Status


class DpoOnly(DomainError):
    """Only a data protection officer drafts changes and decides about them."""

    code = "dpo_only"


class DraftOpen(DomainError):
    """There is an open change of the same thing."""

    code = "draft_open"


class NotOpen(DomainError):
    """It has been decided, or taken back."""

    code = "change_not_open"


class NotReady(DomainError):
    """Something in the draft keeps it from being proposed or applied."""

    code = "draft_not_ready"


class OwnChange(DomainError):
    """Who drafted a change cannot be its second person."""

    code = "own_change"


class Overtaken(DomainError):
    """What the change was drafted on is no longer what is there."""

    code = "change_overtaken"


@transaction.atomic
def draft(
    kind: str, subject: str, payload: dict[str, Any], *, by: User, reason: str = ""
) -> Change:
    """Begin a change and return it. ``payload`` is kept as given, right or wrong.

    Raises:
        DpoOnly: ``by`` is not a data protection officer.
        DraftOpen: one of the same thing is open.
    """
    _require_dpo(by)
    try:
        with transaction.atomic():
            change = Change.objects.create(
                kind=kind,
                subject=subject,
                payload=payload,
                base=KINDS[kind].base(subject),
                author=by,
                reason=reason,
            )
    except IntegrityError as error:
        raise DraftOpen(
            _("There is an open change of this already: go on with that one.")
        ) from error
    _note(change, Code.DRAFTED, by)
    return change


@transaction.atomic
def edit(change: Change, payload: dict[str, Any], *, by: User, reason: str | None = None) -> Change:
    """Replace the draft's content; a proposed one becomes a draft again. Any DPO may.

    Who edits it becomes its author: the second person must not have written a word of it.

    Raises:
        DpoOnly, NotOpen.
    """
    _require_dpo(by)
    change = _open(change)
    change.payload, change.author = payload, by
    change.reason = change.reason if reason is None else reason
    change.base = KINDS[change.kind].base(change.subject)
    change.status, change.proposed_at = Status.DRAFT, None
    _save(change)
    _note(change, Code.EDITED, by)
    return change


@transaction.atomic
def propose(change: Change, *, by: User, reason: str | None = None) -> Change:
    """Ask a second person; where the office wants none, carry it out at once.

    Raises:
        DpoOnly, NotOpen, OwnChange (somebody else's draft), NotReady, Overtaken.
    """
    _require_dpo(by)
    change = _open(change)
    if change.status != Status.DRAFT:
        raise NotOpen(_("This change has been given to a second person already."))
    if change.author_id != by.pk:
        raise OwnChange(_("Somebody else wrote this draft. Edit it to make it yours."))
    change.reason = change.reason if reason is None else reason
    _require_ready(change)
    change.status, change.proposed_at = Status.PROPOSED, timezone.now()
    _save(change)
    _note(change, Code.PROPOSED, by, note=change.reason)
    return change if second_person_needed() else _carry_out(change, by)


@transaction.atomic
def approve(change: Change, *, by: User, note: str = "", seen: str | None = None) -> Change:
    """Agree as the second person: the change is carried out in this transaction.

    ``seen`` is the fingerprint of what ``by`` read: nobody agrees to words that came afterwards.

    Raises:
        DpoOnly, NotOpen, NotReady, Overtaken; OwnChange for its author and for whoever ever
        edited it; and what the kind's own rules say.
    """
    change = _pending(change, by)
    if seen is not None and seen != change.fingerprint:
        raise Overtaken(_("It was edited since you looked at it. Read it again, then decide."))
    _require_ready(change)
    return _carry_out(change, by, note)


@transaction.atomic
def refuse(change: Change, *, by: User, note: str) -> Change:
    """Refuse as the second person, with a reason. Raises as :func:`approve`, and NotReady."""
    change = _pending(change, by)
    if not note.strip():
        raise NotReady(_("Say why, so that the author can mend it."))
    return _end(change, Status.REFUSED, Code.REFUSED, by, note.strip())


@transaction.atomic
def withdraw(change: Change, *, by: User) -> Change:
    """Take a draft or a proposal back. Raises DpoOnly, NotOpen."""
    _require_dpo(by)
    change = _open(change)
    change.status, change.proposed_at = Status.WITHDRAWN, None
    _save(change)
    _note(change, Code.WITHDRAWN, by)
    return change


@transaction.atomic
def mark_stopped(change: Change, *, by: User, note: str) -> Change:
    """Record that a carried-out change was stopped before its effect; the kind has stopped it."""
    _require_dpo(by)
    change = Change.objects.select_for_update().get(pk=change.pk)
    if change.status != Status.APPLIED:
        raise NotOpen(_("Only a change that was carried out can be stopped."))
    return _end(change, Status.STOPPED, Code.STOPPED, by, note)


def second_person_needed() -> bool:
    """Whether this office wants two people for a change (setting SECOND_PERSON).

    What the operator wants counts whatever was set in the product before they wanted it.
    """
    return CHANGE in settings.SECOND_PERSON or CHANGE in SECOND_PERSON.now()


def may_decide(change: Change, by: User) -> bool:
    """Whether ``by`` may be the second person of it now."""
    return by.is_dpo and change.status == Status.PROPOSED and not _wrote_in(change, by)


def others(change: Change) -> models.QuerySet[User]:
    """Return the data protection officers who wrote no word of it: one of them can decide."""
    wrote = ChangeEvent.objects.filter(change=change, code__in=[Code.DRAFTED, Code.EDITED])
    officers = User.objects.filter(role=Role.DPO, is_active=True).exclude(pk=change.author_id)
    return officers.exclude(pk__in=wrote.values("by"))


def waiting_for(by: User) -> models.QuerySet[Change]:
    """Return the changes that ``by`` may be the second person of now, as :func:`may_decide`."""
    written = ChangeEvent.objects.filter(
        change=OuterRef("pk"), by=by, code__in=[Code.DRAFTED, Code.EDITED]
    )
    if not by.is_dpo:
        return Change.objects.none()
    return Change.objects.filter(~Exists(written), status=Status.PROPOSED).exclude(author=by)


def _carry_out(change: Change, by: User, note: str = "") -> Change:
    KINDS[change.kind].apply(change)
    return _end(change, Status.APPLIED, Code.APPROVED, by, note)


def _end(change: Change, status: str, code: str, by: User, note: str) -> Change:
    change.status, change.decided_at, change.decided_by = status, timezone.now(), by
    _save(change)
    _note(change, code, by, note=note)
    return change


def _require_dpo(by: User) -> None:
    if not by.is_dpo:
        raise DpoOnly(_("Only a data protection officer may do this."))


def _open(change: Change) -> Change:
    """Return the change, its row locked."""
    change = Change.objects.select_for_update().get(pk=change.pk)
    if not change.is_open:
        raise NotOpen(_("This change has been decided, or was taken back."))
    return change


def _pending(change: Change, by: User) -> Change:
    _require_dpo(by)
    change = _open(change)
    if change.status != Status.PROPOSED:
        raise NotOpen(_("This is a draft: nobody has been asked about it yet."))
    if _wrote_in(change, by):
        raise OwnChange(_("You wrote in this change: somebody else has to decide about it."))
    return change


def _wrote_in(change: Change, by: User) -> bool:
    written = change.events.filter(code__in=[Code.DRAFTED, Code.EDITED], by=by)
    return change.author_id == by.pk or written.exists()


def _require_ready(change: Change) -> None:
    kind = KINDS[change.kind]
    if kind.base(change.subject) != change.base:
        raise Overtaken(
            _("What it changes has changed meanwhile. Look at the differences and save it again.")
        )
    if kind.problems(change):
        raise NotReady(_("The draft is not ready: what is missing is marked on its page."))


def _save(change: Change) -> None:
    change.updated_at = timezone.now()
    change.save()


def _note(change: Change, code: str, by: User, *, note: str = "") -> None:
    data = {"payload": change.payload, "sha256": sha256_of(change.payload)}
    ChangeEvent.objects.create(change=change, code=code, by=by, note=note, data=data)
