"""Handing a copy over, and its end: links that work once, and a key that is destroyed."""

from datetime import datetime, timedelta

from django.core.files.storage import default_storage
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar import letters
from dsar.actions.lifecycle import Code, lock, note
from dsar.models import Package
from dsar.rules import NotYours
from portal.lib import crypto
from portal.lib.errors import DomainError

LINK_LASTS = timedelta(minutes=15)
REMIND_BEFORE = timedelta(days=3)


class CopyGone(DomainError):
    """The copy has been destroyed, or its time is over."""

    code = "copy_gone"


class LinkSpent(DomainError):
    """The link has been used, replaced by a newer one, or is too old."""

    code = "link_spent"


@transaction.atomic
def new_link(package: Package, *, by: User) -> str:
    """Return the secret of a new download link: for the person, once, within a quarter of an hour.

    The view calls this after re-authentication. A link made before stops working.

    Raises:
        NotYours: somebody else than the person asks, staff included.
        CopyGone: the copy has been destroyed.
    """
    request = lock(package.request_id)
    if by.pk != request.person_id:
        raise NotYours(_("Only the person whose data it is can download the copy."))
    package = _locked(package)
    token = crypto.new_token()
    package.link_hash = crypto.hash_token(token)
    package.link_until = timezone.now() + LINK_LASTS
    package.save(update_fields=["link_hash", "link_until"])
    note(request, Code.LINKED, by=by)
    return token


def peek(token: str, *, by: User) -> Package | None:
    """Return the package that a link would open now, leaving the link as it is; None if none."""
    now, hashed = timezone.now(), crypto.hash_token(token)
    mine = Package.objects.filter(link_hash=hashed, link_until__gt=now, request__person=by)
    found = mine.select_related("request").first()
    return found if found is not None and found.is_ready(now) else None


@transaction.atomic
def redeem(token: str, *, by: User) -> Package:
    """Spend a link and return the package it opens; stream it with ``packages.open_stream``.

    Raises:
        LinkSpent: it was used, is too old, or is not this person's.
        CopyGone: the copy has been destroyed.
    """
    now, hashed = timezone.now(), crypto.hash_token(token)
    mine = Package.objects.filter(link_hash=hashed, link_until__gt=now, request__person=by)
    found = mine.first()
    if found is None:
        raise LinkSpent(_("This link has been used or is too old. Ask for a new one."))
    request = lock(found.request_id)
    package = _locked(found)
    if package.link_hash != hashed:
        raise LinkSpent(_("This link has been used or is too old. Ask for a new one."))
    package.link_hash, package.link_until = None, None
    package.downloads += 1
    package.save(update_fields=["link_hash", "link_until", "downloads"])
    note(request, Code.DOWNLOADED, by=by)
    return package


def expire(now: datetime) -> int:
    """Destroy every copy whose time is over; return how many."""
    over = Package.objects.filter(destroyed_at=None, expires_at__lte=now)
    ended = [pk for pk in over.values_list("pk", flat=True) if _expire_one(pk)]
    return len(ended)


def remind(now: datetime) -> int:
    """Tell the persons who never downloaded a copy that it will soon be destroyed; once."""
    soon = Package.objects.filter(
        destroyed_at=None, reminded_at=None, downloads=0, expires_at__lte=now + REMIND_BEFORE
    )
    reminded = [pk for pk in soon.values_list("pk", flat=True) if _remind_one(pk, now)]
    return len(reminded)


def destroy(package: Package) -> None:
    """Destroy a locked copy: the key first, for without it the file is noise."""
    package.key, package.destroyed_at = None, timezone.now()
    package.link_hash = package.link_until = None
    package.save(update_fields=["key", "destroyed_at", "link_hash", "link_until"])
    name = package.name
    transaction.on_commit(lambda: default_storage.delete(name))


@transaction.atomic
def _expire_one(pk: int) -> bool:
    found = Package.objects.get(pk=pk)
    request = lock(found.request_id)
    package = Package.objects.select_for_update().get(pk=pk)
    if package.destroyed_at is not None:
        return False
    destroy(package)
    note(request, Code.PACKAGE_DESTROYED, by=None)
    return True


@transaction.atomic
def _remind_one(pk: int, now: datetime) -> bool:
    package = Package.objects.select_for_update().select_related("request__person").get(pk=pk)
    if package.reminded_at is not None or package.destroyed_at is not None:
        return False
    package.reminded_at = now
    package.save(update_fields=["reminded_at"])
    letters.announce_expiry(package)
    return True


def _locked(package: Package) -> Package:
    package = Package.objects.select_for_update().get(pk=package.pk)
    if not package.is_ready(timezone.now()):
        raise CopyGone(_("This copy has been destroyed. You can ask for a new one at any time."))
    return package
