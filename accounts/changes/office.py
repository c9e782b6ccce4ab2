"""Changing what the office sets: one kind of change for each kind of thing, all in the same way.

A subject is a code of its kind; its versions lie under one key of ``portal.lib.office``. A draft
holds what was typed, field by field, right or wrong, or that the first value is to hold again.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.changes.kinds import KINDS, Difference, Problems
from accounts.changes.models import Change
from portal.lib.errors import DomainError
from portal.lib.office import store
from portal.lib.office.definitions import SETTINGS, Setting
from portal.lib.office.shapes import Field, Typed, Words

LESS = gettext_lazy("This leaves the people whose data it is with less than now.")
LONGEST = 20_000  # characters of one field of a draft
Line = tuple[Words, str]  # a name and what it is, in words of the active language


class Unfit(DomainError):
    """What was drafted cannot be published after all."""

    code = "unfit"


@dataclass(frozen=True)
class About:
    """What the page of one subject says of it."""

    name: str
    help: str = ""
    affects: str = ""
    bounds: str = ""
    first: str = ""  # where the value comes from while there is no version


class OfficeKind:
    """What is common; a kind of thing fills in the rest. Values are as the store keeps them."""

    slug = ""
    label: Words = ""

    def key(self, subject: str) -> str:
        """Return under which key the versions of the subject lie."""
        return f"{self.slug}:{subject}"

    def subjects(self) -> Iterable[str]:
        """Return all that can be changed, in the order of the page."""
        raise NotImplementedError

    def knows(self, subject: str) -> bool:
        """Whether there is such a subject."""
        return subject in self.subjects()

    def about(self, subject: str) -> About:
        """Return what the page says of it."""
        raise NotImplementedError

    def first(self, subject: str) -> Any:
        """Return what holds without any version."""
        raise NotImplementedError

    def fields(self, subject: str) -> list[Field]:
        """Return the fields of the form."""
        raise NotImplementedError

    def typed(self, subject: str, value: Any) -> dict[str, Any]:
        """Return a value as it would be typed."""
        raise NotImplementedError

    def read(self, subject: str, typed: Typed) -> tuple[Any, Problems]:
        """Return what was typed as a value to keep, or what is wrong with it."""
        raise NotImplementedError

    def say(self, subject: str, value: Any) -> list[Line]:
        """Return a value in words."""
        raise NotImplementedError

    def warns(self, subject: str, value: Any) -> str:
        """Return what whoever drafts and whoever agrees should know of the new value.

        ``value`` None: what was first holds again. "" if there is nothing to know.
        """
        return ""

    def published(self, subject: str) -> None:
        """Do what follows from a new version, in its transaction."""

    # --- The same for all ------------------------------------------------------------------------

    def now(self, subject: str) -> Any:
        """Return what holds."""
        return self.of(subject, store.current(self.key(subject)))

    def of(self, subject: str, version: Any) -> Any:
        """Return the value of a version (``store.Version`` or a row), or of none."""
        if version is None or version.value is None:
            return self.first(subject)
        return version.value

    def titles(self, changes: Sequence[Change]) -> list[str]:
        """Return the names of the subjects."""
        return [self.about(change.subject).name for change in changes]

    def path(self, change: Change) -> str:
        """Return the page of the subject."""
        return reverse("dashboard-setting", args=[self.slug, change.subject])

    def base(self, subject: str) -> str:
        """Return the number of the version that holds; "" for none."""
        version = store.current(self.key(subject))
        return str(version.number) if version else ""

    def value(self, change: Change) -> tuple[Any, Problems]:
        """Return what the draft would publish (None: the first value again), or what is wrong."""
        if change.payload.get("reset"):
            return None, {}
        return self.read(change.subject, change.payload.get("typed", {}))

    def problems(self, change: Change) -> Problems:
        """Return what is wrong with what was typed, by field."""
        value, problems = self.value(change)
        if problems:
            return problems
        new = self.first(change.subject) if value is None else value
        if self.say(change.subject, new) == self.say(change.subject, self.now(change.subject)):
            return {"": [_("This is what holds already: there is nothing to change.")]}
        return {}

    def warning(self, change: Change) -> str:
        """Return what should be known of an open draft; "" where it cannot be read, or nothing."""
        value, problems = self.value(change)
        return "" if problems else self.warns(change.subject, value)

    def differences(self, change: Change) -> list[Difference]:
        """Return the lines in which the draft differs from what holds."""
        value, problems = self.value(change)
        if problems:
            return []
        new = self.first(change.subject) if value is None else value
        return self.between(change.subject, self.now(change.subject), new)

    def between(self, subject: str, before: Any, after: Any) -> list[Difference]:
        """Return the lines in which two values differ."""
        old, new = self._lines(subject, before), self._lines(subject, after)
        labels = dict.fromkeys([*old, *new])
        return [
            Difference(label, old.get(label, ""), new.get(label, ""))
            for label in labels
            if old.get(label, "") != new.get(label, "")
        ]

    def apply(self, change: Change) -> None:
        """Publish the next version.

        Raises:
            Unfit: what was typed is wrong by now.
        """
        value, problems = self.value(change)
        if problems:
            raise Unfit(next(iter(problems.values()))[0])
        store.publish(self.key(change.subject), value, change=change.uid)
        self.published(change.subject)

    def _lines(self, subject: str, value: Any) -> dict[str, str]:
        name = self.about(subject).name
        return {str(label) or name: text for label, text in self.say(subject, value)}


class SettingKind(OfficeKind):
    """One of ``portal.lib.office.definitions.SETTINGS``."""

    slug = "setting"
    label: Words = gettext_lazy("setting")

    def key(self, subject: str) -> str:
        """Return the setting's own key."""
        return subject

    def subjects(self) -> Iterable[str]:
        """Return the keys of all settings."""
        return SETTINGS

    def about(self, subject: str) -> About:
        """Return what its definition says."""
        one = SETTINGS[subject]
        first = _("the environment (%(variable)s)") % {"variable": one.variable}
        return About(str(one.label), str(one.help), str(one.affects), str(one.bounds), first)

    def first(self, subject: str) -> Any:
        """Return the environment's value."""
        return SETTINGS[subject].default()

    def fields(self, subject: str) -> list[Field]:
        """Return the fields of its shape."""
        return SETTINGS[subject].shape.fields(SETTINGS[subject].label)

    def typed(self, subject: str, value: Any) -> dict[str, Any]:
        """Return the value in those fields."""
        return SETTINGS[subject].shape.typed(self._loaded(subject, value))

    def read(self, subject: str, typed: Typed) -> tuple[Any, Problems]:
        """Return the value within its bounds, or why not."""
        return SETTINGS[subject].read(typed)

    def say(self, subject: str, value: Any) -> list[Line]:
        """Return the value in words."""
        return SETTINGS[subject].shape.say(self._loaded(subject, value))

    def problems(self, change: Change) -> Problems:
        """Return what is wrong; the environment's value, too, has to fit the other settings."""
        one: Setting[Any] = SETTINGS[change.subject]
        wrong = one.more_wrong(one.default()) if change.payload.get("reset") else {}
        return wrong or super().problems(change)

    def warns(self, subject: str, value: Any) -> str:
        """Say so if the new value leaves people with less than they have."""
        one: Setting[Any] = SETTINGS[subject]
        new = one.default() if value is None else self._loaded(subject, value)
        return str(LESS) if one.is_looser(new, one.now()) else ""

    def _loaded(self, subject: str, value: Any) -> Any:
        """Return the value as the shape knows it; the environment's may be no whole number."""
        is_first = value == SETTINGS[subject].default()
        return value if is_first else SETTINGS[subject].shape.load(value)


