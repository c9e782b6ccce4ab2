"""Every append-only table has a family here, or a reason in ``LEFT_OUT``: a test counts them."""

from portal.dashboard.log.families import choices, governance, machines, proofs, requests, staff
from portal.dashboard.log.families.base import Family

# In the order in which events of the same instant are listed.
FAMILIES: tuple[Family, ...] = (
    *staff.FAMILIES,
    *requests.FAMILIES,
    *choices.FAMILIES,
    *proofs.FAMILIES,
    *governance.FAMILIES,
    *machines.FAMILIES,
)
BY_SLUG: dict[str, Family] = {one.slug: one for one in FAMILIES}

# Append-only tables whose rows are no events of their own: table → why.
LEFT_OUT: dict[str, str] = {
    "consents_receipt": "the sealed form of a choice, which is listed itself",
    "consents_permitchange": "made by triggers out of events that are listed themselves",
}
