"""Machine clients: who may call the API, and what for (OAuth2 client credentials, by allauth)."""

import secrets
from collections.abc import Collection

from allauth.idp.oidc.models import Client

SCOPES = ("documents:write", "uses:write", "permits:read", "requests:write")


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
