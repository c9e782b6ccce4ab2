"""Events as a page shows them: staff by name, everybody else by number until a reason is given."""

from dataclasses import dataclass

from django.utils.translation import gettext as _

from accounts.models import User
from portal.dashboard.log.asked import seal
from portal.dashboard.log.families import BY_SLUG
from portal.dashboard.log.families.base import Event


@dataclass(frozen=True)
class Line:
    """One row of the list. ``opens`` is the sealed person whose events can be opened, or empty."""

    event: Event
    family: str
    who: str
    role: str
    whose: str
    opens: str


def number_of(person: User) -> str:
    """Return what stands for a person whose name is not shown: it stays after an erasure."""
    return _("person %(number)s") % {"number": person.uid.hex[:8]}


def lines(events: list[Event], *, viewer: User, revealed: User | None = None) -> list[Line]:
    """Return the rows as ``viewer`` sees them; ``revealed`` is shown by name."""
    return [
        Line(
            event=event,
            family=str(BY_SLUG[event.family].label),
            who=who(event, revealed),
            role=event.by.get_role_display() if event.by and event.by.is_staff else "",
            whose=_named(event.whose, revealed) if event.whose else "",
            opens=_opens(event, viewer, revealed),
        )
        for event in events
    ]


def who(event: Event, revealed: User | None = None) -> str:
    """Return who acted: staff by name, a machine by its own, a person by number."""
    if event.machine:
        return event.machine
    if event.by is None:
        return _("the portal")
    if event.by.is_staff:
        return event.by.get_short_name()
    if event.whose is not None and event.by.pk == event.whose.pk:
        return _("the person")
    return _named(event.by, revealed)


def _named(person: User, revealed: User | None) -> str:
    if revealed is not None and person.pk == revealed.pk and person.email:
        return person.name or person.email
    return number_of(person)


def _opens(event: Event, viewer: User, revealed: User | None) -> str:
    if event.whose is None or (revealed is not None and event.whose.pk == revealed.pk):
        return ""
    return seal(event.whose, holder=viewer)
