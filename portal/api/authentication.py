"""Machine clients: allauth's OAuth2 access tokens on Django REST framework."""

from dataclasses import dataclass
from typing import Any

from allauth.idp.oidc.contrib.rest_framework.authentication import TokenAuthentication
from allauth.idp.oidc.contrib.rest_framework.permissions import TokenPermission
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

SCOPES = ("documents:write", "uses:write", "permits:read", "requests:write")


@dataclass(frozen=True)
class MachineClient:
    """The service behind a client-credentials token: authenticated, and no person."""

    client_id: str
    is_authenticated: bool = True

    def __str__(self) -> str:
        return self.client_id


class MachineAuthentication(TokenAuthentication):
    """Authenticate ``Authorization: Bearer …`` as a :class:`MachineClient`."""

    def authenticate(self, request: Request) -> tuple[MachineClient, Any] | None:
        """Return the client and its token, or None without a valid token."""
        found = super().authenticate(request)
        if found is None:
            return None
        _user, token = found
        return MachineClient(token.client_id), token

    def authenticate_header(self, request: Request) -> str:
        """Make a missing or expired token a 401 and not a 403 (RFC 6750 §3)."""
        return 'Bearer realm="regard"'


def scope(name: str) -> type[BasePermission]:
    """Return the permission that asks for one OAuth2 scope."""
    permission: type[BasePermission] = TokenPermission.has_scope(name)
    return permission
