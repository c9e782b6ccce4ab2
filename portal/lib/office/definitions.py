"""What can be set in the product, and within which bounds; one definition a key."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.utils.translation import gettext_lazy as _

from portal.lib.office import store
from portal.lib.office.shapes import Problems, Shape, Words

T = TypeVar("T")

# In the order of the page.
GROUPS: Mapping[str, Words] = {
    "contacts": _("Contacts"),
    "people": _("Second person"),
    "purposes": _("Purposes and notices"),
    "requests": _("Requests and identity"),
    "copies": _("Copies, erasure and what is kept"),
    "staff": _("Staff and their day"),
    "public": _("What everybody can see"),
}


def _nothing_more(_value: Any) -> Problems:
    return {}


@dataclass(frozen=True)
class Setting(Generic[T]):
    """One thing that a data protection officer may set.

    ``default`` reads the environment's value; ``variable`` is its name. ``bounds`` says in words
    what is never accepted, with the law behind it; ``affects`` what a change moves, and from when.
    ``more_wrong`` refuses what the shape alone lets pass. ``stricter`` says which direction is
    better for the people whose data it is: "more", "less" or "" where neither is.
    """

    key: str
    group: str
    label: Words
    help: Words
    affects: Words
    bounds: Words
    shape: Shape[T]
    variable: str
    default: Callable[[], T]
    stricter: str = ""
    more_wrong: Callable[[T], Problems] = _nothing_more

    def now(self) -> T:
        """Return the value that counts: of the newest version, or of the environment."""
        return self._of(store.current(self.key))

    def last_known(self) -> T:
        """Return the value that this process saw last; asks the database nothing."""
        return self._of(store.held(self.key))

    def read(self, typed: Mapping[str, Any]) -> tuple[T | None, Problems]:
        """Return what was typed as a value, or what is wrong with it, by field."""
        value, problems = self.shape.read(typed)
        if value is not None and not problems:
            problems = self.more_wrong(value)
        return (None if problems else value), problems

    def is_looser(self, new: Any, old: Any) -> bool:
        """Whether the new value leaves people with less than the old one."""
        if isinstance(new, list):
            return bool(set(old) - set(new)) and self.stricter == "more"
        return new < old if self.stricter == "more" else new > old if self.stricter else False

    def _of(self, version: store.Version | None) -> T:
        if version is None or version.value is None:
            return self.default()
        return self.shape.load(version.value)


SETTINGS: dict[str, Setting[Any]] = {}


def define(setting: Setting[T]) -> Setting[T]:
    """Make a setting known to the page, and return it."""
    SETTINGS[setting.key] = setting
    return setting
