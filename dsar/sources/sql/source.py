"""An SQL database as a source: one thing of a plan is one table, or what of it is kept until a day.

Keys: ``customers`` (a table), ``invoices:2031-05-04`` (rows kept until that day), ``invoices:over``
(rows whose time is over already).
"""

from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date, timedelta
from functools import cached_property
from typing import Any
from zoneinfo import ZoneInfo

from django.conf import settings
from django.utils import timezone
from sqlalchemy import Connection, func, select

from accounts.models import User
from dsar import durations
from dsar.grounds import Cause, Sentence
from dsar.models import ErasureItem, Step, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Proposal, Row, SourceError, Table
from dsar.sources.files import DescribedType, Reached, Trial
from dsar.sources.options import Options
from dsar.sources.problems import Problems
from dsar.sources.spec import Section
from dsar.sources.sql import checks, live, trails, trying
from dsar.sources.sql.causes import causes
from dsar.sources.sql.database import Database
from dsar.sources.sql.erasing import Eraser, is_named
from dsar.sources.sql.mapping import TableMap, Tables, tables_of
from dsar.sources.sql.schema import SCHEMA
from dsar.sources.sql.selecting import Known, day_column, known, of_person, pages, ways_to
from dsar.sources.sql.values import day_of, plain
from portal.lib.typesetting import named

OVER = "over"
# So many different days of one table are told one by one; more are told by the end of the month.
MOST_DAYS = 40


