"""Sessions, tokens, invitations and counters end when they end."""

from collections.abc import Callable
from datetime import timedelta

import time_machine
from allauth.idp.oidc.models import Token
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.core.cache import cache
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts import actions, tasks
from accounts.models import Invitation, Organisation, User
from portal.lib import counting
from portal.lib.cache import delete_expired
from portal.lib.models import CallCount


def test_a_session_takes_its_network_address_along(
    alice: User, signed_in: Callable[[User], Client]
) -> None:
    signed_in(alice).get("/account/")
    tasks.forget_expired()
    assert UserSession.objects.filter(user=alice).count() == 1
    with time_machine.travel(timezone.now() + timedelta(days=15)):
        tasks.forget_expired()
    assert not Session.objects.exists()
    assert not UserSession.objects.exists()


def test_tokens_and_invitations(alice: User) -> None:
    organisation = Organisation.objects.create(name="Étude", reference="o")
    actions.join(organisation, person=alice, is_admin=True)
    actions.invite(organisation, email="x@paraphe.example", is_admin=False, by=alice)
    now = timezone.now()
    for hours in (-1, 1):
        Token.objects.create(type="at", hash=str(hours), expires_at=now + timedelta(hours=hours))
    tasks.forget_expired()
    assert [token.hash for token in Token.objects.all()] == ["1"]
    assert Invitation.objects.exists()
    with time_machine.travel(now + timedelta(days=31)):
        tasks.forget_expired()
    assert not Invitation.objects.exists()


def test_the_cache_and_the_counts_name_nobody_and_are_emptied() -> None:
    cache.set("limit:192.0.2.1", 1, timeout=60)
    assert counting.count("token:192.0.2.1") == 1
    assert counting.count("token:192.0.2.1") == 2
    assert counting.count("token:192.0.2.2") == 1
    assert cache.get("limit:192.0.2.1") == 1
    with connection.cursor() as cursor:
        cursor.execute("SELECT cache_key FROM kernel_cache")
        keys = [key for (key,) in cursor.fetchall()] + [c.who for c in CallCount.objects.all()]
    assert keys
    assert not any("192" in key and "." in key for key in keys)
    with time_machine.travel(timezone.now() + timedelta(minutes=2)):
        delete_expired()
        counting.forget_past()
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM kernel_cache")
        assert cursor.fetchone() == (0,)
    assert not CallCount.objects.exists()
