"""Whether a person who works here has, and in this session used, a second factor."""

from enum import Enum
from typing import Any

from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authenticator_added
from django.dispatch import receiver
from django.http import HttpRequest

from accounts import single_sign_on
from accounts.models import User

# Recovery codes stand in for a factor that is lost; they are none by themselves.
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


class SecondFactor(Enum):
    """What the session shows."""

    MISSING = "missing"
    UNUSED = "unused"
    USED = "used"


def shown(request: HttpRequest, user: User) -> SecondFactor:
    """Return whether a second factor was shown here, or at a provider that asks for one."""
    records = get_authentication_records(request, user)
    if any(_at_provider(record) for record in records):
        return SecondFactor.USED
    if not Authenticator.objects.filter(user=user, type__in=FACTORS).exists():
        return SecondFactor.MISSING
    if any(record["method"] == "mfa" for record in records):
        return SecondFactor.USED
    return SecondFactor.UNUSED


def _at_provider(record: dict[str, Any]) -> bool:
    return record["method"] == "socialaccount" and single_sign_on.asks_second_factor(
        record["provider"]
    )


@receiver(authenticator_added)
def count_setting_up_as_use(
    request: HttpRequest, user: User, authenticator: Authenticator, **_more: Any
) -> None:
    """Let who has just shown a new factor go on; allauth offers no other hook for this moment."""
    if authenticator.type in FACTORS:
        record_authentication(request, user, "mfa", id=authenticator.pk, type=authenticator.type)
