"""What a person looks for among their documents, and what the database is asked for it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from enum import StrEnum, auto
from uuid import UUID

from django.db.models import CharField, Exists, F, Func, OuterRef, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower
from django.db.models.lookups import Contains
from django.utils import timezone

from consents.models import Party, Use

WORDS = 5  # of a search; the rest of a pasted sentence adds nothing

# Search without accents and capitals, with what every PostgreSQL has.
ACCENTED = "àâäáãåçéèêëíìîïñóòôöõúùûüýÿ"
PLAIN = "aaaaaaceeeeiiiinooooouuuuyy"


class Training(StrEnum):
    """What a document can be looked for by, as to AI training."""

    USED = auto()
    NEVER = auto()
    ALLOWED = auto()  # the gate's answer now, for all parties
    CLOSED = auto()


GATE = frozenset({Training.ALLOWED, Training.CLOSED})


@dataclass(frozen=True)
class Wanted:
    """What a person looks for. Everything empty: all their documents.

    ``words`` are in the title or the name of another party, ``names`` in such a name only.
    ``since`` and ``until`` are days of the reader's time zone, both within. ``purpose`` and
    ``training`` come with the wordings they mean (``used_under``, ``trained_under``), which
    :func:`consents.queries.documents.shelf_page` adds.
    """

    words: tuple[str, ...] = ()
    names: tuple[str, ...] = ()
    kind: str = ""
    status: str = ""
    since: date | None = None
    until: date | None = None
    organisation: UUID | None = None
    purpose: str = ""
    training: str = ""
    used_under: Sequence[int] = field(default=())
    trained_under: Sequence[int] = field(default=())
    training_slug: str = ""

    @property
    def narrows(self) -> bool:
        """Whether anything is asked for at all."""
        asked = (
            self.words, self.names, self.kind, self.status, self.since, self.until,
            self.organisation, self.purpose, self.training,
        )  # fmt: skip
        return any(asked)

    @property
    def looks_far(self) -> bool:
        """Whether more has to be read of each document than the document and its parties."""
        return bool(self.purpose or self.training)

    @property
    def asks_the_gate(self) -> bool:
        """Whether it is looked for by what the gate answers now: that is in no index."""
        return self.training in GATE


def used_under(versions: Sequence[int]) -> QuerySet[Use]:
    """Return the uses of the outer row's document under one of these versions."""
    return Use.objects.filter(document=OuterRef("document_id"), version__in=versions)


def plain(text: str) -> str:
    """Return a search word as the index of letters sees it."""
    return text.lower().translate(str.maketrans(ACCENTED, PLAIN))


def _plain(column: str) -> Func:
    return Func(
        Lower(F(column), output_field=TextField()),
        Value(ACCENTED),
        Value(PLAIN),
        function="translate",
        output_field=CharField(),
    )


def condition_of(wanted: Wanted, addresses: Sequence[int]) -> Q:
    """Return what a party's row must fulfil for its document to be looked for.

    ``addresses`` are the person's own: names are looked for among the others.
    """
    condition = Q()
    for column, value in (
        ("document__kind", wanted.kind),
        ("document__status", wanted.status),
        ("document__organisation__uid", wanted.organisation),
    ):
        condition &= Q(**{column: value}) if value else Q()
    condition &= _of_days(wanted) & _used(wanted)
    for word in wanted.words[:WORDS]:
        condition &= _says(word, addresses)
    for name in wanted.names[:WORDS]:
        condition &= _is_with(name, addresses)
    return condition


def _of_days(wanted: Wanted) -> Q:
    condition = Q(listed_at__gte=midnight(wanted.since)) if wanted.since else Q()
    if wanted.until:
        condition &= Q(listed_at__lt=midnight(wanted.until + timedelta(days=1)))
    return condition


def _used(wanted: Wanted) -> Q:
    condition = Q(Exists(used_under(wanted.used_under))) if wanted.purpose else Q()
    if wanted.training in (Training.USED, Training.NEVER):
        trained = Q(Exists(used_under(wanted.trained_under)))
        condition &= trained if wanted.training == Training.USED else ~trained
    return condition


def midnight(day: date) -> datetime:
    """Return the instant at which the day begins for the reader."""
    return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())


def _says(word: str, addresses: Sequence[int]) -> Q:
    """Whether the word is in the title, or in the name of another party."""
    title = Q(Contains(_plain("document__title"), plain(word)))
    return title | _is_with(word, addresses)


def _is_with(name: str, addresses: Sequence[int]) -> Q:
    """Whether it is in the name of another party. Who is only in copy is not shown to others."""
    others = (
        Party.objects.filter(document=OuterRef("document_id"))
        .exclude(role=Party.Role.COPY)
        .exclude(address__in=addresses)
        .alias(plain_name=_plain("name"))
        .filter(plain_name__contains=plain(name))
    )
    return Q(Exists(others))
