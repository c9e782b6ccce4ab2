"""The tables that a copy holds about pauses, statements and what was asked and answered."""

from django.utils.translation import gettext as _

from accounts.models import User
from dsar import asked
from dsar.models import Restriction, Statement
from dsar.sources.base import Column, Row, Table
from portal.lib.typesetting import named


def paused(person: User) -> Table:
    """Return what is or was paused at the person's request: documents, everything, purposes."""
    rows = Restriction.objects.filter(request__person=person).select_related(
        "request", "document", "purpose"
    )
    return Table(
        "paused-uses",
        _("Uses paused at your request"),
        _("What is stored and used for nothing else, or no longer for one purpose, since when."),
        (
            Column("since", _("Since")),
            Column("request", _("Request")),
            Column("what", _("What")),
            Column("ground", _("Why")),
            Column("ends", _("End told for")),
            Column("reason", _("Why it ends")),
            Column("ended", _("Ended")),
        ),
        (
            Row(
                {
                    "since": row.since,
                    "request": row.request.reference,
                    "what": _what(row),
                    "ground": row.ground,
                    "ends": row.lift_on,
                    "reason": row.lift_reason,
                    "ended": row.lifted_at,
                },
                {"ground": row.get_ground_display()},
            )
            for row in rows.order_by("pk").iterator(chunk_size=2000)
        ),
    )


def statements(person: User) -> Table:
    """Return what the person says beside signed contents."""
    rows = Statement.objects.filter(request__person=person).select_related("request", "document")
    return Table(
        "statements",
        _("Your statements beside documents"),
        _("Shown beside a document to everybody who can see it, without your name."),
        (
            Column("at", _("When")),
            Column("request", _("Request")),
            Column("document", _("Document")),
            Column("text", _("Text")),
            Column("erased", _("Taken back")),
        ),
        (
            Row(
                {
                    "at": row.at,
                    "request": row.request.reference,
                    "document": row.document.title or row.document.reference,
                    "text": row.text,
                    "erased": row.erased_at,
                }
            )
            for row in rows
        ),
    )


def answers(person: User) -> Table:
    """Return what was asked, as it was filled in, and what was answered in words."""
    rows = person.subject_requests.exclude(details={}, resolution="").order_by("pk")
    return Table(
        "asked-and-answered",
        _("What you asked and what we answered"),
        _("The answers you gave in a form, and ours in words."),
        (
            Column("request", _("Request")),
            Column("asked", _("What you asked")),
            Column("answered", _("Our answer")),
        ),
        (
            Row(
                {
                    "request": row.reference,
                    "asked": "\n".join(
                        named(label, answer) for label, answer in asked.in_words(row)
                    ),
                    "answered": row.resolution,
                }
            )
            for row in rows
        ),
    )


def _what(row: Restriction) -> str:
    if row.purpose is not None:
        return row.purpose.slug
    if row.document is not None:
        return row.document.title or row.document.reference
    return _("everything")
