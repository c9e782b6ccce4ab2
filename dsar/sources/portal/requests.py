"""Earlier requests, what was written about them, and the proof that they were answered."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from consents.queries.retention import said as in_register
from dsar.actions import downloads
from dsar.grounds import ErasureGround, Sentence
from dsar.models import Certificate, ErasureItem, Package, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Description, Proposal, Source, Table
from dsar.sources.portal import request_tables as tables
from dsar.sources.portal import request_tables_intake as tables_intake
from dsar.sources.portal import request_tables_kinds as tables_kinds
from dsar.sources.portal.request_tables import messages_of, written_as_staff
from dsar.sources.portal.request_words import count_words, erase_words


class RequestSource(Source):
    """Requests, timelines, messages, copies made, holds."""

    slug = "requests"
    label = gettext_lazy("Your requests")
    covers = frozenset(
        {
            "dsar.SubjectRequest",
            "dsar.RequestEvent",
            "dsar.Message",
            "dsar.Note",
            "dsar.SavedFilter",
            "dsar.Step",
            "dsar.ErasureItem",
            "dsar.RecipientNotice",
            "dsar.Package",
            "dsar.Redaction",
            "dsar.Certificate",
            "dsar.Hold",
            "dsar.SourceTrail",
            "dsar.Pause",
            "dsar.Alarm",
            "dsar.Approval",
            "dsar.Attachment",
            "dsar.OutsideTask",
            "dsar.Restriction",
            "dsar.Statement",
            "dsar.OutsideCode",
            "dsar.AskCode",
            "dsar.Confirmation",
            "dsar.Mandate",
            "dsar.Filing",
            "dsar.Draft",
        }
    )

    def describe(self) -> Description:
        """Say in words what is held about requests."""
        return Description(
            holds=_("Your requests, their dates and decisions, and what was written about them."),
            why=_("To answer you and to prove it (art. 5(2), 12 GDPR)."),
            origin=_("From you and from our staff."),
            kept=in_register("requests") or _("As long as the answer can be disputed."),
        )

    def find(self, person: User) -> int:
        """Count requests and messages."""
        words = messages_of(person).count() + written_as_staff(person).count()
        kept = person.saved_filters.count() + person.drafts.count()
        return person.subject_requests.count() + words + kept

    def collect(self, person: User) -> Iterator[Table]:
        """Yield requests, their timeline, messages, legal holds, questions, enclosures."""
        yield tables.requests(person)
        yield tables.timeline(person)
        yield tables.messages(person)
        yield tables.notes(person)
        if written_as_staff(person).exists():
            yield tables.written_as_staff_table(person)
        if person.is_staff:
            yield tables.saved_filters(person)
        yield tables.holds(person)
        yield tables.pauses(person)
        yield tables.attachments(person)
        yield tables_kinds.paused(person)
        yield tables_kinds.statements(person)
        yield tables_kinds.answers(person)
        yield from tables_intake.of_person(person)

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Words and copies of earlier requests go, the proof of answering stays for its time."""
        earlier = person.subject_requests.exclude(pk=request.pk)
        asked = person.subject_requests.all()
        if words := count_words(asked):
            label = _("Words and messages about your requests")
            yield Proposal("words", Decision.ERASE, Sentence.MESSAGES, label=label, amount=words)
        if copies := Package.objects.filter(request__in=earlier, destroyed_at=None).count():
            label = _("Copies of your data made for you")
            yield Proposal("copies", Decision.ERASE, Sentence.ERASED, label=label, amount=copies)
        if filters := person.saved_filters.count():
            label = _("Filters you saved as our staff")
            yield Proposal("filters", Decision.ERASE, Sentence.ERASED, label=label, amount=filters)
        if typed := person.drafts.count():
            label = _("What you typed and did not send")
            yield Proposal("drafts", Decision.ERASE, Sentence.ERASED, label=label, amount=typed)
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
        elif item.key == "filters":
            person.saved_filters.all().delete()
        elif item.key == "drafts":
            person.drafts.all().delete()
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
        if item.key == "filters":
            return not person.saved_filters.exists()
        if item.key == "drafts":
            return not person.drafts.exists()
        return not count_words(earlier)

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
