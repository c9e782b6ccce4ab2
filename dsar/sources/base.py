"""What a source is: one class per category of personal data, that can show it and can erase it.

A source is named by its dotted path in ``settings.DSAR_SOURCES``, or described in a file
(``dsar.sources.files``). Everything it raises is caught at
one place (``dsar.tasks``); a :class:`SourceError` says which cause the person and staff are told.
"""

import traceback
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable, Iterator, Mapping
from copy import copy
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from typing import IO, Any, ClassVar

from django.conf import settings
from django.utils.functional import Promise
from django.utils.module_loading import import_string

from accounts.models import User
from dsar.grounds import Awaited, Cause, ErasureGround, Sentence
from dsar.models import ErasureItem, Step, SubjectRequest
from dsar.models.erasure import Decision

Words = str | Promise


class SourceError(Exception):
    """The source could not do what was asked; ``cause`` says why, in a code.

    ``final``: to try again by itself would change nothing; the step has failed, a person looks.
    """

    def __init__(self, cause: Cause, *, final: bool = False) -> None:
        super().__init__(cause.value)
        self.cause = cause
        self.final = final


class Declined(Exception):
    """The source cannot or need not do it, and trying again changes nothing: a gap, with its words.

    ``cause`` says why, where more is to be said than that somebody else decides about it.
    """

    def __init__(self, cause: Cause | None = None) -> None:
        super().__init__(cause.value if cause else "")
        self.cause = cause or ""


class Pending(Exception):
    """Somebody outside has been asked; the step is taken up again at ``until`` (aware), or as soon
    as the answer is there (``dsar.actions.steps.wake``). Neither a failure nor an attempt."""

    def __init__(self, awaits: Awaited, until: datetime) -> None:
        super().__init__(awaits.value)
        self.awaits = awaits
        self.until = until


@dataclass(frozen=True)
class Description:
    """What a source holds, in words: part A of a copy (art. 15(1)) is written from these."""

    holds: Words  # which data
    why: Words  # for which purpose, on which basis
    origin: Words  # from whom we have it
    kept: Words  # how long, counted from what


@dataclass(frozen=True)
class Column:
    """One field of a table of the copy: its key in the data, its name for the person.

    ``never_disclose``: what it is, said instead of it where the law forbids to give it out
    ("bank account number"; CCPA regulations § 7024(d)).
    """

    key: str
    label: Words
    never_disclose: Words = ""


@dataclass(frozen=True)
class OriginalFile:
    """A file given to the person as it is. ``open`` is called once, when it is copied.

    ``screen``: the person was not among those who made or signed it, so that others' data in it is
    looked for before it goes out (art. 15(4)). ``sha256``: of the file as it should be, if known;
    one that is not as it should be is a gap.
    """

    name: str
    open: Callable[[], IO[bytes]]
    screen: bool = False
    sha256: str = ""


@dataclass(frozen=True)
class Row:
    """One record. ``values`` are JSON values, dates or instants; ``words`` says a coded one.

    ``screen``: the fields with texts that somebody else wrote, in which others' data is looked for.
    ``is_own``: the person provided it or took part in it; else it is no data to take elsewhere.
    """

    values: Mapping[str, Any]
    words: Mapping[str, Words] = field(default_factory=dict)
    files: tuple[OriginalFile, ...] = ()
    screen: frozenset[str] = frozenset()
    is_own: bool = True


@dataclass(frozen=True)
class Table:
    """Records of one kind, streamed. ``slug`` names the files of the copy.

    ``portable``: the person provided it, or it was observed of what they did, and it is used under
    an agreement or a contract by automated means (art. 20(1)); what we inferred never is.
    """

    slug: str
    title: Words
    about: Words
    columns: tuple[Column, ...]
    rows: Iterable[Row]
    portable: bool = False


