"""Fixtures of the doors: a machine client for the API, a signed event for the hook."""

import base64
import hashlib
import hmac
import json
import secrets
from collections.abc import Callable
from typing import Any

import pytest
from allauth.idp.oidc.models import Client as OAuthClient
from allauth.idp.oidc.models import Token
from django.test import Client

KEY = "a-key-that-docusign-and-we-know"


@pytest.fixture
def machine(db: None) -> Callable[..., Client]:
    """A function that returns a test client with a real access token: ``machine("uses:write")``.

    The token is made at once, for the slow hash of a client's secret is not what is tested here.
    """

    def sign_in(*scopes: str) -> Client:
        token = secrets.token_urlsafe()
        issued = Token(type=Token.Type.ACCESS_TOKEN, client=OAuthClient.objects.create(name="test"))
        issued.set_value(token)
        issued.set_scopes(list(scopes))
        issued.save()
        return Client(headers={"Authorization": f"Bearer {token}"}, raise_request_exception=False)

    return sign_in


@pytest.fixture
def hook(db: None, settings: Any) -> Callable[..., Any]:
    """A function that posts an event as DocuSign does, signed with the key we know."""
    settings.DOCUSIGN_HMAC_KEYS = [KEY]

    def post(event: Any, **headers: str) -> Any:
        raw = event if isinstance(event, bytes) else json.dumps(event).encode()
        headers = headers or {"X-DocuSign-Signature-1": sign(raw, KEY)}
        return Client(raise_request_exception=False).post(
            "/hooks/docusign/", raw, content_type="application/json", headers=headers
        )

    return post


def sign(raw: bytes, key: str) -> str:
    """Return the signature as the documentation of DocuSign Connect defines it."""
    return base64.b64encode(hmac.new(key.encode(), raw, hashlib.sha256).digest()).decode()
