"""Mails to the person, and reports from the signing service that name them and wait."""

from collections.abc import Iterator
from datetime import timedelta

from django.db.models import Func, Q, QuerySet, TextField, Value
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from consents.models.inbound import InboundEvent
from dsar.grounds import ErasureGround, Sentence
from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Description, Proposal, Row, Source, Table
from dsar.sources.portal.people import emails_of
from portal.lib import mail
from portal.lib.durations import in_words
from portal.lib.models import OutgoingMail


class MailSource(Source):
    """Mails on their way to the person, and the rows that say they were sent."""

    slug = "mail"
    label = gettext_lazy("Mails to you")
    covers = frozenset({"kernel.OutgoingMail"})

    def describe(self) -> Description:
        """Say in words what is held about mails."""
        return Description(
            holds=_("Which mail was sent to you, to which address and when; not its words."),
            why=_("To know that a message reached you (art. 6(1)(f) GDPR)."),
            origin=_("From the portal itself."),
            kept=in_words(f"P{mail.KEPT.days}D"),
        )

    def find(self, person: User) -> int:
        """Count the mails."""
        return _mails(person).count()

    def collect(self, person: User) -> Iterator[Table]:
        """Yield every mail; the words of one that was sent are already deleted."""
        mails = _mails(person).order_by("pk")
        yield Table(
            "mails",
            _("Mails to you"),
            _("Mails that this portal sent you, or is about to."),
            (
                Column("written", _("Written")),
                Column("to", _("To")),
                Column("occasion", _("Occasion")),
                Column("state", _("State")),
                Column("sent", _("Sent")),
            ),
            (_mail_row(row) for row in mails.iterator(chunk_size=2000)),
        )

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Mails are erased; the very last one when it has had time to arrive."""
        if amount := self.find(person):
            label = str(self.label)
            yield Proposal("mails", Decision.ERASE, Sentence.ERASED, label=label, amount=amount)
        until = max(timezone.localdate(), request.due_on) + mail.KEPT + timedelta(days=1)
        yield Proposal(
            "last",
            Decision.KEEP,
            Sentence.LAST_MAIL,
            ground=ErasureGround.LEGAL_DUTY,
            label=_("The mail with your certificate"),
            until=until,
        )

    def erase(self, person: User, item: ErasureItem) -> None:
        """Delete the mails."""
        if item.decision == Decision.ERASE:
            self.end(person, item)

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether no mail to any address of the person is left."""
        return item.stays or not _mails(person).exists()

    def end(self, person: User, item: ErasureItem) -> None:
        """Delete the mails, or the last one."""
        if item.key == "last":
            _last(item).delete()
        else:
            _mails(person).delete()

    def has_ended(self, person: User, item: ErasureItem) -> bool:
        """Whether none is left; the last one went to an address that we do not know any more."""
        return not (_last(item) if item.key == "last" else _mails(person)).exists()


class InboundSource(Source):
    """Reports of the signing service that could not be applied yet, as they came in."""

    slug = "inbound"
    label = gettext_lazy("Reports not yet understood")
    covers = frozenset({"consents.InboundEvent"})

    def describe(self) -> Description:
        """Say in words what is held there."""
        return Description(
            holds=_("Reports about documents that name you and could not be applied yet."),
            why=_("To lose no document of yours (art. 6(1)(b) GDPR)."),
            origin=_("From the signing service."),
            kept=_("Until applied, at most for a set number of days."),
        )

    def find(self, person: User) -> int:
        """Count the reports that hold an address of the person."""
        return _inbound(person).count()

    def collect(self, person: User) -> Iterator[Table]:
        """Yield when each came. Their words are others' too, and not yet understood."""
        yield Table(
            "inbound",
            _("Reports not yet understood"),
            _("Reports about documents that hold your address. Ask us to see what one says."),
            (
                Column("received", _("Received")),
                Column("source", _("From")),
                Column("envelope", _("Envelope")),
                Column("state", _("State")),
            ),
            (
                Row(
                    {
                        "received": event.received_at,
                        "source": event.source,
                        "envelope": event.envelope,
                        "state": event.status,
                    },
                    {"state": event.get_status_display()},
                )
                for event in _inbound(person).order_by("pk")
            ),
        )

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Their words are erased: applied later they would bring the person back."""
        if amount := self.find(person):
            label = str(self.label)
            yield Proposal("inbound", Decision.ERASE, Sentence.ERASED, label=label, amount=amount)

    def erase(self, person: User, item: ErasureItem) -> None:
        """Empty them."""
        if item.decision == Decision.ERASE:
            self.end(person, item)

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether none is left that holds an address of the person."""
        return item.stays or not _inbound(person).exists()

    def end(self, person: User, item: ErasureItem) -> None:
        """Empty them."""
        _inbound(person).update(body=b"", status=InboundEvent.Status.EXPIRED)


def _last(item: ErasureItem) -> QuerySet[OutgoingMail]:
    """Return the mail that brought the link to the certificate."""
    return OutgoingMail.objects.filter(key=f"dsar-erased:{item.request_id}")


def _mails(person: User) -> QuerySet[OutgoingMail]:
    return OutgoingMail.objects.annotate(address=Lower("to")).filter(address__in=emails_of(person))


def _inbound(person: User) -> QuerySet[InboundEvent]:
    """Return the reports in whose bytes an address of the person occurs."""
    text = Lower(Func("body", Value("escape"), function="encode", output_field=TextField()))
    events = InboundEvent.objects.annotate(text=text)
    named = Q(pk__in=[])
    for email in emails_of(person):
        named |= Q(text__contains=email)
    return InboundEvent.objects.filter(pk__in=events.filter(named).values("pk"))


def _mail_row(row: OutgoingMail) -> Row:
    return Row(
        {
            "written": row.created_at,
            "to": row.to,
            "occasion": row.template,
            "state": row.status,
            "sent": row.sent_at,
        },
        {"state": OutgoingMail.Status(row.status).label},
    )
