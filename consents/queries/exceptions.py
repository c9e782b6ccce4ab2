"""A person's exceptions about one purpose: what they chose for one document or organisation."""

from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, OuterRef, Q

from accounts.models import User
from consents import standing
from consents.models import ChoiceEvent, Document, Purpose, PurposeVersion, Standing
from consents.models.ledger import Act
from portal.lib import keyset

PAGE = 25


@dataclass(frozen=True)
class Exceptions:
    """One page of them, newest first. ``removed_at`` is set right after one was removed."""

    purpose: Purpose
    version: PurposeVersion | None
    rows: list[Standing]
    older: str
    newer: str
    removed_at: datetime | None


def exceptions(
    person: User,
    purpose: Purpose,
    version: PurposeVersion | None,
    *,
    older: str = "",
    newer: str = "",
    saved: str | None = None,
) -> Exceptions:
    """Return the page beyond a cursor: four queries, however many exceptions there are."""
    theirs = Document.objects.visible_to(person)
    visible = Q(Exists(theirs.filter(pk=OuterRef("document")))) | Q(
        Exists(theirs.filter(organisation=OuterRef("within")))
    )
    rows = standing.exceptions(person, purpose).filter(visible).select_related("document", "within")
    page = keyset.page(rows, by="since", size=PAGE, older=older, newer=newer)
    return Exceptions(
        purpose, version, page.rows, page.older, page.newer, _removed_at(person, purpose, saved)
    )


def _removed_at(person: User, purpose: Purpose, saved: str | None) -> datetime | None:
    if saved is None:
        return None
    act = ChoiceEvent.objects.filter(
        uid=saved, person=person, purpose=purpose, act=Act.FOLLOWS_AGAIN
    )
    return act.values_list("at", flat=True).first()
