"""Looking back: which training runs used a person's documents, and what can still be done.

What was used stands in the manifest lines (``used_at``, written with each use), so that all runs of
a person are found by one look for each document into one index, however many months there are.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Exists, Max, Min, OuterRef, Q, QuerySet
from django.utils import formats, timezone
from django.utils.translation import gettext as _

from accounts.models import User
from consents import permits
from consents.models import ChoiceEvent, Document, ManifestLine, Party, Purpose, TrainingRun
from consents.models.ledger import ALLOWING, Act
from consents.models.purposes import Control
from consents.permits import Reason
from consents.queries import catalogue, documents, history, words
from consents.queries.choice import Choice
from consents.queries.shelf import SENT
from portal.lib import keyset

RUNS, DOCUMENTS = 20, 50  # on one page
ACTS = 500  # about everything, of one person: the newest are enough to say how it stood
AT_A_TIME = 2000

Remedy = TrainingRun.Remedy


@dataclass(frozen=True)
class Remedied:
    """What the operator of the model said, and when."""

    at: datetime | None
    words: str


@dataclass(frozen=True)
class Ran:
    """One run that used documents of the person.

    ``stood`` is how the person stood to AI training then, about all documents; ``refused`` whether
    that was a no (then a narrower yes must have allowed it, or it should not have happened).
    """

    run: TrainingRun
    documents: int
    first: datetime
    last: datetime
    stood: str
    refused: bool
    remedy: Remedied
    earlier: list[Remedied]

    @property
    def lasted(self) -> bool:
        """Whether the uses lie so far apart that both ends are worth telling."""
        return self.last - self.first >= timedelta(minutes=1)


@dataclass(frozen=True)
class LookBack:
    """The page. ``before`` and ``since`` count documents used before and after the refusal that
    stands; both are about all documents, and 0 where nothing is refused. ``runs`` are those before
    the refusal where there were any, else all."""

    choice: Choice | None
    documents: int
    runs: int
    before: int
    since: int
    ran: list[Ran]
    older: str
    newer: str

    @property
    def refused_at(self) -> datetime | None:
        """Return since when the person refuses, if they do."""
        return words.refused_at(self.choice.stand) if self.choice else None


@dataclass(frozen=True)
class Trained:
    """One document of the person that a run used, and what the gate says of it now."""

    line: ManifestLine
    is_out: bool
    why: str

    @property
    def document(self) -> Document:
        """Return the document."""
        return self.line.document


@dataclass(frozen=True)
class RunPage:
    """One run's page."""

    ran: Ran
    rows: list[Trained]
    older: str
    newer: str


def look_back(person: User, *, now: datetime, older: str = "", newer: str = "") -> LookBack:
    """Return the person's training runs, newest first, in a fixed number of queries."""
    of = catalogue.catalogue(now)
    purpose = of.training
    choices = catalogue.choices(person, of, saved=None) if purpose else []
    choice = next((one for one in choices if one.purpose == purpose), None)
    refused_at = words.refused_at(choice.stand) if choice else None
    lines = used(documents.own_addresses(person))
    # By document first: to count distinct ones would sort a million lines four times.
    each = lines.values("document").annotate(first=Min("used_at"), last=Max("used_at"))
    sums = each.aggregate(
        documents=Count("document"),
        before=Count("document", filter=Q(first__lt=refused_at or now)),
        since=Count("document", filter=Q(last__gte=refused_at or now)),
    )
    told = lines.filter(used_at__lt=refused_at) if refused_at and sums["before"] else lines
    count = told.values("run").distinct().count() if sums["documents"] else 0
    runs = TrainingRun.objects.filter(pk__in=lines.values("run")).prefetch_related("remedies")
    page = keyset.page(runs, by="started_at", size=RUNS, older=older, newer=newer)
    return LookBack(
        choice, sums["documents"], count,
        before=sums["before"] if refused_at else 0, since=sums["since"] if refused_at else 0,
        ran=_ran(person, purpose, lines, page.rows), older=page.older, newer=page.newer,
    )  # fmt: skip


