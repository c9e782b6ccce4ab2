"""What the pages of settings show, read with few questions to the database."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, cast
from uuid import UUID

from django.urls import reverse
from django.utils.text import Truncator
from django.utils.translation import gettext as _

from accounts.changes.kinds import KINDS, Difference
from accounts.changes.models import OPEN, Change
from accounts.changes.office import About, OfficeKind, authors
from portal.lib.models import OfficeVersion
from portal.lib.office import store
from portal.lib.office.definitions import GROUPS, SETTINGS
from portal.lib.office.shapes import Words
from portal.lib.typesetting import in_series, named

OFFICE = ("setting", "regime", "authority", "letter", "calendar")
SHOWN = 140  # characters of a value in a list


@dataclass(frozen=True)
class Source:
    """Where a value comes from: version 0 is what is first; ``by`` and ``with_`` are names."""

    first: str
    number: int = 0
    at: datetime | None = None
    by: str = ""
    with_: str = ""
    is_first_again: bool = False


@dataclass(frozen=True)
class Row:
    """One subject in a list; ``open`` is the state of a change on its way, in words."""

    name: str
    path: str
    value: str
    source: Source
    open: str


@dataclass(frozen=True)
class Group:
    """Subjects under one heading; ``path`` leads to a page of its own, "" if there is none."""

    slug: str
    label: Words
    rows: list[Row]
    about: str = ""
    path: str = ""
    changed: int = 0


@dataclass(frozen=True)
class Past:
    """One version of a subject, with what it changed."""

    version: OfficeVersion
    source: Source
    reason: str
    change_path: str
    differences: list[Difference]


def kind_of(slug: str) -> OfficeKind | None:
    """Return the kind of that name, if it is one of the settings."""
    return cast(OfficeKind, KINDS[slug]) if slug in OFFICE and slug in KINDS else None


def rows(kind: OfficeKind, subjects: Iterable[str], words: str = "") -> list[Row]:
    """Return the subjects in which ``words`` are found, each with what holds. Three queries."""
    wanted = list(subjects)
    current = {one: store.current(kind.key(one)) for one in wanted}
    changes = authors(version for version in current.values() if version)
    open_ones = Change.objects.filter(kind=kind.slug, subject__in=wanted, status__in=OPEN)
    on_its_way = {change.subject: str(change.get_status_display()) for change in open_ones}
    found = []
    for one in wanted:
        about, value = kind.about(one), _short(kind, one)
        if words and not _holds(words, one, about, value):
            continue
        path = reverse("dashboard-setting", args=[kind.slug, one])
        said = source(about, current[one], changes)
        found.append(Row(about.name, path, value, said, on_its_way.get(one, "")))
    return found


def setting_groups(words: str) -> list[Group]:
    """Return the settings in their groups; those without a row are left out."""
    kind = cast(OfficeKind, KINDS["setting"])
    found = []
    for slug, label in GROUPS.items():
        keys = [key for key, one in SETTINGS.items() if one.group == slug]
        if listed := rows(kind, keys, words):
            found.append(Group(slug, label, listed))
    return found


def other_groups(words: str) -> list[Group]:
    """Return laws, authorities, letters and calendar: by themselves, or where words are found."""
    said = {
        "regime": (_("Figures of laws"), _("How much time each law gives, and we within it.")),
        "authority": (_("Authorities"), _("Where people can complain, by country.")),
        "letter": (_("Letters"), _("The words of every letter about a request, in each language.")),
        "calendar": (_("Calendar"), _("The public holidays by which dates are counted.")),
    }
    found = []
    for slug, (label, about) in said.items():
        kind = kind_of(slug)
        if kind is None:
            continue
        path = reverse("dashboard-settings-kind", args=[slug])
        changed = sum(one.value is not None for one in store.below(kind.key("")).values())
        listed = rows(kind, kind.subjects(), words) if words else []
        if listed or not words:
            found.append(Group(slug, label, listed, about, path, changed))
    return found


def source(about: About, version: Any, changes: dict[UUID, Change]) -> Source:
    """Return where the value of a version comes from, and who stands for it."""
    if version is None:
        return Source(about.first)
    change = changes.get(version.change) if version.change else None
    by = change.author.get_short_name() if change else ""
    other = change.decided_by if change and change.decided_by_id != change.author_id else None
    return Source(
        first=about.first,
        number=version.number,
        at=version.at,
        by=by,
        with_=other.get_short_name() if other else "",
        is_first_again=version.value is None,
    )


def past(kind: OfficeKind, subject: str, versions: list[OfficeVersion]) -> list[Past]:
    """Return versions, the newest first, each with what it changed against the one before."""
    about, changes = kind.about(subject), authors(versions)
    wanted = {version.number - 1 for version in versions}
    before = OfficeVersion.objects.filter(key=kind.key(subject), number__in=wanted)
    by_number = {version.number: version for version in before}
    found = []
    for version in versions:
        old = kind.of(subject, by_number.get(version.number - 1))
        change = changes.get(version.change) if version.change else None
        found.append(
            Past(
                version=version,
                source=source(about, version, changes),
                reason=change.reason if change else "",
                change_path=reverse("dashboard-change", args=[change.uid]) if change else "",
                differences=kind.between(subject, old, kind.of(subject, version)),
            )
        )
    return found


def _short(kind: OfficeKind, subject: str) -> str:
    """Return what holds in a line."""
    if kind.slug == "letter":  # the words are long, and rendered only where they are looked at
        is_own = (version := store.current(kind.key(subject))) and version.value is not None
        return _("own words") if is_own else _("shipped words")
    # Figures alone would say nothing; a name, an address or a period is known by itself.
    said = [
        (named(label, text) if kind.slug == "regime" else text).replace("\n", ", ")
        for label, text in kind.say(subject, kind.now(subject))
    ]
    return Truncator(in_series(filter(None, said))).chars(SHOWN)


def _holds(words: str, subject: str, about: About, value: str) -> bool:
    text = f"{subject} {about.name} {about.help} {about.bounds} {about.first} {value}".casefold()
    return all(word in text for word in words.casefold().split())
