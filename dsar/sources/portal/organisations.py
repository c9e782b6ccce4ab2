"""For whom the person acts: memberships, invitations, contracts accepted."""

from collections.abc import Iterator

from django.db.models import Q, QuerySet
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.models import Invitation, Membership, User
from consents.models import ContractClause
from dsar.grounds import ErasureGround, Sentence
from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Description, Proposal, Row, Source, Table


class OrganisationSource(Source):
    """Memberships and invitations go; that a contract was accepted stays, by number."""

    slug = "organisations"
    label = gettext_lazy("Your organisations")
    covers = frozenset({"accounts.Membership", "accounts.Invitation", "consents.ContractClause"})

    def describe(self) -> Description:
        """Say in words what is held about organisations."""
        return Description(
            holds=_("Which organisations you belong to, and contracts you accepted for them."),
            why=_("To act for your organisation: the contract with it (art. 6(1)(b), (f) GDPR)."),
            origin=_("From you or from an administrator of the organisation."),
            kept=_("As long as you are a member; an accepted contract as long as it can matter."),
        )

    def find(self, person: User) -> int:
        """Count memberships, invitations and contracts."""
        clauses = ContractClause.objects.filter(accepted_by=person).count()
        return person.memberships.count() + _invitations(person).count() + clauses

    def collect(self, person: User) -> Iterator[Table]:
        """Yield memberships, invitations, contracts accepted."""
        yield Table(
            "organisations",
            _("Your organisations"),
            _("The organisations you are a member of."),
            (
                Column("organisation", _("Organisation")),
                Column("administrator", _("Administrator")),
                Column("since", _("Since")),
            ),
            (_membership_row(row) for row in person.memberships.select_related("organisation")),
        )
        yield Table(
            "invitations",
            _("Invitations"),
            _("Invitations to an organisation, to you or from you."),
            (
                Column("organisation", _("Organisation")),
                Column("direction", _("Direction")),
                Column("at", _("Date")),
            ),
            (_invitation_row(row, person) for row in _invitations(person)),
        )
        yield Table(
            "contracts-accepted",
            _("Contracts you accepted"),
            _("Clauses about AI training that you accepted for an organisation."),
            (
                Column("organisation", _("Organisation")),
                Column("contract", _("Contract")),
                Column("clause", _("Clause")),
                Column("at", _("Accepted")),
                Column("text", _("Text")),
            ),
            (
                _clause_row(row)
                for row in ContractClause.objects.filter(accepted_by=person).select_related(
                    "organisation"
                )
            ),
        )

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Memberships and invitations are erased, contracts keep a number."""
        amount = person.memberships.count() + _invitations(person).count()
        if amount:
            yield Proposal(
                "memberships",
                Decision.ERASE,
                Sentence.ERASED,
                label=str(self.label),
                amount=amount,
            )
        if accepted := ContractClause.objects.filter(accepted_by=person).count():
            yield Proposal(
                "clauses",
                Decision.ANONYMISE,
                Sentence.CLAUSES,
                ground=ErasureGround.LEGAL_CLAIMS,
                label=_("Contracts you accepted"),
                amount=accepted,
            )

    def erase(self, person: User, item: ErasureItem) -> None:
        """Leave the organisations; a clause already holds no more than a number."""
        if item.decision == Decision.ERASE:
            self.end(person, item)

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether no membership and no invitation is left."""
        if item.key == "clauses" or item.stays:
            return True
        return not (person.memberships.exists() or _invitations(person).exists())

    def end(self, person: User, item: ErasureItem) -> None:
        """Delete memberships and invitations."""
        if item.key == "memberships":
            Membership.objects.filter(person=person).delete()
            _invitations(person).delete()


def _invitations(person: User) -> QuerySet[Invitation]:
    mine = Q(address__person=person) | Q(invited_by=person)
    return Invitation.objects.filter(mine).select_related("organisation")


def _membership_row(row: Membership) -> Row:
    return Row(
        {
            "organisation": row.organisation.name,
            "administrator": row.is_admin,
            "since": row.joined_at,
        }
    )


def _invitation_row(row: Invitation, person: User) -> Row:
    sent = row.invited_by_id == person.pk
    return Row(
        {
            "organisation": row.organisation.name,
            "direction": "sent" if sent else "received",
            "at": row.invited_at,
        },
        {"direction": _("sent by you") if sent else _("sent to you")},
    )


def _clause_row(row: ContractClause) -> Row:
    text = row.texts.get(get_language() or "en") or next(iter(row.texts.values()), "")
    return Row(
        {
            "organisation": row.organisation.name,
            "contract": row.contract,
            "clause": row.number,
            "at": row.accepted_at,
            "text": text,
        }
    )