def run_page(
    person: User, run: TrainingRun, *, now: datetime, older: str = "", newer: str = ""
) -> RunPage | None:
    """Return the person's documents in one run; None if it used none of theirs."""
    purpose = catalogue.catalogue(now).training
    lines = used(documents.own_addresses(person)).filter(run=run)
    page = keyset.page(
        lines.select_related("document"), by="id", size=DOCUMENTS, older=older, newer=newer
    )
    ran = _ran(person, purpose, lines, [run])
    if not ran:
        return None
    return RunPage(ran[0], _trained(page.rows, purpose), page.older, page.newer)


def rows(person: User) -> Iterator[ManifestLine]:
    """Yield every document of the person in every run, oldest use first, read in batches."""
    lines = used(documents.own_addresses(person)).select_related("run__system", "document")
    return lines.order_by("used_at", "pk").iterator(chunk_size=AT_A_TIME)


def used(addresses: Sequence[int]) -> QuerySet[ManifestLine]:
    """Return what runs used of the documents of these addresses (invariant 11)."""
    mine = Party.objects.filter(SENT, address__in=addresses, hidden_at=None)
    there = Document.objects.filter(pk=OuterRef("document"), erased_at=None)
    return ManifestLine.objects.filter(
        Exists(there), document__in=mine.values("document"), used_at__isnull=False
    )


def remedied(remedy: str, by: date | None, at: datetime | None) -> Remedied:
    """Put what can still be done into words."""
    words = {
        Remedy.RETRAIN: _("The model is being trained anew without documents that were refused."),
        Remedy.FILTER: _("The model stays as it is; answers that repeat a document are filtered."),
        Remedy.ANONYMOUS: _(
            "Whoever runs the model claims that nobody can be recognised in it. That is their own"
            " claim; ask for the evidence."
        ),
        Remedy.NONE: _("Nothing can be taken out of this model any more."),
    }[Remedy(remedy)]
    if remedy == Remedy.RETRAIN and by is not None:
        is_over = by < timezone.localdate()
        promise = _("This was promised by %(day)s.") if is_over else _("It is promised by %(day)s.")
        words = f"{words} {promise % {'day': formats.date_format(by)}}"
    return Remedied(at, words)


def _ran(
    person: User,
    purpose: Purpose | None,
    lines: QuerySet[ManifestLine],
    runs: Sequence[TrainingRun],
) -> list[Ran]:
    counted = {
        row["run"]: row
        for row in lines.filter(run__in=runs)
        .values("run")
        .annotate(documents=Count("document"), first=Min("used_at"), last=Max("used_at"))
    }
    acts = _acts(person, purpose)
    found = []
    for run in runs:
        if (row := counted.get(run.pk)) is None:
            continue
        act = next((one for one in acts if one.at <= row["first"]), None)
        said = sorted(run.remedies.all(), key=lambda one: one.pk, reverse=True)
        earlier = [remedied(one.remedy, one.remedy_by, one.at) for one in said[1:]]
        now = remedied(run.remedy, run.remedy_by, said[0].at if said else None)
        found.append(
            Ran(
                run,
                row["documents"],
                row["first"],
                row["last"],
                _stood(act, purpose),
                refused=act is not None and act.act not in ALLOWING,
                remedy=now,
                earlier=earlier,
            )
        )
    return found


def _acts(person: User, purpose: Purpose | None) -> list[ChoiceEvent]:
    """Return the acts about all documents that bear on the person, newest first."""
    whole = history.events(person).filter(purpose=purpose, document=None, within=None)
    return list(whole.order_by("-at", "-pk")[:ACTS])


def _stood(act: ChoiceEvent | None, purpose: Purpose | None) -> str:
    """Return how the person stood to training, in words."""
    if act is None:
        if purpose is not None and purpose.control == Control.OBJECTION:
            return _("You had not objected.")
        return _("You had chosen nothing for all your documents.")
    of = history.ACTS if act.organisation_id is None else history.OTHERS_ACTS
    what = dict(of).get(Act(act.act)) or Act(act.act).label
    day = formats.date_format(timezone.localtime(act.at), "DATETIME_FORMAT")
    return _("%(what)s on %(when)s.") % {"what": what, "when": day}


def _trained(lines: Sequence[ManifestLine], purpose: Purpose | None) -> list[Trained]:
    """Say of each document whether it is left out of training from now on."""
    references = [line.document.reference for line in lines]
    decisions = permits.decide(references, purpose.slug if purpose else "")
    return [
        Trained(line, is_out=not one.allowed, why=str(Reason(one.reason).label))
        for line, one in zip(lines, decisions, strict=True)
    ]
