"""Before something that cannot be taken back: is it still the same person?

``reauthentication_required`` is allauth's. allauth asks for the password or the second factor, and
lets a person who has neither (single sign-on alone, codes by e-mail alone) pass unasked; here such
a person is asked for a fresh code by e-mail (:class:`CodeByMail`).
"""

import time
from collections.abc import Callable
from typing import Any, TypeVar

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.account.decorators import reauthentication_required as allauth_decorator
from allauth.account.internal.flows.login import record_authentication
from allauth.account.internal.flows.reauthentication import get_reauthentication_flows
from django.conf import settings
from django.http import HttpRequest
from django.urls import resolve
from django.utils.crypto import constant_time_compare, salted_hmac

from accounts.models import User

V = TypeVar("V", bound=Callable[..., Any])

ATTEMPTS = 3
SESSION_KEY = "reauthentication_code"


def reauthentication_required(view: V) -> V:
    """Ask the signed-in person to prove it is them, unless they did within ten minutes.

    ``ACCOUNT_REAUTHENTICATION_TIMEOUT`` holds the seconds. A form that was sent is kept and goes on
    afterwards. For a class-based view: ``method_decorator(reauthentication_required, "dispatch")``.
    """
    decorated: V = allauth_decorator(view)
    return decorated


def is_only_reachable_by_mail(user: User) -> bool:
    """Return whether the person has neither a password nor a second factor to be asked for."""
    return not get_reauthentication_flows(user)


def signed_in_recently(request: HttpRequest, user: User) -> bool:
    """Return whether the person proved who they are within the time that counts as recent."""
    records = get_authentication_records(request, user)
    latest = max((record["at"] for record in records), default=0)
    return time.time() - latest < settings.ACCOUNT_REAUTHENTICATION_TIMEOUT


def is_resumed(request: HttpRequest) -> bool:
    """Return whether allauth goes on with a form now that the person has proven who they are.

    The browser then still shows the page that asked for the proof: an answer that is a file would
    leave it there, as if the proof were still wanted.
    """
    asked = request.resolver_match
    return asked is not None and asked.route != resolve(request.path_info).route


class CodeByMail:
    """A code sent to the person's main address; the session holds its hash and what is left."""

    def __init__(self, request: HttpRequest, user: User) -> None:
        self.request, self.user = request, user

    @property
    def is_sent(self) -> bool:
        """Whether a code is on its way that can still be entered."""
        state = self.request.session.get(SESSION_KEY)
        if not state or state["attempts"] >= ATTEMPTS:
            return False
        age: float = time.time() - state["at"]
        return age < settings.ACCOUNT_LOGIN_BY_CODE_TIMEOUT

    def send(self) -> None:
        """Send a new code; an older one is worth nothing from now on."""
        adapter = get_adapter(self.request)
        code = adapter.generate_login_code()
        adapter.send_mail("account/email/reauthentication_code", self.user.email, {"code": code})
        state = {"hash": _hash(code), "at": time.time(), "attempts": 0}
        self.request.session[SESSION_KEY] = state

    def accept(self, code: str) -> bool:
        """Return whether the code is right; the person then counts as having proven it is them."""
        if not self.is_sent:
            return False
        state: dict[str, Any] = self.request.session[SESSION_KEY]
        if not constant_time_compare(_hash(code), state["hash"]):
            self.request.session[SESSION_KEY] = state | {"attempts": state["attempts"] + 1}
            return False
        del self.request.session[SESSION_KEY]
        record_authentication(self.request, self.user, method="code", reauthenticated=True)
        return True


def _hash(code: str) -> str:
    plain = "".join(c for c in code.upper() if c.isalnum())
    return salted_hmac(SESSION_KEY, plain, algorithm="sha256").hexdigest()
