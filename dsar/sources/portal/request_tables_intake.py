"""The tables of a copy about how requests came in: who acted, how it was confirmed, drafts."""

from collections.abc import Iterator

from django.utils.translation import gettext as _

from accounts.models import User
from dsar.models import Confirmation, Filing, Mandate
from dsar.sources.base import Column, Row, Table


def mandates(person: User) -> Table:
    """Return who acted for the person, and what showed that they may."""
    rows = Mandate.objects.filter(request__person=person).select_related("request")
    return Table(
        "mandates",
        _("Who acted for you"),
        _("Requests that somebody else made in your name, and what showed that they may."),
        (
            Column("request", _("Request")),
            Column("name", _("Name")),
            Column("email", _("E-mail address")),
            Column("proof", _("What shows that they may")),
            Column("to_agent", _("The answer goes to them")),
        ),
        (
            Row(
                {
                    "request": row.request.reference,
                    "name": row.agent_name,
                    "email": row.agent_email,
                    "proof": row.proof,
                    "to_agent": row.answer_to_agent,
                },
                {"proof": row.get_proof_display()},
            )
            for row in rows.order_by("pk")
        ),
    )


def confirmations(person: User) -> Table:
    """Return when links to confirm were sent, and used. The links themselves are not given out."""
    rows = Confirmation.objects.filter(request__person=person).select_related("request")
    return Table(
        "confirmations",
        _("Links to confirm a request"),
        _("When we asked you by a link whether a request is yours."),
        (
            Column("request", _("Request")),
            Column("sent", _("Sent")),
            Column("ends", _("Ends")),
            Column("used", _("Used")),
        ),
        (
            Row(
                {
                    "request": row.request.reference,
                    "sent": row.sent_at,
                    "ends": row.expires_at,
                    "used": row.used_at,
                }
            )
            for row in rows.order_by("pk")
        ),
    )


def filings(person: User) -> Table:
    """Return which requests the signing service filed for the person."""
    rows = Filing.objects.filter(request__person=person).select_related("request")
    return Table(
        "filings",
        _("Requests filed through the signing service"),
        _("Which program of the service filed a request of yours, and when."),
        (
            Column("request", _("Request")),
            Column("at", _("When")),
            Column("client", _("Program")),
        ),
        (
            Row({"request": row.request.reference, "at": row.at, "client": row.client})
            for row in rows.order_by("pk")
        ),
    )


def drafts(person: User) -> Table:
    """Return what the person typed into forms and did not send."""
    return Table(
        "drafts",
        _("What you typed and did not send"),
        _("Drafts of requests. They are deleted when sent, or after some weeks."),
        (
            Column("kind", _("Request")),
            Column("at", _("When")),
            Column("text", _("Text")),
        ),
        (
            Row(
                {"kind": row.kind, "at": row.saved_at, "text": _typed(row.data)},
                {"kind": row.get_kind_display()},
            )
            for row in person.drafts.order_by("pk")
        ),
    )


def of_person(person: User) -> Iterator[Table]:
    """Yield the tables that hold something; most people have none of it."""
    if Mandate.objects.filter(request__person=person).exists():
        yield mandates(person)
    if Confirmation.objects.filter(request__person=person).exists():
        yield confirmations(person)
    if Filing.objects.filter(request__person=person).exists():
        yield filings(person)
    if person.drafts.exists():
        yield drafts(person)


def _typed(data: dict[str, object]) -> str:
    return "\n".join(f"{name}: {value}" for name, value in data.items())
