"""What a request shows in the middle of other pages: a document's, and support's."""

from typing import Any

from django import template

from accounts.models import User
from consents.models import Document, Purpose, PurposeVersion
from dsar import allowed, asked, rules_kinds
from dsar.actions.objections import WEIGHED
from dsar.models import Restriction, Statement, SubjectRequest

register = template.Library()


@register.inclusion_tag("dsar/parts/beside_document.html")
def beside(document: Document) -> dict[str, Any]:
    """Show that a document is paused, and what a party states beside its content; never who."""
    return {
        "document": document,
        "is_paused": document.restricted_at is not None
        and Restriction.objects.filter(document=document, lifted_at=None).exists(),
        "statements": Statement.objects.filter(document=document, erased_at=None),
    }


@register.inclusion_tag("dsar/parts/decide_here.html")
def decisions(request: SubjectRequest, by: User) -> dict[str, Any]:
    """Show staff what is asked, and what of it they decide in words."""
    acts = allowed.acts(request, by, rules_kinds.RULES)
    standing = request.restrictions.filter(lifted_at=None)
    told = standing.exclude(lift_on=None).first()
    return {
        "request_": request,
        "asked": asked.in_words(request),
        "acts": acts,
        "same_hand": request.is_open and request.parent_id and not acts["resolve"].allowed,
        "paused": standing.count(),
        "ends_on": told.lift_on if told else None,
    }


@register.inclusion_tag("dsar/parts/objecting.html", takes_context=True)
def objecting(context: Any, purpose: Purpose, version: PurposeVersion | None) -> dict[str, Any]:
    """Show beside a use without a switch that one can object to it (art. 21(4)), or has."""
    weighed = version is not None and not purpose.has_control and version.legal_basis in WEIGHED
    by = context.get("user")
    if not weighed or not getattr(by, "is_authenticated", False):
        return {}
    mine = Restriction.objects.filter(request__person=by, purpose=purpose, lifted_at=None)
    return {"purpose": purpose, "standing": mine.select_related("request").first()}
