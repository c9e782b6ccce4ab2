"""Which acts need two people in this office."""

from collections.abc import Sequence

from django.conf import settings
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from portal.lib.office.definitions import Setting, define
from portal.lib.office.shapes import VALUE, Problems, Some

CHANGE = "change"  # of what governs data: the register, purposes, evidence, settings
ACTS = (
    ("refuse", _("refuse a request")),
    ("extend", _("take more time for a request")),
    ("erase_evidence", _("erase what was to be kept")),
    ("release", _("send a copy in which data of others was looked for")),
    (CHANGE, _("change the register, purposes, evidence or settings")),
)


def _keeps_the_rule(acts: Sequence[str]) -> Problems:
    """Two people cannot agree that from now on one is enough: that is the operator's to say."""
    if CHANGE in settings.SECOND_PERSON and CHANGE not in acts:
        said = gettext(
            "Leave the last one ticked: only the operator can let one person change what governs"
            " data (SECOND_PERSON in the environment)."
        )
        return {VALUE: [said]}
    return {}


SECOND_PERSON: Setting[list[str]] = define(
    Setting(
        key="second_person",
        group="people",
        label=_("Acts that need a second person"),
        help=_("For these one person asks and another one, who wrote no word of it, decides."),
        affects=_(
            "What is asked for from now on. What waits for a second person already still does."
        ),
        bounds=_(
            "Who refuses or erases has to be able to prove that it was right (articles 5(2) and"
            " 12(5) GDPR). That changes need two people is given up by the operator alone."
        ),
        shape=Some(ACTS),
        variable="SECOND_PERSON",
        default=lambda: list(settings.SECOND_PERSON),
        stricter="more",
        more_wrong=_keeps_the_rule,
    )
)
