"""Storage only (art. 18 GDPR), and objections to purposes without a switch (art. 21(1)).

Both only ever close the gate. They are called by the actions of a request (``dsar.actions``),
which write who asked and why; here is what the gate reads.
"""

from collections.abc import Collection
from datetime import datetime

from django.db import transaction

from accounts.models import User
from consents.models import Document, Objection, Purpose


@transaction.atomic
def restrict(documents: Collection[int], *, at: datetime) -> int:
    """Close every purpose for these documents, for all their parties; return how many are new."""
    found = Document.objects.select_for_update().filter(pk__in=documents).order_by("pk")
    ids = [one.pk for one in found if one.restricted_at is None]
    return Document.objects.filter(pk__in=ids).update(restricted_at=at)


@transaction.atomic
def release(documents: Collection[int]) -> int:
    """Let purposes and choices decide again about these documents; return how many.

    The caller has made sure that nothing else restricts them. Choices stay as they were.
    """
    found = Document.objects.select_for_update().filter(pk__in=documents).order_by("pk")
    ids = [one.pk for one in found]
    return Document.objects.filter(pk__in=ids).update(restricted_at=None)


@transaction.atomic
def object_to(purpose: Purpose, *, person: User) -> Objection:
    """Close a purpose without a switch for the person's documents; twice is once."""
    standing, _is_new = Objection.objects.get_or_create(
        person=person, purpose=purpose, ended_at=None
    )
    return standing


@transaction.atomic
def end_objection(purpose: Purpose, *, person: User, at: datetime) -> int:
    """Take the objection's effect back: it was overruled by compelling grounds, or withdrawn."""
    standing = Objection.objects.filter(person=person, purpose=purpose, ended_at=None)
    return standing.update(ended_at=at)
