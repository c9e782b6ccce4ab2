"""Of which changes of purposes the person was told, and when they opened the notice."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from consents.models import Announcement
from dsar.grounds import ErasureGround, Sentence
from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Description, Proposal, Row, Source, Table


class AnnouncementSource(Source):
    """Notices of wider purposes: rows of ids and dates, without words or addresses."""

    slug = "announcements"
    label = gettext_lazy("Changes you were told of")
    covers = frozenset({"consents.Announcement"})

    def describe(self) -> Description:
        """Say in words what is held about notices."""
        return Description(
            holds=_("Of which change of a purpose you were told, when, and when you opened it."),
            why=_("To prove that you were told before it took effect (art. 5(2), 13(3) GDPR)."),
            origin=_("From the portal itself."),
            kept=_("As long as there is something to prove, then without any link to you."),
        )

    def find(self, person: User) -> int:
        """Count the notices."""
        return _notices(person).count()

    def collect(self, person: User) -> Iterator[Table]:
        """Yield every notice, oldest first."""
        rows = _notices(person).select_related("version__purpose").order_by("pk")
        yield Table(
            "announcements",
            str(self.label),
            _("Each time we told you that a purpose goes further."),
            (
                Column("told", _("Told")),
                Column("purpose", _("Purpose")),
                Column("version", _("Version of the text")),
                Column("sent", _("Sent")),
                Column("failed", _("Failed")),
                Column("opened", _("Opened")),
                Column("how", _("How")),
            ),
            (_row(one) for one in rows.iterator(chunk_size=2000)),
        )

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """They stay, as numbers."""
        if amount := self.find(person):
            yield Proposal(
                "announcements",
                Decision.ANONYMISE,
                Sentence.ANNOUNCEMENTS,
                ground=ErasureGround.LEGAL_DUTY,
                label=str(self.label),
                amount=amount,
            )

    def erase(self, person: User, item: ErasureItem) -> None:
        """Do nothing here: the rows hold numbers, and the number will name nobody."""

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether no row holds anything but numbers and dates: it has no place for more."""
        return True

    def end(self, person: User, item: ErasureItem) -> None:
        """Do nothing: under a hold or not, the rows hold numbers only."""


def _notices(person: User) -> QuerySet[Announcement]:
    return Announcement.objects.filter(Q(person=person) | Q(address__person=person))


def _row(one: Announcement) -> Row:
    return Row(
        {
            "told": one.created_at,
            "purpose": one.version.text().title,
            "version": one.version.number,
            "sent": one.sent_at,
            "failed": one.failed_at,
            "opened": one.read_at,
            "how": one.get_read_by_display() if one.read_by else "",
        }
    )
