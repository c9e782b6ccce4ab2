"""What an organisation's policy would change before it is set, and what was set so far."""

from dataclasses import dataclass

from django.db.models import QuerySet

from accounts.models import Organisation, User
from consents import permits
from consents.actions.scopes import version_in_force
from consents.actions.selections import foresee
from consents.actions.writing import Written, shown
from consents.models import ChoiceEvent, Document, Purpose, Standing
from consents.models.ledger import POLICY, Act, Source

LOOKED_AT = 2_000  # documents, the newest: enough to see the size of it
ACTS = 10  # of an organisation, on its page


@dataclass(frozen=True)
class Reach:
    """How far an act of policy would go.

    ``changes`` is how many documents it closes (or, lifted, opens, because their parties chose so
    themselves), ``documents`` how many were looked at; ``is_part`` if there are more.
    """

    changes: int
    documents: int
    members: int
    is_part: bool


def reach(
    organisation: Organisation, purpose: Purpose, policy: Standing | None, *, by: User
) -> Reach:
    """Return what refusing, or lifting the refusal where it stands, would change now."""
    newest = Document.objects.filter(organisation=organisation, erased_at=None).order_by(
        "-listed_at"
    )
    references = list(newest.values_list("reference", flat=True)[: LOOKED_AT + 1])
    looked_at = references[:LOOKED_AT]
    open_now = permits.allowed(looked_at, purpose.slug)
    changes = len(open_now)
    if policy is not None and not policy.allowed:
        lifted = [Written(_lifting(organisation, purpose, by), policy)]
        changes = len(foresee(lifted, lambda: permits.allowed(looked_at, purpose.slug)) - open_now)
    return Reach(
        changes=changes,
        documents=len(looked_at),
        members=organisation.memberships.count(),
        is_part=len(references) > LOOKED_AT,
    )


def acts(organisation: Organisation) -> QuerySet[ChoiceEvent]:
    """Return the newest acts of policy: what was set, by whom, when."""
    made = ChoiceEvent.objects.filter(organisation=organisation, act__in=POLICY)
    return made.select_related("version", "purpose", "by").order_by("-id")[:ACTS]


def _lifting(organisation: Organisation, purpose: Purpose, by: User) -> ChoiceEvent:
    """Return the act of lifting, to be foreseen and never saved."""
    version = version_in_force(purpose)
    return ChoiceEvent(
        act=Act.POLICY_LIFTED, purpose=purpose, organisation=organisation, by=by,
        source=Source.PORTAL, **shown(version, "en"),
    )  # fmt: skip
