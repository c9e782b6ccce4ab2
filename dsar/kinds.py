"""What each kind of request is: how it is worked on, and how sure we must be of who asks.

One table. Engine, rules, pages and API draw on it; a kind without a line cannot be filed.
"""

from dataclasses import dataclass
from enum import StrEnum

from dsar.models import Step
from dsar.models.requests import Kind, SubjectRequest


class Proof(StrEnum):
    """How sure it must be who asks (standards §7.1)."""

    NONE = "none"  # an objection or opt-out: art. 21(2)-(3), CCPA §7026 and §7060(b)
    ADDRESS = "address"  # a session, or the control of the address
    FRESH = "fresh"  # as an address, and shown anew at the moment of asking: it cannot be undone


@dataclass(frozen=True)
class Nature:
    """How one kind is worked on.

    ``first`` is the step that every source gets; None: no source is asked, a person decides.
    ``article`` is the GDPR's, as the pages write it.
    """

    article: str
    proof: Proof
    first: Step.Kind | None = None

    @property
    def searches(self) -> bool:
        """Whether the sources are asked."""
        return self.first is not None


NATURES: dict[Kind, Nature] = {
    Kind.ACCESS: Nature("15", Proof.ADDRESS, Step.Kind.COLLECT),
    Kind.PORTABILITY: Nature("20", Proof.ADDRESS, Step.Kind.COLLECT),
    Kind.ERASURE: Nature("17", Proof.FRESH, Step.Kind.PLAN),
    Kind.RECTIFICATION: Nature("16", Proof.ADDRESS),
    Kind.RESTRICTION: Nature("18", Proof.ADDRESS),
    Kind.OBJECTION: Nature("21", Proof.NONE),
    Kind.HUMAN_REVIEW: Nature("22(3)", Proof.ADDRESS),
    Kind.APPEAL: Nature("12(4)", Proof.ADDRESS),
}


def nature(request: SubjectRequest) -> Nature:
    """Return how a request is worked on."""
    return NATURES[Kind(request.kind)]
