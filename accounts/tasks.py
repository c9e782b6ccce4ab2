"""Jobs about people."""

from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.utils import timezone

from accounts.models import Invitation


def forget_expired() -> None:
    """Delete what has come to its end: sessions with their network addresses, tokens, invitations.

    allauth notices a session's end only when its person looks at the list of sessions.
    """
    now = timezone.now()
    Session.objects.filter(expire_date__lt=now).delete()
    alive = Session.objects.values("session_key")
    UserSession.objects.exclude(session_key__in=alive).delete()
    Token.objects.filter(expires_at__lt=now).delete()
    Invitation.objects.filter(invited_at__lt=now - Invitation.VALID).delete()
