"""Objecting (art. 21 GDPR): what can be obeyed at once is, and nothing here ever opens anything.

Identity and reason are never asked (invariant 13).
"""

from datetime import datetime, timedelta
from typing import Any

from django.db.models import Q
from django.utils import timezone

from accounts.actions import address_for
from accounts.models import User
from consents.actions import choices
from consents.actions.scopes import NothingToChoose
from consents.models import ChoiceEvent, Purpose, PurposeVersion
from consents.models.ledger import ALLOWING, Source
from consents.models.purposes import LegalBasis
from dsar import details, letters
from dsar.actions import restriction
from dsar.actions.lifecycle import Code, move, note
from dsar.models import SubjectRequest
from dsar.models.requests import Channel, Kind
from dsar.states import Outcome, Status

# Advertising: the objection is absolute, there is nothing to weigh (art. 21(2)-(3)).
MARKETING = "marketing"
# Art. 21(1) is about these; what is done under another basis is looked at by a person.
WEIGHED = frozenset({LegalBasis.PUBLIC_TASK, LegalBasis.INTEREST})
SAME = timedelta(hours=1)
CAME_BY = {
    Channel.PORTAL: Source.PORTAL,
    Channel.FORM: Source.PORTAL,  # the public form is a page of the portal; nobody is signed in
    Channel.LINK: Source.LINK,
    Channel.API: Source.API,
}


def obey(request: SubjectRequest, *, by: User | None) -> SubjectRequest:
    """Stop what a locked request objects to.

    A purpose with a switch, and advertising, are refused in the ledger, and the request is answered
    by that. A purpose without a switch is paused while the data protection officer weighs it. What
    names no purpose that we know goes to a person.
    """
    purpose = purpose_of(request)
    if purpose is not None and _has_answer_in_itself(purpose):
        return _refuse(request, purpose)
    move(request, Status.REVIEW, code=Code.REVIEWABLE, by=by)
    if purpose is not None and is_weighed(purpose):
        restriction.pause_purpose(request, purpose)
    return request


def stands(person: User, told: dict[str, Any], *, since: datetime) -> bool:
    """Whether the person has made the same objection since an instant, and nothing undid it.

    ``told`` are the details of the new one. One in words, to no purpose that we know, is no other's
    repetition.
    """
    purpose = Purpose.objects.filter(slug=details.word(told, "purpose")).first()
    if purpose is None:
        return False
    same = SubjectRequest.objects.filter(
        person=person, kind=Kind.OBJECTION, details__purpose=purpose.slug, received_at__gte=since
    )
    last = same.exclude(status=Status.WITHDRAWN).order_by("-received_at").first()
    if last is None:
        return False
    mine = Q(person=person) | Q(address__person=person) | Q(address__email=person.email)
    later = ChoiceEvent.objects.filter(mine, version__purpose=purpose, at__gte=last.received_at)
    return not later.filter(act__in=ALLOWING).exists()


def stands_lately(person: User, told: dict[str, Any]) -> bool:
    """Whether nobody has to be asked, or told, again: the same was objected to a moment ago."""
    return stands(person, told, since=timezone.now() - SAME)


def purpose_of(request: SubjectRequest) -> Purpose | None:
    """Return the purpose a request objects to, None if it names none that there is."""
    return Purpose.objects.filter(slug=details.word(request.details, "purpose")).first()


def is_weighed(purpose: Purpose) -> bool:
    """Whether art. 21(1) applies to it now: it rests on an interest or a public task."""
    version = PurposeVersion.objects.in_force(timezone.now()).filter(purpose=purpose).first()
    return version is not None and version.legal_basis in WEIGHED


def _has_answer_in_itself(purpose: Purpose) -> bool:
    return purpose.has_control or purpose.slug == MARKETING


def _subject(person: User) -> dict[str, Any]:
    """Return for whom it is written: nobody has proven the address of who has no account.

    What is written for the address is theirs once they prove it.
    """
    if person.addresses.exists() or not person.email:
        return {"person": person}
    return {"address": address_for(person.email)}


def _refuse(request: SubjectRequest, purpose: Purpose) -> SubjectRequest:
    """Write the refusal into the ledger, as the person's own act, and answer with it."""
    person = request.person
    by = person if request.channel == Channel.PORTAL else None
    try:
        act = choices.refuse(
            purpose,
            **_subject(person),
            by=by,
            source=CAME_BY.get(Channel(request.channel), Source.STAFF),
            language=request.language,
        )
    except NothingToChoose:
        # Not in use now, so there is nothing to refuse: a person says so.
        return move(request, Status.REVIEW, code=Code.REVIEWABLE, by=None)
    note(request, Code.OBEYED, by=None, purpose=purpose.slug, choice=str(act.uid))
    request.outcome = Outcome.FULFILLED
    move(request, Status.ANSWERED, code=Code.ANSWERED, by=None, outcome=Outcome.FULFILLED)
    letters.obeyed(request)
    return request
