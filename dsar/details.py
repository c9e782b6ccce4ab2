"""Reading what a form of a kind left in ``SubjectRequest.details``; it may come from anybody.

An entry that is missing, or of another shape, reads as empty: a person then looks at the request.

- rectification: ``what`` (name, title, party_name, content, other), ``document``, ``now``,
  ``should``; once done ``done_by``, ``done_at``
- restriction: ``scope`` (everything, documents), ``documents``, ``ground``
- objection: ``purpose`` (its slug)
- human_review: ``decision``
- appeal: ``why`` (codes of ``forms.AppealForm``)
"""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

MOST_DOCUMENTS = 500


def word(details: Mapping[str, Any], key: str) -> str:
    """Return one entry as text without space around it, "" if there is none."""
    found = details.get(key)
    return found.strip().replace("\0", "") if isinstance(found, str) else ""


def uid(details: Mapping[str, Any], key: str) -> UUID | None:
    """Return one entry as the uid of a document, None if it is none."""
    try:
        return UUID(word(details, key))
    except ValueError:
        return None


def uids(details: Mapping[str, Any], key: str) -> list[UUID]:
    """Return the uids in a list of entries; what is none is left out."""
    found = details.get(key)
    given = found[:MOST_DOCUMENTS] if isinstance(found, list) else []
    read = [uid({"one": one}, "one") for one in given]
    return [one for one in read if one is not None]


def words(details: Mapping[str, Any], key: str) -> list[str]:
    """Return the texts in a list of entries."""
    found = details.get(key)
    return [one for one in found if isinstance(one, str)] if isinstance(found, list) else []
