"""What staff did: looks at files, changes of what governs data, acts of the office."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db.models import Q
from django.utils.formats import date_format
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from accounts.changes.kinds import KINDS
from accounts.changes.models import ChangeEvent
from accounts.changes.office import OfficeKind, name_of
from accounts.models import AccessEvent
from dsar.sources.base import label_of
from portal.dashboard.alarms.rules import RULES
from portal.dashboard.log.families.base import Event, Family, Words
from portal.dashboard.log.wanted import Wanted
from portal.dashboard.models import CareRecord, OfficeEvent
from portal.lib.models import OfficeVersion
from portal.lib.typesetting import named

Looked = AccessEvent.Kind


class Looks(Family):
    """Staff opened a person's file, or acted on it; the person reads the same rows."""

    slug, label, model = "looks", _("Looks at files"), AccessEvent
    kind, by, related = "kind", "by", ("by", "person")

    def codes(self) -> Mapping[str, Words]:
        """The same kinds that the person reads, said to a third."""
        return {
            Looked.REQUEST_VIEWED: _("opened a request"),
            Looked.REQUEST_ACTED: _("worked on a request"),
            Looked.IDENTITY_REVEALED: _("made name and address visible"),
            Looked.PERSON_VIEWED: _("opened a person’s file"),
            Looked.DOCUMENT_VIEWED: _("opened the details of a document"),
            Looked.CHOICE_REFUSED: _("recorded a refusal on request"),
            Looked.EVENTS_VIEWED: _("opened the events of a person’s file"),
            Looked.EVENTS_EXPORTED: _("exported the events of a person’s file"),
            Looked.ACTIVITY_VIEWED: _("opened the activity of a member of staff"),
        }

    def of_person(self, wanted: Wanted) -> Q | None:
        """Whose file it was."""
        return Q(person=wanted.person)

    def of_request(self, wanted: Wanted) -> Q | None:
        """By the reference that was written down."""
        return Q(reference=wanted.request)

    def event(self, row: AccessEvent) -> Event:
        """Return a look."""
        is_request = row.reference.startswith("R-")
        return Event(
            at=row.at, family=self.slug, id=row.pk, code=row.kind, what=self.words(row.kind),
            by=row.by, whose=row.person, why=row.reason,
            request=row.reference if is_request else "",
            thing="" if is_request else row.reference,
        )  # fmt: skip


class Changes(Family):
    """Drafts, second persons and publications of what governs data."""

    slug, label, model = "changes", _("Changes of what governs data"), ChangeEvent
    kind, by, related = "code", "by", ("by", "change")

    def codes(self) -> Mapping[str, Words]:
        """As the change's own page says it."""
        return dict(ChangeEvent.Code.choices)

    def event(self, row: ChangeEvent) -> Event:
        """Return an act on a change; its title would need a query a row, its kind does not."""
        return Event(
            at=row.at, family=self.slug, id=row.pk, code=row.code, what=self.words(row.code),
            by=row.by, why=row.note, thing=_changed(row.change.kind, row.change.subject),
        )  # fmt: skip


class Office(Family):
    """Alarms, digests and exports: what the office set, and what the portal told it."""

    slug, label, model = "office", _("Alarms and exports"), OfficeEvent
    kind, by, related = "code", "by", ("by", "person")

    def codes(self) -> Mapping[str, Words]:
        """What happened, in the past tense."""
        return dict(OfficeEvent.Code.choices)

    def of_person(self, wanted: Wanted) -> Q | None:
        """An export about the person."""
        return Q(person=wanted.person)

    def event(self, row: OfficeEvent) -> Event:
        """Return an act of the office."""
        return Event(
            at=row.at, family=self.slug, id=row.pk, code=row.code, what=self.words(row.code),
            by=row.by, whose=row.person, thing=_about(row.about), why=row.why,
        )  # fmt: skip


def _changed(kind: str, subject: str) -> str:
    """Return what a change is about: what the office sets by its name, the rest by its own code."""
    known = KINDS.get(kind)
    label = str(known.label) if known else kind
    if isinstance(known, OfficeKind):
        return named(label, known.about(subject).name) if known.knows(subject) else label
    if kind == "alarm-off" and subject in RULES:
        return named(label, RULES[subject].label)
    return label if kind == "log-export" else f"{label} {subject}"


def _about(text: str) -> str:
    """Return what an act is about in words: ``rule late``, ``late R-2026-…``, ``hook …``."""
    first, _space, rest = text.partition(" ")
    if first == "rule" and rest in RULES:
        return str(RULES[rest].label)
    if first in RULES:
        return named(RULES[first].label, " ".join(_cause(first, part) for part in rest.split(" ")))
    words = {
        "hook": gettext("webhook"),
        "export": gettext("export"),
        "digest": gettext("daily digest"),
    }
    return " ".join(filter(None, [words.get(first, first), rest[:8] if first in words else rest]))


def _cause(rule: str, part: str) -> str:
    """Return a part of a cause as people read it: a day in words, a source by its name."""
    if rule == "source_failing":
        return str(label_of(part))
    try:
        return date_format(date.fromisoformat(part), "DATE_FORMAT")
    except ValueError:
        return part


class Settings(Family):
    """What the office has set; who drafted it and who agreed stands with its change."""

    slug, label, model = "settings", _("Settings of the office"), OfficeVersion

    def event(self, row: OfficeVersion) -> Event:
        """Return a version that came to hold."""
        return Event(
            at=row.at, family=self.slug, id=row.pk, code="",
            what=gettext("version %(n)s of a setting holds") % {"n": row.number},
            thing=name_of(row.key),
        )  # fmt: skip


class Care(Family):
    """Backups that were made, restores that were tried."""

    slug, label, model = "care", _("Backups and restores"), CareRecord
    kind = "kind"

    def codes(self) -> Mapping[str, Words]:
        """What was done."""
        return dict(CareRecord.Kind.choices)

    def event(self, row: CareRecord) -> Event:
        """Return a backup or a drill, and that it failed, if it did."""
        return Event(
            at=row.at, family=self.slug, id=row.pk, code=row.kind, what=self.words(row.kind),
            thing=row.label, why="" if row.succeeded else gettext("failed"),
        )  # fmt: skip


FAMILIES: tuple[Any, ...] = (Looks(), Changes(), Office(), Settings(), Care())
