"""One door: every request comes in here, whichever way it came. And taking it back."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.conf import settings
from django.core.files import File
from django.db import IntegrityError, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import enclosures, letters, office, rules, rules_identity
from dsar.actions import engine, identity, proofs, restriction
from dsar.actions.clock import dates_for, move_to
from dsar.actions.lifecycle import Code, lock, move, note
from dsar.kinds import NATURES, Proof
from dsar.models import Attachment, Mandate, SubjectRequest
from dsar.models.requests import Channel, Identity, Kind
from dsar.states import Status
from portal.lib.errors import DomainError

CLOCK_SKEW = timedelta(minutes=5)


class WrongDay(DomainError):
    """A request reached us neither in the future nor longer ago than is believable."""

    code = "wrong_day"


@dataclass(frozen=True)
class Agent:
    """Who acts for the person. ``answer_to_agent`` only where the mandate says so.

    ``is_claimed``: they filed it themselves; what they enclosed proves nothing by itself.
    """

    name: str
    email: str = ""
    proof: Mandate.Proof = Mandate.Proof.NONE
    answer_to_agent: bool = False
    is_claimed: bool = False


@transaction.atomic
def open_request(
    kind: Kind,
    *,
    person: User,
    by: User | None,
    language: str,
    channel: Channel = Channel.PORTAL,
    country: str = "",
    region: str = "",
    about: str = "",
    asked_because: str = "",
    details: dict[str, Any] | None = None,
    parent: SubjectRequest | None = None,
    received_at: datetime | None = None,
    sure: Identity | None = None,
    agent: Agent | None = None,
    enclosed: Iterable[tuple[Attachment.Role, "File[Any]"]] = (),
) -> SubjectRequest:
    """Open a request, confirm it with its reference and due date, and begin the work on it.

    ``by`` is the person, support who enters it for them, or None where nobody has proven to be the
    person. ``received_at`` (aware) is when it reached any contact point of ours, by default now.
    ``sure`` says how sure it is who asks; by default that follows from ``by``, ``agent`` and the
    kind (``rules_identity.how_sure``). Where it is to be confirmed the person is asked by a link,
    and until then nothing is searched, given out or changed.

    Their own request that waits for a confirmation is confirmed, and returned, when the person,
    proven, asks for the same; what they say now stands in place of what was said in their name.

    Raises:
        AlreadyOpen: the person has one of this kind under way; it carries that request.
        StaffOnly: somebody else than the person or support asks.
        BeingErased: an erasure of the person is being carried out.
        WrongDay: see there. And what ``enclosures.take`` raises.
    """
    _believable(received_at)
    place = country or person.country or settings.CONTROLLER["country"]
    sure = sure or rules_identity.how_sure(kind, person=person, by=by, power=_has_power(agent))
    request = SubjectRequest(
        kind=kind,
        person=person,
        channel=channel,
        language=language,
        country=place,
        region=region,
        about=about.strip(),
        asked_because=asked_because,
        details=details or {},
        parent=parent,
        identity=Identity.NOT_NEEDED if sure == Identity.ASKED else sure,
        **dates_for(received_at or timezone.now(), country=place, region=region, kind=kind),
    )
    rules.may_open(request, by)
    how = _how(by, person, agent)
    waiting = _insert_once(request, sure)
    if waiting is not None:
        _enclose(waiting, by, agent, enclosed)
        taken_up = _take_up(waiting, request, by=by, how=how)
        return _place_now(taken_up, request, said=bool(country or person.country), by=by)
    note(request, Code.OPENED, by=by, channel=channel, due_on=request.due_on.isoformat())
    _enclose(request, by, agent, enclosed)
    return _begin(request, sure, by=by, how=how)


@transaction.atomic
def start(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Begin the search for a request that waits for somebody to begin it.

    Raises:
        IllegalMove: it has begun, or is closed.
    """
    request = lock(request)
    rules.may_start(request, by, timezone.localdate())
    return engine.begin(request, by=by)


