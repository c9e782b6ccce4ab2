"""Names in the cache that tell nothing to whoever reads the table (invariant 12)."""

from django.conf import settings
from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac


def sealed_key(key: str, key_prefix: str, version: int) -> str:
    """Return a keyed hash instead of the key, which may hold a network address."""
    named = f"{key_prefix}:{version}:{key}"
    return salted_hmac("portal.lib.cache", named, algorithm="sha256").hexdigest()


def delete_expired() -> None:
    """Delete the rows whose time is over; Django does so only when the table is full."""
    table = connection.ops.quote_name(str(settings.CACHES["default"]["LOCATION"]))
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table} WHERE expires < %s", [timezone.now()])  # noqa: S608