class SqlSource(DescribedType):
    """Rows of a database that belong to a person."""

    @classmethod
    def schema(cls) -> Section:
        """Return what the file may say."""
        return SCHEMA

    @classmethod
    def check(cls, options: Options, problems: Problems) -> None:
        """Note ways that lead nowhere, circles, and rows that would outlive what they refer to."""
        checks.run(options, problems)

    @cached_property
    def tables(self) -> Tables:
        """The tables of the mapping."""
        return tables_of(self.options)

    @cached_property
    def database(self) -> Database:
        """Where they are."""
        return Database(self.options["database"], self.options["time_out"])

    @property
    def zone(self) -> ZoneInfo:
        """The zone of instants that name none."""
        return ZoneInfo(self.options["time_zone"] or settings.TIME_ZONE)

    def reach(self) -> Reached:
        """Compare the mapping with the database."""
        return live.look(self)

    def try_out(self, emails: Collection[str]) -> Trial:
        """Search by addresses; show counts, masked rows and the plan."""
        who = Known(tuple(sorted(email.strip().lower() for email in emails)))
        return trying.try_out(self, who, timezone.localdate())

    def ready(self, step: Step) -> None:
        """Before anything is erased, note the keys of what there is."""
        if step.kind not in (Step.Kind.ERASE, Step.Kind.PROVE):
            return
        request = step.request
        who = known(request.person)
        with self.database.reading() as connection:
            for one in self.tables.parents_first:
                at = self.tables.place(one.name)
                wanted = [at.c[name] for name in self.tables.keys_of(one.name)]
                mine = of_person(one, self.tables, who)
                for page in pages(connection, at, one.primary_key, mine, wanted):
                    trails.note(request, self.slug, one.name, page)

    def find(self, person: User) -> int:
        """Count the rows of all tables."""
        return sum(self.counts(known(person)).values())

    def counts(self, who: Known) -> dict[str, int]:
        """Return how many rows each table holds about somebody. Raises SourceError."""
        with self.database.reading() as connection:
            return {
                one.name: self._count(connection, one, who) for one in self.tables.parents_first
            }

    def collect(self, person: User) -> Iterator[Table]:
        """Yield each table; rows are read from the database as they are taken."""
        who = known(person)
        with self.database.reading() as connection:
            for one in self.tables.parents_first:
                yield Table(
                    one.name,
                    one.title,
                    one.about,
                    one.columns,
                    self.rows(connection, one, who),
                    portable=one.portable,
                )

    def rows(self, connection: Connection, one: TableMap, who: Known) -> Iterator[Row]:
        """Yield somebody's rows of a table, streamed. Raises SourceError."""
        at = self.tables.place(one.name)
        wanted = select(*(at.c[column.key] for column in one.columns))
        mine = wanted.where(of_person(one, self.tables, who))
        ordered = mine.order_by(*(at.c[name] for name in one.primary_key))
        with causes():
            for row in connection.execute(ordered).mappings():
                values = {name: plain(value, self.zone) for name, value in row.items()}
                yield Row(values, screen=one.screen)

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Propose for each table what the mapping says; nothing for one without rows."""
        return self.planned(known(person), request.received_on)

    def planned(self, who: Known, received: date) -> Iterator[Proposal]:
        """Yield what would become of somebody's rows, children first. Raises SourceError."""
        with self.database.reading() as connection:
            for one in self.tables.children_first:
                if one.keep is not None:
                    yield from self._kept(connection, one, who, received)
                elif amount := self._count(connection, one, who):
                    yield _proposal(one, amount)

    def erase(self, person: User, item: ErasureItem) -> None:
        """Erase a table's rows in one transaction of its database; again, it changes nothing."""
        if not item.stays:
            self._carry_out(known(person), item)

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Search anew, by address and by the keys that were noted."""
        if item.stays:
            return True
        one, who = self._table(item), self._with_trail(known(person), item)
        at = self.tables.place(one.name)
        wanted = [at.c[name] for name in one.primary_key] + [day_column(one, self.tables)]
        with self.database.reading() as connection:
            for way in ways_to(one, self.tables, who):
                left = way if one.anonymise is None else way & is_named(one, at)
                for page in pages(connection, at, one.primary_key, left, wanted):
                    if one.keep is None or any(self._is_due(one, row, item) for row in page):
                        return False
        return True

    def end(self, person: User, item: ErasureItem) -> None:
        """Erase what was kept: the address may be gone by now, the keys that were noted are not."""
        self._carry_out(known(person), item)

    def _carry_out(self, who: Known, item: ErasureItem) -> None:
        one, found = self._table(item), self._with_trail(who, item)
        with self.database.writing() as connection:
            eraser = Eraser(connection, self.tables)
            for way in ways_to(one, self.tables, found):
                if one.anonymise is not None:
                    eraser.anonymise(one, way)
                elif one.keep is not None:
                    eraser.delete(one, way, lambda row: self._is_due(one, row, item))
                else:
                    eraser.delete(one, way)

    def _table(self, item: ErasureItem) -> TableMap:
        """Return the table an item is about.

        Raises:
            SourceError: the mapping does not know it any more.
        """
        name = item.key.partition(":")[0]
        if name not in self.tables:
            raise SourceError(Cause.MAPPING, final=True)
        return self.tables[name]

    def _with_trail(self, who: Known, item: ErasureItem) -> Known:
        return Known(
            who.emails,
            who.numbers,
            lambda place: trails.found(item.request_id, self.slug, place),
        )

    def _count(self, connection: Connection, one: TableMap, who: Known) -> int:
        rows = select(func.count()).select_from(self.tables.place(one.name))
        return int(connection.execute(rows.where(of_person(one, self.tables, who))).scalar_one())

    def _kept(
        self, connection: Connection, one: TableMap, who: Known, received: date
    ) -> Iterator[Proposal]:
        """Yield one proposal for each day until which rows are kept."""
        days = day_column(one, self.tables)
        mine = of_person(one, self.tables, who)
        at = self.tables.place(one.name)
        found = select(days, func.count().label("rows")).select_from(at).where(mine)
        amounts: Counter[date] = Counter()
        for row in connection.execute(found.group_by("regard_kept_from")).mappings():
            amounts[self._until(one, row["regard_kept_from"], received)] += row["rows"]
        today = timezone.localdate()
        if over := sum(amount for until, amount in amounts.items() if until <= today):
            yield _proposal(one, over, key=f"{one.name}:{OVER}")
        later = Counter({until: n for until, n in amounts.items() if until > today})
        for until, amount in sorted(_told(later).items()):
            yield _proposal(one, amount, key=f"{one.name}:{until.isoformat()}", until=until)

    def _until(self, one: TableMap, value: Any, received: date) -> date:
        """Return until when a row is kept; one that says no day, from the day of the request."""
        start = day_of(value, self.zone) or received
        assert one.keep is not None  # noqa: S101 - asked of kept tables only
        return durations.after(start, one.keep.period)

    def _is_due(self, one: TableMap, row: Any, item: ErasureItem) -> bool:
        """Whether a kept row's time is over on the item's day."""
        received = item.request.received_on
        _name, _colon, day = item.key.partition(":")
        # Without a day: the mapping did not keep these rows yet when the plan was made.
        limit = timezone.localdate() if day in (OVER, "") else date.fromisoformat(day)
        return self._until(one, row["regard_kept_from"], received) <= limit


def _proposal(one: TableMap, amount: int, key: str = "", until: date | None = None) -> Proposal:
    """Return what a plan says about some rows of a table."""
    label, keep = str(one.title), one.keep
    if keep is not None and until is not None:
        return Proposal(
            key,
            Decision.KEEP,
            Sentence.KEPT_ELSEWHERE,
            ground=keep.ground,
            label=named(label, keep.sentence),
            amount=amount,
            until=until,
        )
    if one.anonymise is not None:
        return Proposal(one.name, Decision.ANONYMISE, Sentence.UNNAMED, label=label, amount=amount)
    return Proposal(key or one.name, Decision.ERASE, Sentence.ERASED, label=label, amount=amount)


def _told(days: Counter[date]) -> Counter[date]:
    """Return the amounts by day; very many different days by the last day of their month."""
    if len(days) <= MOST_DAYS:
        return days
    found: Counter[date] = Counter()
    for day, amount in days.items():
        following = (day.replace(day=1) + timedelta(days=32)).replace(day=1)
        found[following - timedelta(days=1)] += amount
    return found
