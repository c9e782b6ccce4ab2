"""What can be changed in this way: each kind says what its drafts mean."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from django.utils.functional import Promise

if TYPE_CHECKING:
    from accounts.changes.models import Change

# Field of the draft (or "" for the whole) to sentences that say what is wrong and how to mend it.
Problems = dict[str, list[str]]


@dataclass(frozen=True)
class Difference:
    """One line of what a change does, in words of the active language; "" where nothing was.

    ``path`` is the address at which what comes after can be opened, if it is a file.
    """

    label: str
    before: str
    after: str
    path: str = ""


class ChangeKind(Protocol):
    """One thing that is changed by draft, second person and publication."""

    slug: str
    label: str | Promise

    def titles(self, changes: Sequence["Change"]) -> list[str]:
        """Return what each changes, in words: as many queries for many as for one."""

    def path(self, change: "Change") -> str:
        """Return the address of the page where the draft is edited and shown."""

    def base(self, subject: str) -> str:
        """Return a hash of the present state of the subject; "" where there is none yet."""

    def problems(self, change: "Change") -> Problems:
        """Return what keeps the draft from being applied; empty if nothing does."""

    def differences(self, change: "Change") -> list[Difference]:
        """Return what it would change, against the present state."""

    def apply(self, change: "Change") -> None:
        """Carry it out, in the caller's transaction, in the name of its author.

        Raises:
            DomainError: a rule says no after all.
        """


@runtime_checkable
class Warns(Protocol):
    """A kind that has something to say to who drafts and who agrees, and refuses nothing by it."""

    def warning(self, change: "Change") -> str:
        """Return what should be known of an open draft, in words; "" if nothing."""


KINDS: dict[str, ChangeKind] = {}


def title(change: "Change") -> str:
    """Return what one change is about, in words of the active language."""
    return KINDS[change.kind].titles([change])[0]


def titled(changes: Iterable["Change"]) -> list[tuple["Change", str]]:
    """Return changes with what they are about, in their order; each kind is asked once."""
    listed = list(changes)
    by_kind: dict[str, list[Change]] = {}
    for one in listed:
        by_kind.setdefault(one.kind, []).append(one)
    titles = {
        one.uid: words
        for kind, of_kind in by_kind.items()
        for one, words in zip(of_kind, KINDS[kind].titles(of_kind), strict=True)
    }
    return [(one, titles[one.uid]) for one in listed]


def register(kind: ChangeKind) -> None:
    """Make the kind known; called when its app is ready."""
    KINDS[kind.slug] = kind
