"""The fields that a sender fills in on an envelope of DocuSign, and that mean something to us."""

from collections.abc import Iterator
from typing import Any

from portal.lib import aipref


def content_usage(summary: dict[str, Any]) -> Iterator[str]:
    """Yield what the text fields named "Content-Usage" say (AIPREF), case aside.

    A list of fields that is not one says nothing: it is no reason to turn the event away.
    """
    fields = summary.get("customFields")
    listed = fields.get("textCustomFields") if isinstance(fields, dict) else None
    for field in listed if isinstance(listed, list) else []:
        name = field.get("name") if isinstance(field, dict) else None
        if isinstance(name, str) and name.strip().lower() == aipref.HEADER.lower():
            value = field.get("value")
            yield value if isinstance(value, str) else ""
