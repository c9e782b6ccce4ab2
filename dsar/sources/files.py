"""Sources that operators describe in files: one YAML file each, in the folder ``SOURCES_DIR``.

A file with a mistake takes nothing down and is not passed over in silence either: it is a source
all of whose steps fail, with a cause that says to correct it; ``manage.py check`` and the staff's
page of sources name each mistake with its line.
"""

import re
from abc import abstractmethod
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import cast

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar.grounds import Cause
from dsar.models import ErasureItem, SubjectRequest
from dsar.sources import yaml_lines
from dsar.sources.base import Description, Proposal, Source, SourceError, Table, Words
from dsar.sources.options import Options
from dsar.sources.problems import Problem, Problems
from dsar.sources.spec import WRONG, Bilingual, Choice, Flag, Need, Option, Section, Text
from dsar.sources.yaml_lines import Entries, Node, Value

# The types a file may name; each class is imported when a file needs it.
TYPES = {
    "sql": "dsar.sources.sql.source.SqlSource",
    "http": "dsar.sources.http.HttpSource",
    "storage": "dsar.sources.storage.StorageSource",
    "docusign": "dsar.sources.docusign.DocusignSource",
    "human": "dsar.sources.human.HumanSource",
}
# What the type needs that is not part of every installation: the extra of pyproject.toml.
EXTRAS = {"sql": "sql", "docusign": "docusign"}
SLUG = re.compile(r"[a-z][a-z0-9-]{0,39}")
ENDINGS = (".yaml", ".yml")
COMMON: dict[str, Need | Option] = {
    "type": Need(Choice(tuple(TYPES))),
    "slug": Need(Text(most=40, pattern=SLUG, like="billing")),
    "label": Need(Bilingual(most=100)),
    "holds": Need(Bilingual()),
    "why": Need(Bilingual()),
    "origin": Need(Bilingual()),
    "kept": Need(Bilingual()),
    "identifies": Option(Flag(), default=False),
}


@dataclass(frozen=True)
class DescribedSource:
    """What a file says. ``options`` is what the type's ``schema()`` read, with line numbers."""

    type: str
    slug: str
    label: Words
    description: Description
    identifies: bool
    options: Options
    path: Path


@dataclass(frozen=True)
class Described:
    """A file of the folder: its type and source, whole or broken, and what is wrong with it."""

    path: Path
    kind: str
    source: Source
    problems: tuple[Problem, ...] = ()


@dataclass(frozen=True)
class Reached:
    """What was found where a source lies: what does not fit, and what somebody should know."""

    problems: Problems
    warnings: Problems


@dataclass(frozen=True)
class SampledTable:
    """A few rows of a dry run, masked, under the labels of their columns."""

    name: str
    title: Words
    count: int
    labels: tuple[Words, ...]
    rows: tuple[tuple[tuple[Words, str], ...], ...]  # label and value of each cell


@dataclass(frozen=True)
class Trial:
    """What a dry run found, and what an erasure would do with it."""

    tables: tuple[SampledTable, ...]
    proposals: tuple[Proposal, ...]


class DescribedType(Source):
    """A type of source that a file can name in ``type``. To make one opens no connection."""

    def __init__(self, described: DescribedSource) -> None:
        self.slug, self.label = described.slug, described.label
        self.identifies = described.identifies
        self.described = described
        self.options = described.options

    @classmethod
    @abstractmethod
    def schema(cls) -> Section:
        """Return what the file may say besides the keys that every type has."""

    @classmethod
    def check(cls, options: Options, problems: Problems) -> None:
        """Note what is wrong although each value by itself is right."""

    def describe(self) -> Description:
        """Say what the file says."""
        return self.described.description

    def reach(self) -> Reached:
        """Go where the source lies and see whether the description fits; changes nothing.

        Raises:
            NotImplementedError: this type has no way to see that.
            SourceError: it cannot be reached.
        """
        raise NotImplementedError

    def try_out(self, emails: Collection[str]) -> Trial:
        """Search for whoever has one of the addresses, without a request; changes nothing.

        Raises:
            NotImplementedError: this type cannot search without asking somebody.
            SourceError: it cannot be searched.
        """
        raise NotImplementedError


class BrokenSource(Source):
    """Stands for a file with mistakes: it holds data, and nobody can say which."""

    def __init__(self, slug: str, label: Words, cause: Cause) -> None:
        self.slug, self.label, self.cause = slug, label, cause

    def describe(self) -> Description:
        """Say that it is not known yet."""
        unknown = _("Not known: the description of this source is being corrected.")
        return Description(holds=unknown, why=unknown, origin=unknown, kept=unknown)

    def find(self, person: User) -> int:
        """Fail."""
        raise SourceError(self.cause, final=True)

    def collect(self, person: User) -> Iterator[Table]:
        """Fail."""
        raise SourceError(self.cause, final=True)

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Fail."""
        raise SourceError(self.cause, final=True)

    def erase(self, person: User, item: ErasureItem) -> None:
        """Fail."""
        raise SourceError(self.cause, final=True)

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Fail."""
        raise SourceError(self.cause, final=True)

    def end(self, person: User, item: ErasureItem) -> None:
        """Fail."""
        raise SourceError(self.cause, final=True)


