"""How far a single sign-on provider is believed: what its entry in ``OIDC_PROVIDERS`` says.

Of an entry's ``settings``, two are ours:

``trusted_email_domains``
    The domains whose addresses this provider may vouch for, or ``"*"`` for all. An address that it
    calls verified is verified here, and signs in to the account that has it, only if its domain is
    listed. Without the list the address is verified by a code, as at any sign-up: else whoever runs
    a provider could open everybody's documents.
``second_factor``
    ``true`` when the provider itself asks its users for a second factor, so that staff who come
    from it need no other one.
"""

from typing import Any

from django.conf import settings


def vouches_for(provider_settings: dict[str, Any], email: str) -> bool:
    """Return whether the provider may call this address verified."""
    trusted = provider_settings.get("trusted_email_domains", [])
    domain = email.rpartition("@")[2].lower()
    return trusted == "*" or domain in [str(known).lower() for known in trusted]


def asks_second_factor(provider_id: str) -> bool:
    """Return whether who comes from this provider has shown a second factor there."""
    return any(
        provider["provider_id"] == provider_id and provider["settings"].get("second_factor") is True
        for provider in settings.OIDC_PROVIDERS
    )