@dataclass(frozen=True)
class Proposal:
    """What a plan says about one thing."""

    key: str
    decision: Decision
    sentence: Sentence
    ground: ErasureGround = ErasureGround.NOT_NEEDED
    label: str = ""
    amount: int = 1
    until: date | None = None
    files: tuple[str, ...] = ()


class Source(ABC):
    """One place, or one category, of personal data.

    ``identifies``: the source says who the person is, so it is erased last.
    ``covers``: the models it answers for, as ``app_label.Model``; a test finds those nobody covers.
    """

    slug: str
    label: Words
    identifies: bool = False
    covers: ClassVar[frozenset[str]] = frozenset()

    @abstractmethod
    def describe(self) -> Description:
        """Say in words what the source holds."""

    def ready(self, step: Step) -> None:  # noqa: B027 - most sources are at hand
        """Ask the outside what the step needs, before its work and in no transaction.

        A source that lies elsewhere raises :class:`Pending` until the answer is there; asking twice
        for the same step must do no harm. Raises SourceError, Declined.
        """

    @abstractmethod
    def find(self, person: User) -> int:
        """Return how many records it holds about the person. Raises SourceError."""

    @abstractmethod
    def collect(self, person: User) -> Iterator[Table]:
        """Yield the person's data, in the active language, a row at a time. Raises SourceError."""

    @abstractmethod
    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Yield what an erasure would do with each thing; changes nothing. Raises SourceError."""

    @abstractmethod
    def erase(self, person: User, item: ErasureItem) -> None:
        """Carry the item's decision out. Runs in the transaction that marks it done; what lies
        outside the database may be tried twice and must bear it. Raises SourceError."""

    @abstractmethod
    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Search anew: is the item as its decision says? Changes nothing. Raises SourceError;
        Declined, where no further attempt could make it so."""

    def identity(self, item: ErasureItem | Proposal) -> str:
        """Return what names the thing in every copy of the data: the ledger of erasures finds it
        by this after a restore. A key that holds a number of the database is none, for a restored
        database may have given the number to somebody else's row."""
        return item.key

    def files(self, item: ErasureItem) -> tuple[str, ...]:
        """Return the names in the storage that go with the item, before it is erased."""
        return tuple(item.files)

    @abstractmethod
    def end(self, person: User, item: ErasureItem) -> None:
        """Erase what was kept until the item's date. Same rules as :meth:`erase`."""

    def has_ended(self, person: User, item: ErasureItem) -> bool:
        """Search anew, after :meth:`end`: is what was kept gone? Changes nothing.

        By default the proof of what goes at once. Raises SourceError; Pending, where the place
        takes its time: the next night looks again.
        """
        gone = copy(item)
        gone.decision = Decision.ERASE
        return self.prove_gone(person, gone)


def place_of(error: Exception) -> str:
    """Return what a log may say of an error nobody foresaw: its kind and its place.

    Its message might repeat somebody's data (invariant 12).
    """
    place = traceback.extract_tb(error.__traceback__)[-1]
    return f"{type(error).__name__} at {place.filename}:{place.lineno}"


@cache
def registered() -> dict[str, Source]:
    """Return every source by its slug: ``settings.DSAR_SOURCES``, then those described in files."""
    found = built_in()
    # By its path, for it is made of what this module defines.
    described = import_string("dsar.sources.files.described")
    return found | {one.source.slug: one.source for one in described(found)}


def built_in() -> dict[str, Source]:
    """Return the sources that are classes of their own, by slug, in the order of the settings."""
    sources: list[Source] = [import_string(path)() for path in settings.DSAR_SOURCES]
    return {source.slug: source for source in sources}


def source_of(slug: str) -> Source:
    """Return a source by its slug.

    Raises:
        SourceError: it has been taken out of the settings since the step was made.
    """
    try:
        return registered()[slug]
    except KeyError:
        raise SourceError(Cause.NOT_CONFIGURED) from None


def label_of(slug: str) -> Words:
    """Return what people call a source, also one that is no longer set up."""
    source = registered().get(slug)
    return source.label if source else slug
