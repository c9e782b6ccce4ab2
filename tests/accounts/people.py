"""People for tests, made and signed in as the pages do it."""

import re
import time
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, hotp_value
from django.test import Client

from accounts.models import User
from portal.lib.models import OutgoingMail

PASSWORD = "a long sentence of four words"
SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def make(email: str, **fields: Any) -> User:
    """Make a person with a password and one verified address."""
    person = User.objects.create_user(email, PASSWORD, **fields)
    EmailAddress.objects.create(user=person, email=email, verified=True, primary=True)
    return person


def with_app(person: User) -> User:
    """Give the person an authenticator app."""
    TOTP.activate(person, SECRET)
    return person


def app_code(secret: str = SECRET) -> str:
    """Return what the app shows now."""
    return str(format_hotp_value(hotp_value(secret, int(time.time()) // 30)))


def sign_in(client: Client, person: User) -> Client:
    """Sign in with the password and, if there is one, the app."""
    client.post("/account/login/", {"login": person.email, "password": PASSWORD})
    if Authenticator.objects.filter(user=person).exists():
        client.post("/account/2fa/authenticate/", {"code": app_code()})
    return client


def confirm(client: Client) -> Client:
    """Enter the password once more, as before anything sensitive."""
    client.post("/account/reauthenticate/", {"password": PASSWORD})
    return client


def mails(to: str) -> list[OutgoingMail]:
    """Return the mails to an address, oldest first."""
    return list(OutgoingMail.objects.filter(to=to).order_by("pk"))


def code_for(to: str) -> str:
    """Return the code in the newest mail to an address."""
    found = re.search(r"^[A-Z0-9-]{6,}$", mails(to)[-1].text, re.MULTILINE)
    assert found, "no code in the mail"
    return found[0]
