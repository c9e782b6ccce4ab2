"""One append-only table as the log reads it: what can be asked of it, and each row in words."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q, QuerySet
from django.utils.functional import Promise

from accounts.models import User
from portal.dashboard.log.wanted import Wanted

Words = str | Promise


@dataclass(frozen=True)
class Event:
    """One row of the log, in words of the active language.

    ``by`` is the person who acted, ``machine`` the name of what acted instead; both empty: the
    portal itself. ``whose`` is whose file it is about. Neither is shown by name as it stands.
    """

    at: datetime
    family: str
    id: int
    code: str
    what: str
    by: User | None = None
    machine: str = ""
    whose: User | None = None
    why: str = ""
    request: str = ""
    document: str = ""
    purpose: str = ""
    thing: str = ""  # a system, a rule, a change: what else it is about, in words


class Family:
    """The events of one table.

    A filter that the table knows nothing of leaves the family out: ``conditions`` returns None.
    """

    slug: ClassVar[str]
    label: ClassVar[Words]
    model: ClassVar[type[models.Model]]
    at: ClassVar[str] = "at"
    id: ClassVar[str] = "pk"
    # The column of the kind and what its codes mean; empty: all events are of one kind.
    kind: ClassVar[str] = ""
    by: ClassVar[str] = ""  # the column of who acted, where it is a person
    related: ClassVar[tuple[str, ...]] = ()
    # What machines do by the thousand is left out until it is asked for.
    by_machines: ClassVar[bool] = False

    @property
    def table(self) -> str:
        """The append-only table."""
        return self.model._meta.db_table

    def codes(self) -> Mapping[str, Words]:
        """Return the kinds of events: code → words, in the past tense."""
        return {}

    def of_person(self, wanted: Wanted) -> Q | None:
        """Return the condition that an event is about the person's file, None: cannot be told."""
        return None

    def of_request(self, wanted: Wanted) -> Q | None:
        """Return the condition that an event belongs to the request, None: none does."""
        return None

    def of_document(self, wanted: Wanted) -> Q | None:
        """Return the condition that an event is about the document, None: none is."""
        return None

    def of_purpose(self, wanted: Wanted) -> Q | None:
        """Return the condition that an event is about the purpose, None: none is."""
        return None

    def event(self, row: Any) -> Event:
        """Return a row in words of the active language."""
        raise NotImplementedError

    def rows(self) -> QuerySet[Any]:
        """Return all rows."""
        return self.model._default_manager.all()

    def found(self, wanted: Wanted) -> QuerySet[Any] | None:
        """Return the rows that are wanted, unordered; None where there can be none."""
        if not self._is_wanted(wanted):
            return None
        condition = Q()
        for one in self._asked(wanted):
            if one is None:
                return None
            condition &= one
        return self.rows().filter(condition)

    def _is_wanted(self, wanted: Wanted) -> bool:
        if wanted.family:
            return wanted.family == self.slug and (not wanted.code or wanted.code in self.codes())
        return not self.by_machines or wanted.with_machines

    def _asked(self, wanted: Wanted) -> list[Q | None]:
        """Return a condition for each filter that is set."""
        asked: list[Q | None] = []
        if wanted.since:
            asked.append(Q(**{f"{self.at}__gte": wanted.since}))
        if wanted.until:
            asked.append(Q(**{f"{self.at}__lt": wanted.until}))
        if wanted.code:
            asked.append(Q(**{self.kind: wanted.code}))
        if wanted.staff:
            asked.append(Q(**{self.by: wanted.staff.pk}) if self.by else None)
        about = {
            self.of_person: wanted.person,
            self.of_request: wanted.request,
            self.of_document: wanted.document,
            self.of_purpose: wanted.purpose,
        }
        return asked + [condition(wanted) for condition, value in about.items() if value]

    def words(self, code: str) -> str:
        """Return the words of a code; an unknown one is shown as it is."""
        return str(self.codes().get(code, code))
