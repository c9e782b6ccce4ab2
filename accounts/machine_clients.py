"""Machine clients: who may call the API, and what for (OAuth2 client credentials, by allauth)."""

import secrets
from collections.abc import Collection

from allauth.idp.oidc.contrib.rest_framework.permissions import TokenPermission
from allauth.idp.oidc.models import Client
from rest_framework.permissions import BasePermission

SCOPES = (
    "documents:write",
    "uses:write",
    "runs:write",
    "permits:read",
    "choices:write",
    "choices:obey",
    "requests:write",
)


def create(name: str, *, scopes: Collection[str]) -> tuple[str, str]:
    """Make a client; return its id and its secret, of which only a hash is kept.

    Raises:
        ValueError: no scope, or one that does not exist.
    """
    unknown = set(scopes) - set(SCOPES)
    if unknown or not scopes:
        raise ValueError(f"scopes are some of {', '.join(SCOPES)}")
    secret = secrets.token_urlsafe(32)
    client = Client(name=name, type=Client.Type.CONFIDENTIAL)
    client.set_secret(secret)
    client.set_scopes(sorted(scopes))
    client.set_default_scopes(sorted(scopes))
    client.set_grant_types([Client.GrantType.CLIENT_CREDENTIALS])
    client.set_response_types([])
    client.save()
    return client.pk, secret


def revoke(client_id: str) -> bool:
    """Delete a client and all its tokens; return whether there was one."""
    return bool(Client.objects.filter(pk=client_id).delete()[0])


def scope(name: str) -> type[BasePermission]:
    """Return the permission that asks for one OAuth2 scope."""
    granted: type[BasePermission] = TokenPermission.has_scope(name)

    class NeedsScope(granted):  # type: ignore[misc,valid-type]
        """Says which scope is missing (RFC 6750 §3.1)."""

        code = "insufficient_scope"
        message = f"The token lacks the scope {name}."
        missing_scope = name

    return NeedsScope
