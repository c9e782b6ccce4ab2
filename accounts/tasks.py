"""Jobs about people."""

from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import Invitation


def forget_expired() -> int:
    """Delete what has come to its end: sessions with their network addresses, tokens, invitations.

    allauth notices a session's end only when its person looks at the list of sessions. Returns how
    many things ended.
    """
    now = timezone.now()
    gone: int = Session.objects.filter(expire_date__lt=now).delete()[0]
    alive = Session.objects.values("session_key")
    gone += UserSession.objects.exclude(session_key__in=alive).delete()[0]
    gone += Token.objects.filter(expires_at__lt=now).delete()[0]
    gone += Invitation.objects.filter(invited_at__lt=now - Invitation.VALID).delete()[0]
    return gone
