"""What the person allowed and refused: a ledger of ids, and the receipts.

Append-only. When the account is emptied it names nobody any more, and stays as proof (art. 7(1))
and as the reason why the gate goes on saying no.
"""

import io
from collections.abc import Iterator
from functools import partial

from django.db.models import Q, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from consents import receipts
from consents.actions import choices
from consents.models import ChoiceEvent, Purpose, PurposeVersion, Standing
from consents.models.ledger import Act
from consents.models.ledger import Source as ChoiceChannel
from consents.models.purposes import Control
from dsar.grounds import ErasureGround, Sentence
from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Description, OriginalFile, Proposal, Row, Source, Table
from dsar.sources.portal import told

AT_A_TIME = 2000


class ChoiceSource(Source):
    """Every act of choice, with its receipt."""

    slug = "choices"
    label = gettext_lazy("Your choices")
    covers = frozenset(
        {
            "consents.ChoiceEvent",
            "consents.Standing",
            # Shown with the request that lodged it (dsar.sources.portal.request_tables_kinds).
            "consents.Objection",
            "consents.Receipt",
            "consents.Propagation",
            "consents.SystemEvent",
        }
    )

    def describe(self) -> Description:
        """Say in words what is held about choices."""
        return Description(
            holds=_("What you allowed or refused, when, on which text, and the receipts."),
            why=_("To obey your choice and to prove it (art. 7(1) GDPR)."),
            origin=_("From you; a clause of a contract from your organisation."),
            kept=_("As long as there is something to prove, then without any link to you."),
        )

    def find(self, person: User) -> int:
        """Count the acts."""
        return _choices(person).count() + _for_others(person).count()

    def collect(self, person: User) -> Iterator[Table]:
        """Yield every act, oldest first, with its receipt as a file."""
        events = (
            _choices(person)
            .select_related("purpose", "version", "document", "within", "organisation", "receipt")
            .order_by("pk")
        )
        yield Table(
            "choices",
            _("Your choices"),
            _("Every time you, or somebody for you, allowed or refused something."),
            (
                Column("at", _("When")),
                Column("act", _("Act")),
                Column("purpose", _("Purpose")),
                Column("about", _("About")),
                Column("way", _("How")),
                Column("version", _("Version of the text")),
                Column("text_sha256", _("Fingerprint of the text")),
                Column("number", _("Number of the act")),
            ),
            (_choice_row(event) for event in events.iterator(chunk_size=AT_A_TIME)),
        )
        yield from told.told(_choices(person))
        yield from told.as_staff(person)
        as_staff = _for_others(person).order_by("pk")
        if as_staff.exists():
            yield Table(
                "choices-for-others",
                _("What you refused for others, as our staff"),
                _("When you recorded somebody’s refusal; whose it was is theirs to know."),
                (Column("at", _("When")), Column("number", _("Number of the act"))),
                (
                    Row({"at": event.at, "number": str(event.uid)})
                    for event in as_staff.iterator(chunk_size=AT_A_TIME)
                ),
            )

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """They stay as numbers, and nothing stays allowed."""
        amount = self.find(person)
        yield Proposal(
            "choices",
            Decision.ANONYMISE,
            Sentence.CHOICES,
            ground=ErasureGround.LEGAL_DUTY,
            label=str(self.label),
            amount=amount,
        )

    def erase(self, person: User, item: ErasureItem) -> None:
        """Refuse what can be refused: who asks for erasure agrees to nothing any more."""
        for purpose in _refusable():
            choices.refuse(purpose, person=person, by=person, language=item.request.language)

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether everything that can be refused stands refused, and no later act says else."""
        return all(_is_refused(purpose, person) for purpose in _refusable())

    def end(self, person: User, item: ErasureItem) -> None:
        """Do nothing: under a hold or not, the rows hold numbers only."""


def _choices(person: User) -> QuerySet[ChoiceEvent]:
    """Return the person's own acts, and those they took for an organisation they act for."""
    for_organisation = Q(by=person, organisation__isnull=False)
    mine = Q(person=person) | Q(address__person=person) | for_organisation
    return ChoiceEvent.objects.filter(mine)


def _for_others(person: User) -> QuerySet[ChoiceEvent]:
    """Return the acts that the person recorded as staff: about somebody else."""
    others = Q(person__isnull=False) & ~Q(person=person)
    not_mine = Q(address__person=None) | ~Q(address__person=person)
    others |= Q(address__isnull=False) & not_mine
    return ChoiceEvent.objects.filter(others, by=person)


def _refusable() -> list[Purpose]:
    in_force = PurposeVersion.objects.in_force(timezone.now()).values_list("purpose", flat=True)
    with_choice = [Control.CONSENT, Control.OBJECTION]
    return list(Purpose.objects.filter(control__in=with_choice, pk__in=list(in_force)))


def _is_refused(purpose: Purpose, person: User) -> bool:
    own = Standing.objects.filter(purpose=purpose, person=person)
    whole = own.filter(document=None, within=None, allowed=False).first()
    return whole is not None and not own.filter(allowed=True, event__gt=whole.event_id).exists()


def _choice_row(event: ChoiceEvent) -> Row:
    receipt = getattr(event, "receipt", None)
    files: tuple[OriginalFile, ...] = ()
    if receipt is not None:
        content = partial(io.BytesIO, receipts.as_file(receipt))
        files = (OriginalFile(f"receipt-{event.uid}.json", content),)
    return Row(
        {
            "at": event.at,
            "act": event.act,
            "purpose": event.version.text().title,
            "about": _scope(event),
            "way": event.source,
            "version": event.version.number,
            "text_sha256": event.text_sha256,
            "number": str(event.uid),
        },
        {"act": Act(event.act).label, "way": ChoiceChannel(event.source).label},
        files,
    )


def _scope(event: ChoiceEvent) -> str:
    if event.document is not None:
        return event.document.title
    organisation = event.within or event.organisation
    return organisation.name if organisation else _("everything")