def payload(posted: Mapping[str, Any], fields: Iterable[Field], many: Any) -> dict[str, Any]:
    """Return what a form sent as the payload of a draft; ``many`` returns a field's whole list."""
    if posted.get("act") == "reset":
        return {"reset": True}
    typed: dict[str, Any] = {}
    for field in fields:
        if field.widget == "choices":
            typed[field.name] = [str(one)[:LONGEST] for one in many(field.name)]
        else:
            typed[field.name] = str(posted.get(field.name, ""))[:LONGEST].replace("\x00", "")
    return {"typed": typed}


def authors(versions: Iterable[Any]) -> dict[UUID, Change]:
    """Return the changes by which versions came, by ``uid``; with who drafted and who agreed."""
    wanted = {version.change for version in versions if version.change}
    found = Change.objects.filter(uid__in=wanted).select_related("author", "decided_by")
    return {change.uid: change for change in found}


def name_of(key: str) -> str:
    """Return what lies under a key of ``portal.lib.office``, in words, without any query."""
    if key in SETTINGS:
        return str(SETTINGS[key].label)
    for kind in KINDS.values():
        if isinstance(kind, OfficeKind) and (start := kind.key("")) and key.startswith(start):
            subject = key.removeprefix(start)
            return kind.about(subject).name if kind.knows(subject) else str(kind.label)
    return key
