"""Full-text search in what was written about requests: the person's words, messages and notes.

The indexes are on the tables that hold the words themselves (migration 0013), so what an erasure
empties is found no more, without a second copy to empty. A request is never found by the name or
an address of the person whose it is: who that is would be told without a reason.
"""

import re
from typing import Any

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db.models import Exists, OuterRef, Q, QuerySet

from accounts.models import Address
from dsar.models import Message, Note, SubjectRequest

# Shorter ones are the beginning of half of all words, and of every name.
SHORTEST = 3
MOST_WORDS = 8
WORD = re.compile(r"\w+")


def words_of(text: str) -> list[str]:
    """Return the words that are looked for: the first eight of three letters or more."""
    found = dict.fromkeys(WORD.findall(text.replace("\0", " ").lower()[:400]))
    return [word for word in found if len(word) >= SHORTEST][:MOST_WORDS]


def found_in_words(requests: QuerySet[SubjectRequest], text: str) -> QuerySet[SubjectRequest]:
    """Keep the requests in one of whose texts every word stands, or begins one.

    None where nothing is left to look for.
    """
    words = words_of(text)
    if not words:
        return requests.none()
    query = SearchQuery(
        " & ".join(f"{word}:*" for word in words), search_type="raw", config="simple"
    )
    asked = _holding(SubjectRequest.objects.all(), "about", query).values("pk")
    messages = _holding(Message.objects.all(), "text", query).values("request_id")
    notes = _holding(Note.objects.all(), "text", query).values("request_id")
    found = requests.filter(pk__in=asked.union(messages, notes))
    return found.exclude(_is_named_by(words))


def _holding(rows: QuerySet[Any], column: str, query: SearchQuery) -> QuerySet[Any]:
    found: QuerySet[Any] = rows.alias(words=SearchVector(column, config="simple"))
    return found.filter(words=query)


def _is_named_by(words: list[str]) -> Q:
    """Return the condition that one of the words begins a name or an address of the person."""
    beginning = r"\m(" + "|".join(re.escape(word) for word in words) + ")"
    addresses = Address.objects.filter(person=OuterRef("person"), email__iregex=beginning)
    return Q(person__name__iregex=beginning) | Q(Exists(addresses))
