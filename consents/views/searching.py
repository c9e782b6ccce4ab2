"""What the list and the grid of documents have in common: one search, kept from page to page.

The words of a search are names of people and titles. They are sent in the body of a form and then
stand in the address sealed, for their author alone (invariant 12): a history, a log or a shared
link tells nobody what was looked for. The rest of the search (a kind, days, a purpose) is readable.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.http import urlencode

from accounts.models import User
from consents.forms import DocumentFilter, PlaceForm, UsesFilter
from consents.queries import documents as queries
from consents.queries.catalogue import Catalogue, catalogue
from consents.queries.wanted import Wanted
from consents.views.parts import SignedInRequest
from portal.lib import crypto, strict_json
from portal.lib.crypto import Unsealable

WORDS = "words"
ABOUT = "search in documents"


@dataclass(frozen=True)
class Search:
    """A search as it was asked for, and the way to the pages beside the one that is shown."""

    of: Catalogue
    form: DocumentFilter
    wanted: Wanted
    query: Mapping[str, str]
    place: PlaceForm
    has_organisations: bool

    def link(self, **place: UUID | None) -> str:
        """Return the address of the page at a place (``older`` or ``newer``), if there is one."""
        there = {name: str(uid) for name, uid in place.items() if uid}
        return f"?{urlencode({**self.query, **there})}" if there else ""

    def links(self, *, older: UUID | None, newer: UUID | None) -> dict[str, str]:
        """Return the addresses of the pages beside this one, with the same search."""
        return {"older": self.link(older=older), "newer": self.link(newer=newer)}

    @property
    def is_detailed(self) -> bool:
        """Whether more is asked for than words: then those fields are unfolded."""
        return any(self.form.cleaned_data.get(name) for name in PLAIN)

    @property
    def address(self) -> str:
        """Return the query of the first page of this search."""
        return f"?{urlencode(self.query)}" if self.query else ""


def search(request: SignedInRequest) -> Search:
    """Read the search from the form that was sent, or from the address."""
    person = request.user
    sent = request.method == "POST"
    asked = request.POST.dict() if sent else _opened(request, person)
    of = catalogue(timezone.now())
    organisations = queries.organisations(queries.own_addresses(person))
    form = DocumentFilter(asked, purposes=titles(of), organisations=organisations)
    return Search(
        of=of,
        form=form,
        wanted=form.wanted(),
        query=_query(form, person),
        place=PlaceForm({} if sent else request.GET),
        has_organisations=bool(organisations),
    )


def titles(of: Catalogue) -> list[tuple[str, str]]:
    """Return the purposes that are about documents: slug and title, in page order."""
    return [
        (one.slug, of.versions[one.pk].text().title)
        for one in of.purposes
        if one.by_document and one.pk in of.versions
    ]


def beside(form: UsesFilter, **place: str) -> str:
    """Return the query of a page of uses at a place, with the same filter."""
    kept = {name: str(value) for name, value in form.cleaned_data.items() if value}
    return f"?{urlencode(kept | place)}"


def _opened(request: SignedInRequest, person: User) -> dict[str, Any]:
    """Return the search in the address with its sealed words. Words in the open are not read."""
    asked = {name: text for name, text in request.GET.dict().items() if name in PLAIN}
    token = request.GET.get(WORDS, "")
    if not token:
        return asked
    try:
        words = strict_json.loads(_unseal(token, person).encode())
    except (Unsealable, ValueError):
        return asked
    return asked | {name: str(words.get(name, "")) for name in DocumentFilter.SEALED}


def _query(form: DocumentFilter, person: User) -> dict[str, str]:
    """Return what the address of this search holds: what could be read of it."""
    data = form.cleaned_data
    query = {name: str(data[name]) for name in PLAIN if data.get(name)}
    words = {name: data[name] for name in DocumentFilter.SEALED if data.get(name)}
    if words:
        text = json.dumps(words)
        query[WORDS] = crypto.seal_text(text, about=ABOUT, holder=str(person.uid))
    return query


def _unseal(token: str, person: User) -> str:
    return crypto.unseal_text(token, about=ABOUT, holder=str(person.uid))


PLAIN = tuple(name for name in DocumentFilter.base_fields if name not in DocumentFilter.SEALED)
