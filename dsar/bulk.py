"""Several requests at once: one act, each request on its own, and what became of each."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import partial
from uuid import UUID

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import User
from dsar import actions, queries
from dsar.actions import closings
from dsar.models import SubjectRequest
from portal.lib.errors import DomainError

MOST = 100  # a page and its selection; more is no selection any more


@dataclass(frozen=True)
class Act:
    """One act on many requests. ``done`` are the words for how many, by number."""

    label: str | Promise
    do: Callable[..., object]
    done: Callable[[int], str]


def _taken(n: int) -> str:
    return ngettext("%(n)d taken", "%(n)d taken", n) % {"n": n}


def _given(n: int) -> str:
    return ngettext("%(n)d given to a colleague", "%(n)d given to a colleague", n) % {"n": n}


def _released(n: int) -> str:
    return ngettext("%(n)d given back", "%(n)d given back", n) % {"n": n}


def _begun(n: int) -> str:
    return ngettext("%(n)d search begun", "%(n)d searches begun", n) % {"n": n}


def _closed(n: int) -> str:
    return ngettext("%(n)d closed", "%(n)d closed", n) % {"n": n}


def _close_as_duplicate(request: SubjectRequest, *, by: User) -> object:
    """Close it as a repetition of the first one of the same person and kind."""
    first = queries.repeated(request).first()
    if first is None:
        raise closings.NotTheSame(_("This person has no other request of this kind."))
    return closings.close_as_duplicate(request, first, by=by)


ACTS: dict[str, Act] = {
    "take": Act(_("Take"), actions.take, _taken),
    "assign": Act(_("Give to a colleague"), actions.assign, _given),
    "release": Act(_("Give back to the queue"), actions.release, _released),
    "start": Act(_("Begin the search"), actions.start, _begun),
    "duplicate": Act(_("Close as asked twice"), _close_as_duplicate, _closed),
    "spam": Act(_("Close as no request"), closings.close_as_spam, _closed),
}


@dataclass(frozen=True)
class Results:
    """What became of a selection: ``summary`` in a sentence, and each that was not done."""

    summary: str
    done: list[SubjectRequest]
    refused: list[tuple[SubjectRequest, str | Promise]]


def choices(me: User) -> list[tuple[str, str | Promise]]:
    """Return what can be done to a selection."""
    return [(code, act.label) for code, act in ACTS.items()]


def act_on(requests: Iterable[SubjectRequest], code: str, *, by: User, to: str = "") -> Results:
    """Do the act to each; one that refuses does not stop the others.

    ``to`` is the uid of a colleague, for giving. An unknown act, or colleague, does nothing.
    """
    act = ACTS.get(code)
    todo = _bound(act, code, by, to) if act else None
    if act is None or todo is None:
        return Results(str(_("Choose what to do, and for a colleague to whom.")), [], [])
    done: list[SubjectRequest] = []
    refused: list[tuple[SubjectRequest, str | Promise]] = []
    for request in requests:
        try:
            todo(request)
        except DomainError as refusal:
            refused.append((request, refusal.message))
        else:
            done.append(request)
    return Results(_summary(act, len(done), len(refused)), done, refused)


def _bound(act: Act, code: str, by: User, to: str) -> Callable[..., object] | None:
    if code != "assign":
        return partial(act.do, by=by)
    try:
        colleague = queries.staff().filter(uid=UUID(to)).first()
    except ValueError:
        return None
    return partial(act.do, by=by, to=colleague) if colleague else None


def _summary(act: Act, done: int, refused: int) -> str:
    if not refused:
        return f"{act.done(done)}."
    not_done = ngettext("%(n)d not", "%(n)d not", refused) % {"n": refused}
    return f"{act.done(done)}, {not_done}."
