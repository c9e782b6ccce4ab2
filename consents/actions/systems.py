"""Registering who must obey: where they are told, of which purposes, within which time.

Every change is a row that stays readable (``SystemEvent``). Who calls these is the data protection
officer; ``by=None`` is the command line.
"""

import base64
import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consents.models import Purpose, System, SystemEvent
from portal.lib import outgoing
from portal.lib.crypto import wrap
from portal.lib.errors import DomainError

SECRET_BYTES = 32
# How long messages are signed with the former secret too, for the receiver to change over.
OVERLAP = timedelta(days=1)


class NotCallable(DomainError):
    """The address may not be called by the portal."""

    code = "not_callable"


class KnownAlready(DomainError):
    """Another system has this name."""

    code = "known_already"


class SecretReplacedAlready(DomainError):
    """The page showed a secret that is no longer the present one."""

    code = "secret_replaced_already"


@dataclass(frozen=True)
class Entry:
    """What is registered of a system. ``promise`` is in seconds, from the choice to its effect."""

    slug: str
    name: str
    webhook_url: str
    promise: int
    obeys: Iterable[Purpose] = field(default_factory=tuple)
    kind: str = System.Kind.INTERNAL
    country: str = ""


@transaction.atomic
def register(entry: Entry, *, by: User | None) -> tuple[System, str]:
    """Register a new system, or give one of the catalogue its webhook; return its secret once.

    Raises:
        KnownAlready: a system of this name has a webhook already.
        NotCallable: the address may not be called.
    """
    _require_callable(entry.webhook_url)
    system, _made = System.objects.select_for_update().get_or_create(
        slug=entry.slug,
        defaults={"name": entry.name, "kind": entry.kind, "country": entry.country},
    )
    if system.webhook_url:
        raise KnownAlready(_("A system with this short name is registered already."))
    changes = _set(system, entry)
    secret = os.urandom(SECRET_BYTES)
    system.webhook_secret = wrap(secret)
    system.save()
    _note(system, SystemEvent.Kind.REGISTERED, by, changes)
    return system, _in_words(secret)


@transaction.atomic
def change(system: System, entry: Entry, *, by: User | None) -> System:
    """Change what is registered. Without a webhook it is told of nothing any more.

    Raises:
        NotCallable: the address may not be called.
    """
    system = System.objects.select_for_update().get(pk=system.pk)
    if entry.webhook_url:
        _require_callable(entry.webhook_url)
    moved = entry.webhook_url != system.webhook_url
    changes = _set(system, entry)
    if moved:  # what was wrong with the old address says nothing of the new one
        system.failures, system.closed_until = 0, None
    system.save()
    if changes:
        _note(system, SystemEvent.Kind.CHANGED, by, changes)
    return system


@transaction.atomic
def renew_secret(system: System, *, instead_of: str, by: User | None) -> str:
    """Make a new secret and return it, once. For a day, messages are signed with both.

    ``instead_of`` is the :func:`mark` of the secret that was to be replaced: a form sent twice
    makes one new secret, not two of which nobody has seen the first.

    Raises:
        SecretReplacedAlready: the present secret is another.
    """
    system = System.objects.select_for_update().get(pk=system.pk)
    if mark(system) != instead_of:
        raise SecretReplacedAlready(
            _("The secret was replaced already. Open the page again to make another one.")
        )
    secret = os.urandom(SECRET_BYTES)
    if system.webhook_secret:
        system.former_secret, system.former_until = system.webhook_secret, timezone.now() + OVERLAP
    system.webhook_secret = wrap(secret)
    system.save()
    _note(system, SystemEvent.Kind.SECRET, by, {})
    return _in_words(secret)


def mark(system: System) -> str:
    """Return what tells one secret from the next, and nothing about either."""
    return hashlib.sha256(bytes(system.webhook_secret)).hexdigest()[:16]


def _set(system: System, entry: Entry) -> dict[str, Any]:
    """Set the fields, and return which changed: field → [old, new]."""
    obeyed = sorted(system.obeys.values_list("slug", flat=True))
    before = {name: getattr(system, name) for name in ("name", "webhook_url", "promise")}
    for name in before:
        setattr(system, name, getattr(entry, name))
    purposes = list(entry.obeys)
    system.obeys.set(purposes)
    after: dict[str, Any] = {name: getattr(system, name) for name in before}
    before |= {"obeys": obeyed}
    after |= {"obeys": sorted(purpose.slug for purpose in purposes)}
    return {name: [before[name], after[name]] for name in after if before[name] != after[name]}


def _require_callable(url: str) -> None:
    try:
        outgoing.checked(url)
    except outgoing.Undelivered:
        raise NotCallable(
            _("This address cannot be called. It has to be https, without name or password.")
        ) from None


def _note(system: System, kind: SystemEvent.Kind, by: User | None, data: dict[str, Any]) -> None:
    SystemEvent.objects.create(system=system, kind=kind, by=by, data=data)


def _in_words(secret: bytes) -> str:
    return f"whsec_{base64.b64encode(secret).decode()}"
