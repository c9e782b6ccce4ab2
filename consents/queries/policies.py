"""What organisations decided for their documents, and the clauses that agreed for members."""

from dataclasses import dataclass, replace
from datetime import datetime

from django.db.models import QuerySet
from django.utils.translation import get_language

from accounts.models import Organisation, User
from consents.models import ContractClause, Purpose, PurposeVersion, Standing
from consents.models.ledger import POLICY
from consents.queries.catalogue import Catalogue, choices
from consents.queries.choice import Choice
from consents.queries.diff import Piece, pieces
from consents.queries.reach import Reach, reach


@dataclass(frozen=True)
class Position:
    """What an organisation decided about a purpose: agreed by contract, refused, or left it open.

    ``standing`` is None where it never decided anything. ``reach`` is what the administrator's next
    act would change; it is not reckoned for others.
    """

    organisation: Organisation
    purpose: Purpose
    version: PurposeVersion | None
    standing: Standing | None
    may_set: bool
    reach: Reach | None = None
    saved_at: datetime | None = None

    @property
    def title(self) -> str:
        """Return the purpose's name."""
        return self.version.text().title if self.version else self.purpose.slug

    @property
    def is_refused(self) -> bool:
        """Whether it refused for all its documents."""
        return self.standing is not None and not self.standing.allowed

    @property
    def clause(self) -> ContractClause | None:
        """Return the clause that agreed for its members, if that is how it stands."""
        standing = self.standing
        if standing is None or not standing.allowed or standing.event.act in POLICY:
            return None
        return standing.event.clause

    @property
    def key(self) -> str:
        """Return what is unique on its page."""
        return f"policy-{self.purpose.slug}-{self.organisation.uid}"


@dataclass(frozen=True)
class ClausePage:
    """A clause of a contract as it stood that day, and how it differs from the one before."""

    clause: ContractClause
    text: str
    difference: list[Piece]
    choices: list[Choice]


def positions(person: User, of: Catalogue, *, saved: str | None = None) -> list[Position]:
    """Return what each of the person's organisations decided on each purpose with a choice.

    ``saved`` is the uid of the act that was done just now.
    """
    memberships = person.memberships.select_related("organisation").order_by("organisation__name")
    mine = {one.organisation_id: one for one in memberships}
    decided = {
        (one.organisation_id, one.purpose_id): one
        for one in Standing.objects.filter(organisation__in=mine).select_related(
            "event", "event__by", "event__clause", "event__clause__accepted_by"
        )
    }
    return [
        Position(
            organisation=membership.organisation,
            purpose=purpose,
            version=of.versions.get(purpose.pk),
            standing=decided.get((organisation, purpose.pk)),
            may_set=membership.is_admin,
            saved_at=_saved_at(decided.get((organisation, purpose.pk)), saved),
        )
        for organisation, membership in mine.items()
        for purpose in sorted(of.purposes, key=lambda one: not one.is_ai_training)
        if purpose.has_control
    ]


def with_reach(of: list[Position], by: User) -> list[Position]:
    """Return the positions with what the next act would change, where the person may do it."""
    return [
        replace(one, reach=reach(one.organisation, one.purpose, one.standing, by=by))
        if one.may_set and one.version is not None and one.purpose.by_document
        else one
        for one in of
    ]


def telling(of: list[Position], purpose: Purpose) -> list[Position]:
    """Return the positions on one purpose that bear on the members: refusals and agreements."""
    return [one for one in of if one.purpose.pk == purpose.pk and (one.is_refused or one.clause)]


def clauses(person: User) -> QuerySet[ContractClause]:
    """Return the clauses the person may read: those of their organisations."""
    mine = person.memberships.values("organisation")
    return ContractClause.objects.filter(organisation__in=mine).select_related(
        "organisation", "accepted_by", "previous__accepted_by"
    )


def clause_page(
    person: User, clause: ContractClause, of: Catalogue, *, saved: str | None = None
) -> ClausePage:
    """Return the clause with its difference to the one before, and the way out beside it."""
    text, previous = wording(clause), clause.previous
    agreed_to = set(clause.choiceevent_set.values_list("purpose_id", flat=True))
    ways_out = choices(person, of, saved=saved)
    return ClausePage(
        clause=clause,
        text=text,
        difference=pieces(wording(previous), text) if previous else [],
        choices=[one for one in ways_out if one.purpose.pk in agreed_to],
    )


def wording(clause: ContractClause) -> str:
    """Return the clause in the reader's language, else in the one it was agreed in."""
    texts = clause.texts
    return str(texts.get((get_language() or "en").split("-")[0]) or next(iter(texts.values()), ""))


def _saved_at(standing: Standing | None, saved: str | None) -> datetime | None:
    return standing.since if standing and str(standing.event.uid) == saved else None
