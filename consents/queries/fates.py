"""The words for what becomes of several documents at once, and for what was said about them."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from consents.actions.selections import Way
from consents.models import ChoiceEvent
from consents.models.ledger import Act


def sentence(fate: str, why: str, count: int) -> str:
    """Return what becomes of so many documents; ``why`` they stay closed, where they do."""
    return FATES[fate](count) % {"count": count, "why": why}


FATES = {
    "to_not_allowed": lambda count: ngettext(
        "%(count)s document changes from allowed to not allowed",
        "%(count)s documents change from allowed to not allowed",
        count,
    ),
    "to_allowed": lambda count: ngettext(
        "%(count)s document changes from not allowed to allowed",
        "%(count)s documents change from not allowed to allowed",
        count,
    ),
    "allowed": lambda count: ngettext(
        "%(count)s document stays allowed", "%(count)s documents stay allowed", count
    ),
    "not_allowed": lambda count: ngettext(
        "%(count)s document stays as it is. %(why)s",
        "%(count)s documents stay as they are. %(why)s",
        count,
    ),
    "never": lambda count: ngettext(
        "%(count)s document cannot be allowed. %(why)s",
        "%(count)s documents cannot be allowed. %(why)s",
        count,
    ),
}


def said(first: ChoiceEvent, count: int) -> str:
    """Return the act in words, about how many documents."""
    told = {
        Way.REFUSE: ngettext(
            "You refused for <strong>%(count)s document</strong>.",
            "You refused for <strong>%(count)s documents</strong>.",
            count,
        ),
        Way.ALLOW: ngettext(
            "You allowed <strong>%(count)s document</strong>.",
            "You allowed <strong>%(count)s documents</strong>.",
            count,
        ),
        Way.FOLLOW: ngettext(
            "<strong>%(count)s document</strong> follows your general choice again.",
            "<strong>%(count)s documents</strong> follow your general choice again.",
            count,
        ),
    }
    if first.undoes_id is not None:
        return _("You took a choice about several documents back.")
    way = (
        Way.FOLLOW if first.act == Act.FOLLOWS_AGAIN else Way.ALLOW if first.allows else Way.REFUSE
    )
    return told[way] % {"count": count}
