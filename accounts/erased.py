"""What is left of an erased e-mail address: enough to know it again, not to read it.

The signing service may tell of a document again, years after a party to it had their address
erased. Without a trace of the address they would be made known again with every repeat; a keyed
hash (HMAC-SHA-256 under a key derived from the installation's secret) tells that it is them, to
whoever already names the address, and nothing to anybody else.
"""

from django.conf import settings
from django.db.models import QuerySet
from django.utils.crypto import salted_hmac

from accounts.models import Address


def fingerprints(email: str) -> tuple[str, ...]:
    """Return the hashes (hex) of an address, under the present secret and each former one."""
    return tuple(
        salted_hmac(
            "accounts.erased", email.strip().lower(), secret, algorithm="sha256"
        ).hexdigest()
        for secret in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    )


def erase(addresses: QuerySet[Address]) -> None:
    """Empty the addresses; of each stays its hash."""
    rows = list(addresses.exclude(email=None).select_for_update())
    for address in rows:
        address.erased_hash, address.email = fingerprints(address.email or "")[0], None
    Address.objects.bulk_update(rows, ["email", "erased_hash"])
