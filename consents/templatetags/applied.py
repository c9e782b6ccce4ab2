"""``{% applied choice %}`` below a control: in how many systems the choice is in effect."""

from typing import Any

from django.http import HttpRequest
from django.template import Library

from accounts.models import User
from consents.models import ChoiceEvent
from consents.queries.applied import Progress, of_organisations, of_person, progress
from consents.queries.choice import Choice
from consents.queries.policies import Position

register = Library()
FOUND = "_applied"
POLICIES = "policies"


@register.inclusion_tag("consents/parts/applied.html", takes_context=True)
def applied(context: dict[str, Any], choice: Choice) -> dict[str, Any]:
    """Show how far the choice has come, if it is the person's own and any system was told.

    All controls of a page cost one query, for the first asks for the person's choices at once.
    """
    found = _found(context["request"], choice) if _is_own(choice) else None
    return {"key": f"{choice.key}-applied", "progress": found}


@register.inclusion_tag("consents/parts/applied.html", takes_context=True)
def applied_policy(context: dict[str, Any], position: Position) -> dict[str, Any]:
    """Show how far what an organisation decided has come, to those who may decide it."""
    request, standing = context["request"], position.standing
    found = None
    if standing is not None and position.may_set and isinstance(request.user, User):
        known = request.__dict__.setdefault(FOUND, {})
        if POLICIES not in known:
            known[POLICIES] = of_organisations(request.user)
        found = known[POLICIES].get(standing.event_id)
    return {"key": f"{position.key}-applied", "progress": found}


@register.inclusion_tag("consents/parts/applied.html")
def applied_act(event: ChoiceEvent) -> dict[str, Any]:
    """Show how far one act has come; where nobody had to be told, say what holds instead."""
    return {"key": "act-applied", "progress": progress(event), "alone": True}


def _is_own(choice: Choice) -> bool:
    """Whether the control is where the choice was made: not the wider one, shown again below."""
    return choice.receipt is not None and not (choice.within and choice.grain)


def _found(request: HttpRequest, choice: Choice) -> Progress | None:
    known: dict[Any, dict[int, Progress]] = request.__dict__.setdefault(FOUND, {})
    page = choice.document.pk if choice.document else None
    if page not in known and isinstance(request.user, User):
        known[page] = of_person(request.user, choice.document)
    event = choice.stand.event
    return known.get(page, {}).get(event.pk) if event is not None else None
