"""What was typed into a form and not sent: kept as one types, and until one has signed in again.

Only signed-in people have drafts; they are theirs, in their copy, and erased with them.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.http import QueryDict
from django.utils import timezone

from accounts.models import User
from dsar import office
from dsar.models import Draft
from portal.lib.strict_json import storable

LONGEST = 5000  # characters of one field
MOST_FIELDS = 40
# What is no answer of the person, or must be given anew each time.
NOT_KEPT = frozenset({"csrfmiddlewaretoken", "understood"})


def load(person: User, kind: str) -> dict[str, Any]:
    """Return what was typed into the form of this kind; empty where nothing was."""
    draft = Draft.objects.filter(person=person, kind=kind).first()
    return dict(draft.data) if draft else {}


def save(person: User, kind: str, typed: QueryDict | Mapping[str, Any]) -> None:
    """Keep what was typed: the texts of the fields, and a list for a field with several answers.

    Nothing typed leaves no draft.
    """
    data = dict(list(_answers(typed).items())[:MOST_FIELDS])
    if not data:
        forget(person, kind)
        return
    kept = {"data": data, "saved_at": timezone.now()}
    Draft.objects.update_or_create(person=person, kind=kind, defaults=kept)


def forget(person: User, kind: str) -> None:
    """Delete the draft: it was sent, or the person does not want it any more."""
    Draft.objects.filter(person=person, kind=kind).delete()


def forget_old() -> int:
    """Every night: delete drafts that nobody touched for the days of ``dsar.office``."""
    before = timezone.now() - timedelta(days=office.DRAFT_DAYS.now())
    return Draft.objects.filter(saved_at__lt=before).delete()[0]


def _answers(typed: QueryDict | Mapping[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name in typed:
        values = typed.getlist(name) if isinstance(typed, QueryDict) else typed[name]
        texts = [_plain(one) for one in (values if isinstance(values, list) else [values])]
        texts = [one for one in texts if one.strip()]
        if texts and name not in NOT_KEPT and len(name) <= 60:
            found[storable(name)] = texts if len(texts) > 1 else texts[0]
    return found


def _plain(value: object) -> str:
    return storable(str(value))[:LONGEST]