def described(taken: Collection[str] = ()) -> list[Described]:
    """Return every file of the folder as a source; ``taken`` are slugs of other sources."""
    if not settings.SOURCES_DIR:
        return []
    folder = Path(settings.SOURCES_DIR)
    if not folder.is_dir():
        return [_lost(folder)]
    found: list[Described] = []
    slugs = set(taken)
    for path in sorted(path for path in folder.iterdir() if path.suffix in ENDINGS):
        one = load(path, slugs)
        slugs.add(one.source.slug)
        found.append(one)
    return found


def load(path: Path, taken: Collection[str] = ()) -> Described:
    """Return what one file describes, whole or broken."""
    reading = _Reading(path, Problems(path.name), taken)
    source = reading.source()
    if source is None:
        source = BrokenSource(reading.free_slug(), reading.label or path.stem, reading.cause)
    return Described(path, reading.kind, source, tuple(reading.problems))


@dataclass
class _Reading:
    """One file on its way to a source; what is known of it when something is wrong."""

    path: Path
    problems: Problems
    taken: Collection[str]
    kind: str = ""
    label: Words = ""
    cause: Cause = Cause.MAPPING

    def source(self) -> Source | None:
        """Return the source, or None having noted every mistake."""
        node = yaml_lines.read(self.path, self.problems)
        if node is None:
            return None
        kind = self._kind(node)
        self._require_own_slug(node)
        keys = COMMON | dict(kind.schema().keys if kind else {})
        found = Section(keys).read(_known(node, keys, whole=kind is not None), self.problems)
        if found is WRONG or kind is None or len(self.problems):
            return None
        kind.check(found, self.problems)
        return kind(self._described(found)) if not len(self.problems) else None

    def free_slug(self) -> str:
        """Return a slug for a broken file: its name, which is its slug once it is right."""
        slug = re.sub(r"[^a-z0-9-]+", "-", self.path.stem.lower()).strip("-")[:40] or "source"
        while slug in self.taken:
            slug = f"{slug[:50]}-file"
        return slug

    def _kind(self, node: Node) -> type[DescribedType] | None:
        """Return the class of the type that the file names, or None having said why not."""
        entries = node.entries if isinstance(node, Entries) else {}
        if label := entries.get("label"):
            read = Bilingual(most=100).read(label, Problems(self.path.name))
            self.label = "" if read is WRONG else read
        name = entries.get("type")
        if not isinstance(name, Value) or name.text not in TYPES:
            return None  # the section says so
        self.kind = name.text
        try:
            return cast(type[DescribedType], import_string(TYPES[self.kind]))
        except ImportError:
            self.cause = Cause.MISSING_PART
            words = _("A part for “%(type)s” is not installed. Install it: pip install %(part)s.")
            part = f"'regard[{EXTRAS.get(self.kind, self.kind)}]'"
            self.problems.add(name.line, words, type=self.kind, part=part)
            return None

    def _require_own_slug(self, node: Node) -> None:
        """Require the slug to be the file's name, by which a file that breaks is still known."""
        slug = node.entries.get("slug") if isinstance(node, Entries) else None
        if not isinstance(slug, Value):
            return
        if slug.text != self.path.stem:
            words = _("The slug must be the name of the file: “%(stem)s”, or rename the file.")
            self.problems.add(slug.line, words, stem=self.path.stem[:80])
        elif slug.text in self.taken:
            words = _("Another source is already called “%(slug)s”. Choose another name.")
            self.problems.add(slug.line, words, slug=slug.text)

    def _described(self, found: Options) -> DescribedSource:
        description = Description(
            holds=found["holds"], why=found["why"], origin=found["origin"], kept=found["kept"]
        )
        return DescribedSource(
            type=self.kind,
            slug=found["slug"],
            label=found["label"],
            description=description,
            identifies=found["identifies"],
            options=found,
            path=self.path,
        )


def _lost(folder: Path) -> Described:
    """Return what stands for a folder that is not there: no request may pass its sources over."""
    words = _("The folder of sources is not there. SOURCES_DIR says where it is.")
    source = BrokenSource("described-sources", _("Further systems"), Cause.NOT_CONFIGURED)
    return Described(folder, "", source, (Problem(folder.name, 1, words),))


def _known(node: Node, keys: dict[str, Need | Option], *, whole: bool) -> Node:
    """Without a type nobody can say which other keys are right: only the common ones are read."""
    if whole or not isinstance(node, Entries):
        return node
    entries = {key: value for key, value in node.entries.items() if key in keys}
    return Entries(node.line, entries, node.lines)