@transaction.atomic
def withdraw(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Take one's request back; steps under way find it closed and stop.

    Raises:
        NotYours: somebody else tries.
        IllegalMove: it is closed or being carried out.
        AlreadyCarriedOut: something has been erased.
    """
    request = lock(request)
    rules.may_withdraw(request, by, timezone.localdate())
    move(request, Status.WITHDRAWN, code=Code.WITHDRAWN, by=by)
    restriction.end_with(request, by=by)
    engine.discard_parts(request)
    proofs.destroy(request, by=by)
    letters.confirm_withdrawal(request)
    return request


def clock(received_at: datetime, *, country: str = "", kind: str = Kind.ACCESS) -> dict[str, Any]:
    """Return the dates of a request received at an instant (aware), before it is sent."""
    return dates_for(received_at, country=country or settings.CONTROLLER["country"], kind=kind)


def _begin(request: SubjectRequest, sure: Identity, *, by: User | None, how: str) -> SubjectRequest:
    """Confirm receipt; begin the work, or ask first who it is."""
    if sure == Identity.ASKED:
        identity.ask(request, by=by)
        letters.acknowledge(request)
        return request
    letters.acknowledge(request)
    if sure == Identity.PROVEN and how != "session":
        request = identity.hand_to_owner(request)
        note(request, Code.IDENTITY_PROVEN, by=by, how=how)
    return identity.begin(request, by=None)


def _how(by: User | None, person: User, agent: Agent | None) -> str:
    """Return what makes it sure who asks, if it is sure."""
    if by is not None and by.pk == person.pk:
        return "session"
    return "mandate" if _has_power(agent) else "service"


def _take_up(
    waiting: SubjectRequest, asked: SubjectRequest, *, by: User | None, how: str
) -> SubjectRequest:
    """Confirm what was filed in the person's name, in the words of who asks now."""
    for field in ("language", "about", "asked_because", "details"):
        setattr(waiting, field, getattr(asked, field))
    waiting.save(update_fields=["language", "about", "asked_because", "details"])
    if by is not None and how == "session":
        return identity.prove_by_session(waiting, by=by)
    return identity.prove_for(waiting, by=by, how=how)


def _place_now(
    taken_up: SubjectRequest, asked: SubjectRequest, *, said: bool, by: User | None
) -> SubjectRequest:
    """Let the law of the place count that the person named, else the day that they were shown."""
    if said:
        counts = asked.country != taken_up.country or bool(asked.region)
    else:
        counts = asked.due_on < taken_up.due_on
    return move_to(taken_up, asked.country, asked.region, by=by) if counts else taken_up


def _enclose(
    request: SubjectRequest,
    by: User | None,
    agent: Agent | None,
    enclosed: Iterable[tuple[Attachment.Role, "File[Any]"]],
) -> None:
    if agent is not None:
        Mandate.objects.create(
            request=request,
            agent_name=agent.name,
            agent_email=agent.email,
            proof=agent.proof,
            answer_to_agent=agent.answer_to_agent,
            is_claimed=agent.is_claimed,
        )
    for role, upload in enclosed:
        enclosures.take(request, upload, role=role, by=by)


def _has_power(agent: Agent | None) -> bool:
    """Whether a power of attorney was shown: nothing more may be demanded then (CCPA § 7063(b)).

    One that nobody has looked at was not shown yet.
    """
    return agent is not None and agent.proof == Mandate.Proof.POWER and not agent.is_claimed


def _believable(received_at: datetime | None) -> None:
    if received_at is None:
        return
    now = timezone.now()
    if received_at > now + CLOCK_SKEW:
        raise WrongDay(_("A request cannot have reached us in the future."))
    if received_at < now - timedelta(days=office.RECEIVED_WITHIN_DAYS.now()):
        said = _("A request that reached us more than %(days)s days ago is a matter for the DPO.")
        raise WrongDay(said % {"days": office.RECEIVED_WITHIN_DAYS.now()})


def _insert_once(request: SubjectRequest, sure: Identity) -> SubjectRequest | None:
    """Insert the row; the database decides which of two that arrive together is first.

    Returned, locked, is the person's own request that waits for a confirmation, where this one
    gives it.

    Raises:
        AlreadyOpen: they have one under way.
    """
    try:
        with transaction.atomic():
            request.save(force_insert=True)
    except IntegrityError:
        # Invariant 12: the database's own message would carry values; it is not passed on.
        open_one = SubjectRequest.objects.open().filter(person=request.person, kind=request.kind)
        existing = open_one.first()
        if existing is None:
            raise
        if sure == Identity.PROVEN and rules_identity.waits_for_a_link(existing):
            return lock(existing)
        raise rules.AlreadyOpen(existing) from None
    return None


def needs_code(kind: Kind) -> bool:
    """Whether it matters who asks: not for an objection (art. 21(2); CCPA § 7060(b))."""
    return NATURES[kind].proof != Proof.NONE
