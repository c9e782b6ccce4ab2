"""Who of our staff looked at the person's file; and, if the person is staff, what they did here."""

from collections.abc import Iterator

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.actions import names
from accounts.changes.models import ChangeEvent
from accounts.models import AccessEvent, User
from dsar.grounds import Cause, ErasureGround, Sentence
from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Declined, Description, Proposal, Row, Source, Table
from dsar.sources.portal import officers


class AccessLogSource(Source):
    """Looks at the file: append-only, and by number once the account is emptied."""

    slug = "access-log"
    label = gettext_lazy("Who looked at your file")
    # Besides the looks: what officers drafted, decided, set and exported, by number only.
    covers = frozenset(
        {
            "accounts.AccessEvent",
            "accounts.Change",
            "accounts.ChangeEvent",
            "portal.AlarmReader",
            "portal.DigestDay",
            "portal.DigestWish",
            "portal.LogExport",
            "portal.LogExportPart",
            "portal.OfficeEvent",
            "portal.Report",
            "portal.ReportFile",
        }
    )

    def describe(self) -> Description:
        """Say in words what the log holds."""
        return Description(
            holds=_("When our staff opened your file or worked on your request, and why."),
            why=_("So that you can check us (art. 5(2), 32 GDPR)."),
            origin=_("From the portal itself."),
            kept=_("As long as you have an account, then without any link to you."),
        )

    def find(self, person: User) -> int:
        """Count the looks at the person's file, and those they took as staff."""
        return person.looks_at_my_file.count() + person.looks_i_took.count()

    def collect(self, person: User) -> Iterator[Table]:
        """Yield dates, occasions and reasons; the staff's names are not due (CJEU C-579/21)."""
        looks = person.looks_at_my_file.order_by("pk").iterator(chunk_size=2000)
        yield Table(
            "access-log",
            _("Who looked at your file"),
            _("Each time our staff opened your file or worked on your request."),
            _columns(),
            (_row(look) for look in looks),
        )
        if person.is_staff:
            taken = person.looks_i_took.order_by("pk").iterator(chunk_size=2000)
            yield Table(
                "my-looks",
                _("What you opened as our staff"),
                _("Each time you opened somebody’s file; whose it was is theirs to know."),
                _columns()[:-1],  # the reason tells of somebody else
                (_row(look, with_reason=False) for look in taken),
            )
            yield _drafted(person)
            yield from officers.tables(person)

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """The log stays, by number."""
        for key, rows, sentence in (
            ("looks", person.looks_at_my_file, Sentence.LOOKS),
            ("acts", person.looks_i_took, Sentence.STAFF_ACTS),
        ):
            if amount := rows.count():
                yield Proposal(
                    key,
                    Decision.ANONYMISE,
                    sentence,
                    ground=ErasureGround.LEGAL_DUTY,
                    label=str(self.label),
                    amount=amount,
                )

    def erase(self, person: User, item: ErasureItem) -> None:
        """Do nothing here: the rows hold numbers, and the number will name nobody."""

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether no reason that staff wrote down repeats the person's name or address.

        ``accounts.actions.look`` refuses such a reason; one from before cannot be taken out of the
        log, so it is no work to be tried again but a gap that is named.
        """
        reasons = AccessEvent.objects.filter(person=person).exclude(reason="")
        if any(names(person, reason) for reason in reasons.values_list("reason", flat=True)):
            raise Declined(Cause.NAMED_IN_LOG)
        return True

    def end(self, person: User, item: ErasureItem) -> None:
        """Do nothing: under a hold or not, the rows hold numbers only."""


def _drafted(person: User) -> Table:
    """Return what the person did with changes of what governs data."""
    rows = ChangeEvent.objects.filter(by=person).select_related("change").order_by("pk")
    return Table(
        "my-changes",
        _("What you drafted and decided as our staff"),
        _("Each act on a change of what governs data."),
        (Column("at", _("When")), Column("what", _("Act")), Column("change", _("Change"))),
        (
            Row(
                {"at": row.at, "what": row.code, "change": str(row.change.uid)},
                {"what": row.get_code_display()},
            )
            for row in rows.iterator(chunk_size=2000)
        ),
    )


def _columns() -> tuple[Column, ...]:
    return (
        Column("at", _("When")),
        Column("what", _("What")),
        Column("reference", _("Which")),
        Column("reason", _("Reason")),
    )


def _row(look: AccessEvent, *, with_reason: bool = True) -> Row:
    values = {"at": look.at, "what": look.kind, "reference": look.reference}
    return Row(
        values | ({"reason": look.reason} if with_reason else {}),
        {"what": AccessEvent.Kind(look.kind).label},
    )
