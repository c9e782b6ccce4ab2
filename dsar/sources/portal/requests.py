"""Earlier requests, what was written about them, and the proof that they were answered."""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from dsar.actions import downloads
from dsar.grounds import ErasureGround, Sentence, ground_label
from dsar.models import Certificate, ErasureItem, Message, Package, RequestEvent, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Description, Proposal, Row, Source, Table

# What stands in the place of an erased text that may not be empty.
ERASED = "—"


class RequestSource(Source):
    """Requests, timelines, messages, copies made, holds."""

    slug = "requests"
    label = gettext_lazy("Your requests")
    covers = frozenset(
        {
            "dsar.SubjectRequest",
            "dsar.RequestEvent",
            "dsar.Message",
            "dsar.Step",
            "dsar.ErasureItem",
            "dsar.Package",
            "dsar.Certificate",
            "dsar.Hold",
        }
    )

    def describe(self) -> Description:
        """Say in words what is held about requests."""
        return Description(
            holds=_("Your requests, their dates and decisions, and what was written about them."),
            why=_("To answer you and to prove it (art. 5(2), 12 GDPR)."),
            origin=_("From you and from our staff."),
            kept=_("Five years after the answer, the time in which it can be disputed."),
        )

    def find(self, person: User) -> int:
        """Count requests and messages."""
        words = _messages(person).count() + _written_as_staff(person).count()
        return person.subject_requests.count() + words

    def collect(self, person: User) -> Iterator[Table]:
        """Yield requests, their timeline, messages, legal holds."""
        yield _requests_table(person)
        yield _timeline(person)
        yield Table(
            "messages",
            _("Messages about your requests"),
            _("What you and our staff wrote to each other."),
            (
                Column("at", _("When")),
                Column("request", _("Request")),
                Column("from", _("From")),
                Column("text", _("Text")),
            ),
            (_message_row(row) for row in _messages(person).select_related("request")),
        )
        if _written_as_staff(person).exists():
            yield _staff_table(person)
        yield Table(
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
                    }
                )
                for hold in person.holds.order_by("pk")
            ),
        )

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Words and copies of earlier requests go, the proof of answering stays for its time."""
        earlier = person.subject_requests.exclude(pk=request.pk)
        asked = person.subject_requests.all()
        words = Message.objects.filter(request__in=asked, erased_at=None).count()
        words += asked.exclude(about="").count()
        if words:
            label = _("Words and messages about your requests")
            yield Proposal("words", Decision.ERASE, Sentence.MESSAGES, label=label, amount=words)
        if copies := Package.objects.filter(request__in=earlier, destroyed_at=None).count():
            label = _("Copies of your data made for you")
            yield Proposal("copies", Decision.ERASE, Sentence.ERASED, label=label, amount=copies)
        yield Proposal(
            "proof",
            Decision.KEEP,
            Sentence.REQUESTS,
            ground=ErasureGround.LEGAL_DUTY,
            label=_("Proof of your requests"),
            amount=earlier.count() + 1,
            until=request.law.keep_proof.after(max(timezone.localdate(), request.due_on)),
        )

    def erase(self, person: User, item: ErasureItem) -> None:
        """Erase the words, or destroy the copies, of earlier requests.

        Those of this request are needed until it is answered: they go with the certificate.
        """
        if item.decision != Decision.ERASE:
            return
        earlier = person.subject_requests.exclude(pk=item.request_id)
        if item.key == "words":
            erase_words(earlier)
        else:
            for package in Package.objects.select_for_update().filter(
                request__in=earlier, destroyed_at=None
            ):
                downloads.destroy(package)

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether no word and no copy of an earlier request is left."""
        if item.stays:
            return True
        earlier = person.subject_requests.exclude(pk=item.request_id)
        if item.key == "copies":
            return not Package.objects.filter(request__in=earlier, destroyed_at=None).exists()
        words = Message.objects.filter(request__in=earlier, erased_at=None).exists()
        return not (words or earlier.exclude(about="").exists())

    def end(self, person: User, item: ErasureItem) -> None:
        """Erase what a hold had kept; when the proof has served, the certificate too."""
        requests = person.subject_requests.all()
        erase_words(requests)
        for package in Package.objects.select_for_update().filter(
            request__in=requests, destroyed_at=None
        ):
            downloads.destroy(package)
        if item.key != "proof":
            return
        Certificate.objects.filter(request__in=requests).delete()
        ErasureItem.objects.filter(request__in=requests).update(label="")


def erase_words(requests: QuerySet[SubjectRequest]) -> None:
    """Empty what anybody wrote about the requests; codes and dates stay as the proof."""
    messages = Message.objects.filter(request__in=requests, erased_at=None)
    messages.update(text="", erased_at=timezone.now())
    requests.exclude(about="").update(about="")
    requests.exclude(extension_note="").update(extension_note="")
    requests.exclude(refusal_evidence="").update(refusal_evidence=ERASED)


def _messages(person: User) -> QuerySet[Message]:
    return Message.objects.filter(request__person=person, erased_at=None).order_by("pk")


def _written_as_staff(person: User) -> QuerySet[Message]:
    written = Message.objects.filter(by=person, erased_at=None).exclude(request__person=person)
    return written.select_related("request").order_by("pk")


def _staff_table(person: User) -> Table:
    """Return when the person wrote as staff; the words are those of whose request it is."""
    return Table(
        "my-messages",
        _("What you wrote as our staff"),
        _("When you wrote about somebody’s request; the words are theirs to see."),
        (Column("at", _("When")), Column("request", _("Request"))),
        (
            Row({"at": row.at, "request": row.request.reference})
            for row in _written_as_staff(person).iterator(chunk_size=2000)
        ),
    )


def _requests_table(person: User) -> Table:
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
    )


def _timeline(person: User) -> Table:
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
    )
