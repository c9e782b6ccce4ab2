"""Links that confirm a request once: 256 random bits, of which we keep a hash."""

from datetime import datetime, timedelta

from django.conf import settings
from django.urls import reverse
from django.utils import timezone

from dsar import office
from dsar.models import Confirmation, SubjectRequest
from portal.lib import crypto


def new_link(request: SubjectRequest, *, is_reminder: bool = False) -> str:
    """Return the whole address (URL) of a new link of a locked request; older ones end."""
    now, token = timezone.now(), crypto.new_token()
    end_links(request, now)
    Confirmation.objects.create(
        request=request,
        token_hash=crypto.hash_token(token),
        sent_at=now,
        expires_at=now + timedelta(days=office.IDENTITY_LINK_DAYS.now()),
        is_reminder=is_reminder,
    )
    return f"{settings.SITE_URL}{reverse('dsar:confirm', args=[token])}"


def by_token(token: str) -> Confirmation | None:
    """Return the link of a token, valid or not; None where we never made it."""
    links = Confirmation.objects.select_related("request__person")
    return links.filter(token_hash=crypto.hash_token(token)).first()


def end_links(request: SubjectRequest, now: datetime) -> None:
    """End every link that could still be used; a moment after it was sent at the earliest."""
    for link in request.confirmations.filter(used_at=None, expires_at__gt=now):
        link.expires_at = max(now, link.sent_at + timedelta(microseconds=1))
        link.save(update_fields=["expires_at"])
