"""Which systems were told of a person's choices; and, of staff, what they did about systems.

Rows of ids without a name in them. They belong to the choices (:mod:`dsar.sources.portal.choices`).
"""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from consents.models import ChoiceEvent, Propagation, SystemEvent
from dsar.sources.base import Column, Row, Table

AT_A_TIME = 2000


def told(choices: QuerySet[ChoiceEvent]) -> Iterator[Table]:
    """Yield to whom each choice was communicated, and what they answered (art. 19 GDPR)."""
    rows = Propagation.objects.filter(event__in=choices.values("pk"))
    if not rows.exists():
        return
    yield Table(
        "choices-applied",
        _("Which systems were told of your choices"),
        _("Each system that has to obey a choice, and since when it does."),
        (
            Column("at", _("When")),
            Column("choice", _("Number of the act")),
            Column("system", _("System")),
            Column("status", _("State")),
            Column("applied", _("Applied")),
        ),
        (_row(row) for row in _in_order(rows)),
    )


def as_staff(person: User) -> Iterator[Table]:
    """Yield when the person, as our staff, changed a system or sent it messages again."""
    changed = SystemEvent.objects.filter(by=person).select_related("system").order_by("pk")
    if not changed.exists():
        return
    yield Table(
        "systems-changed",
        _("What you changed about systems, as our staff"),
        _("Each time you registered or changed a system that obeys choices."),
        (Column("at", _("When")), Column("system", _("System")), Column("kind", _("Act"))),
        (
            Row(
                {"at": event.at, "system": event.system.name, "kind": event.kind},
                {"kind": event.get_kind_display()},
            )
            for event in changed.iterator(chunk_size=AT_A_TIME)
        ),
    )


def _in_order(rows: QuerySet[Propagation]) -> Iterator[Propagation]:
    return rows.select_related("event", "system").order_by("pk").iterator(chunk_size=AT_A_TIME)


def _row(row: Propagation) -> Row:
    return Row(
        {
            "at": row.created_at,
            "choice": str(row.event.uid),
            "system": row.system.name,
            "status": row.status,
            "applied": row.applied_at,
        },
        {"status": row.get_status_display()},
    )
