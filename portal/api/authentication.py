"""Machine clients: allauth's OAuth2 access tokens on Django REST framework."""

from dataclasses import dataclass
from typing import Any

from allauth.idp.oidc.contrib.rest_framework.authentication import TokenAuthentication
from django.core.handlers.wsgi import WSGIRequest
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from accounts.machine_clients import SCOPES, scope

__all__ = ["SCOPES", "MachineAuthentication", "MachineClient", "scope"]

CHALLENGE = 'Bearer realm="regard"'


class InvalidToken(AuthenticationFailed):
    """A token was sent, but it is unknown, expired or revoked (RFC 6750 §3.1)."""

    default_code = "invalid_token"
    default_detail = "The access token is unknown, expired or revoked."


@dataclass(frozen=True)
class MachineClient:
    """The service behind a client-credentials token: authenticated, and no person."""

    client_id: str
    is_authenticated: bool = True

    @property
    def pk(self) -> str:
        """The name under which Django REST framework counts calls."""
        return self.client_id

    def __str__(self) -> str:
        return self.client_id


class MachineAuthentication(TokenAuthentication):  # type: ignore[misc]
    """Authenticate ``Authorization: Bearer …`` as a :class:`MachineClient`."""

    def authenticate(self, request: Request) -> tuple[MachineClient, Any] | None:
        """Return the client and its token, or None when no token was sent.

        A token in the address or in the body is none: addresses end up in logs.

        Raises:
            InvalidToken: what was sent is no token that is valid now.
        """
        scheme, _space, _value = request.headers.get("Authorization", "").partition(" ")
        if scheme.lower() != "bearer":
            return None
        found = super().authenticate(_without_body(request))
        if found is None or found[1] is None:
            raise InvalidToken
        _user, token = found
        return MachineClient(token.client_id), token

    def authenticate_header(self, request: Request) -> str:
        """Make a missing or expired token a 401 and not a 403 (RFC 6750 §3)."""
        return CHALLENGE


def _without_body(request: Request) -> WSGIRequest:
    """Return the call as if nothing had been sent with it.

    Else its form would be read, and what is broken in it answered as a page, before it is known who
    sends it.
    """
    return WSGIRequest(request.META | {"CONTENT_TYPE": "", "CONTENT_LENGTH": "0"})
