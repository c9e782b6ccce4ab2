"""The tables that a copy holds about earlier requests."""

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from accounts.models import User
from dsar.grounds import ground_label
from dsar.models import Attachment, Message, Note, Pause, RequestEvent, SubjectRequest
from dsar.sources.base import Column, Row, Table


def messages_of(person: User) -> QuerySet[Message]:
    """Return what was written about the person's requests and is not erased."""
    return Message.objects.filter(request__person=person, erased_at=None).order_by("pk")


def written_as_staff(person: User) -> QuerySet[Message]:
    """Return what the person wrote about requests of others, as staff."""
    written = Message.objects.filter(by=person, erased_at=None).exclude(request__person=person)
    return written.select_related("request").order_by("pk")


def written_as_staff_table(person: User) -> Table:
    """Return when the person wrote as staff; the words are those of whose request it is."""
    return Table(
        "my-messages",
        _("What you wrote as our staff"),
        _("When you wrote about somebody’s request; the words are theirs to see."),
        (Column("at", _("When")), Column("request", _("Request"))),
        (
            Row({"at": row.at, "request": row.request.reference})
            for row in written_as_staff(person).iterator(chunk_size=2000)
        ),
    )


def messages(person: User) -> Table:
    """Return the words between the person and staff."""
    return Table(
        "messages",
        _("Messages about your requests"),
        _("What you and our staff wrote to each other."),
        (
            Column("at", _("When")),
            Column("request", _("Request")),
            Column("from", _("From")),
            Column("text", _("Text")),
        ),
        (_message_row(row) for row in messages_of(person).select_related("request")),
    )


def notes(person: User) -> Table:
    """Return what staff wrote to each other about the person's requests."""
    rows = Note.objects.filter(request__person=person, erased_at=None).select_related("request")
    return Table(
        "notes",
        _("Notes about your requests"),
        _("What our staff wrote down for each other while working on them."),
        (Column("at", _("When")), Column("request", _("Request")), Column("text", _("Text"))),
        (
            Row(
                {"at": row.at, "request": row.request.reference, "text": row.text},
                screen=frozenset({"text"}),
            )
            for row in rows.order_by("pk")
        ),
    )


def saved_filters(person: User) -> Table:
    """Return the ways to look at the queue that the person saved, as staff."""
    return Table(
        "my-filters",
        _("Filters you saved as our staff"),
        _("Ways to look at the queue of requests, under the names you gave them."),
        (Column("name", _("Name")), Column("shared", _("For everybody"))),
        (Row({"name": one.name, "shared": one.is_shared}) for one in person.saved_filters.all()),
    )


def holds(person: User) -> Table:
    """Return the disputes for which the data must not be erased."""
    return Table(
        "holds",
        _("Legal holds"),
        _("Disputes for which your data must not be erased."),
        (
            Column("since", _("Since")),
            Column("reason", _("Reason")),
            Column("review", _("Looked at again on")),
            Column("lifted", _("Ended")),
        ),
        (
            Row(
                {
                    "since": hold.placed_at,
                    "reason": hold.reason,
                    "review": hold.review_on,
                    "lifted": hold.lifted_at,
                },
                screen=frozenset({"reason"}),
            )
            for hold in person.holds.order_by("pk")
        ),
    )


def pauses(person: User) -> Table:
    """Return what we asked the person, and when the clock stood still for it."""
    rows = Pause.objects.filter(request__person=person).select_related("request").order_by("pk")
    return Table(
        "questions",
        _("What we asked you"),
        _("Questions without whose answer we could not go on; the clock stood still."),
        (
            Column("asked", _("Asked")),
            Column("request", _("Request")),
            Column("reason", _("Reason")),
            Column("question", _("Question")),
            Column("answered", _("Answered")),
        ),
        (
            Row(
                {
                    "asked": row.asked_at,
                    "request": row.request.reference,
                    "reason": row.reason,
                    "question": row.question,
                    "answered": row.answered_at,
                },
                {"reason": row.get_reason_display()},
                screen=frozenset({"question"}),
            )
            for row in rows
        ),
    )


def attachments(person: User) -> Table:
    """Return the files of the person's requests: their names; the files as they came in."""
    rows = Attachment.objects.filter(request__person=person).select_related("request")
    return Table(
        "enclosures",
        _("Files of your requests"),
        _("What you or our staff added to a request. Proofs of identity are deleted once seen."),
        (
            Column("at", _("When")),
            Column("request", _("Request")),
            Column("role", _("What for")),
            Column("name", _("Name")),
            Column("fingerprint", _("Fingerprint (SHA-256)")),
            Column("deleted", _("Deleted")),
        ),
        (
            Row(
                {
                    "at": row.at,
                    "request": row.request.reference,
                    "role": row.role,
                    "name": row.name,
                    "fingerprint": row.sha256,
                    "deleted": row.destroyed_at,
                },
                {"role": row.get_role_display()},
            )
            for row in rows.order_by("pk")
        ),
    )


def requests(person: User) -> Table:
    """Return what the person asked, when, and how it ended."""
    return Table(
        "requests",
        _("Your requests"),
        _("What you asked us, when, and how it ended."),
        (
            Column("reference", _("Reference")),
            Column("kind", _("Request")),
            Column("received", _("Received")),
            Column("due", _("Answer due")),
            Column("status", _("State")),
            Column("outcome", _("Outcome")),
            Column("closed", _("Closed")),
            Column("about", _("Your words")),
            Column("ground", _("Ground of a refusal")),
            Column("evidence", _("What shows it")),
        ),
        (_request_row(row) for row in person.subject_requests.order_by("pk")),
    )


def _request_row(row: SubjectRequest) -> Row:
    return Row(
        {
            "reference": row.reference,
            "kind": row.kind,
            "received": row.received_at,
            "due": row.due_on,
            "status": row.status,
            "outcome": row.outcome or None,
            "closed": row.closed_at,
            "about": row.about,
            "ground": row.refusal_ground or None,
            "evidence": row.refusal_evidence,
        },
        {
            "kind": row.get_kind_display(),
            "status": row.get_status_display(),
            "outcome": row.get_outcome_display() if row.outcome else "",
            "ground": ground_label(row.refusal_ground),
        },
        screen=frozenset({"evidence"}),
    )


def timeline(person: User) -> Table:
    """Return each step of each request, and who took it."""
    events = RequestEvent.objects.filter(request__person=person).select_related("request")
    return Table(
        "request-events",
        _("What happened to your requests"),
        _("Each step, and whether you, our staff or the system took it."),
        (
            Column("at", _("When")),
            Column("request", _("Request")),
            Column("what", _("What")),
            Column("who", _("Who")),
        ),
        (
            Row(
                {
                    "at": event.at,
                    "request": event.request.reference,
                    "what": event.code,
                    "who": _who(event, person),
                },
                {"what": event.get_code_display()},
            )
            for event in events.order_by("pk").iterator(chunk_size=2000)
        ),
    )


def _who(event: RequestEvent, person: User) -> str:
    """Say who acted; the names of staff are not part of the copy (CJEU C-579/21)."""
    if event.by_id is None:
        return _("the system")
    return _("you") if event.by_id == person.pk else _("our staff")


def _message_row(row: Message) -> Row:
    return Row(
        {
            "at": row.at,
            "request": row.request.reference,
            "from": "staff" if row.from_staff else "you",
            "text": row.text,
        },
        {"from": _("our staff") if row.from_staff else _("you")},
        # Not screened: what was written to each other, both have read.
    )
