"""Choosing: lock, rule, ledger row, standing choice, receipt, in one transaction.

Refusing has no condition but that the purpose can be refused at all (invariant 13). Allowing is
done by the person alone (invariant 5; a CHECK constraint of the table says it too).
"""

from collections.abc import Mapping
from datetime import datetime

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.actions import look
from accounts.models import AccessEvent, Address, Membership, Organisation, User
from consents.actions.scopes import (
    NoException,
    NotAnAdmin,
    NothingToChoose,
    NotYours,
    OlderThanARefusal,
    Scope,
    Subject,
    act_of_yes,
    columns,
    floor_of,
    has_agreed,
    has_widened,
    refusing_act,
    said_by,
    says_the_same,
    version_in_force,
)  # fmt: skip
from consents.actions.writing import Written, shown, write
from consents.models import ChoiceEvent, ContractClause, Document, Purpose, PurposeVersion, Standing
from consents.models.ledger import ALLOWING, Act, Source
from consents.models.purposes import Control

__all__ = [
    "NoException", "NotAnAdmin", "NotYours", "NothingToChoose", "OlderThanARefusal",
    "agree_by_contract", "allow", "follow_again", "lift_organisation_refusal", "refuse",
    "refuse_for_organisation",
]  # fmt: skip


def allow(
    purpose: Purpose,
    *,
    person: User,
    by: User,
    document: Document | None = None,
    within: Organisation | None = None,
    language: str,
    at: datetime | None = None,
) -> ChoiceEvent:
    """Record that the person agreed, or withdrew an objection, and open their part of the gate.

    ``by`` must be the person. ``at`` (aware, UTC) is only given when history is imported.

    Raises:
        NothingToChoose: there is no choice about the purpose.
        NotYours: the document or organisation is not the person's, or ``by`` is somebody else.
    """
    if by.pk != person.pk:
        raise NotYours(_("Only the person concerned can allow this."))
    scope = Scope(document, within)
    act = _allowing_act(purpose, person, scope)
    return _choose(purpose, person, scope, act=act, by=by, language=language, at=at)


@transaction.atomic
def refuse(
    purpose: Purpose,
    *,
    person: User | None = None,
    address: Address | None = None,
    by: User | None,
    document: Document | None = None,
    within: Organisation | None = None,
    source: Source = Source.PORTAL,
    language: str,
    at: datetime | None = None,
) -> ChoiceEvent:
    """Record a refusal, withdrawal or objection; the gate is closed when this returns.

    Give ``person``, or ``address`` for somebody without an account. ``by`` is None when the choice
    came by link or signal; when it is staff, the person can read who did it.

    Raises:
        NothingToChoose: there is no choice about the purpose.
        NotYours: the document or organisation is not theirs.
    """
    subject = person or address
    if subject is None:
        raise NotYours(_("A refusal needs the person or the address it is for."))
    scope = Scope(document, within)
    act = refusing_act(purpose, agreed=has_agreed(purpose, subject, scope))
    event = _choose(
        purpose, subject, scope, act=act, by=by, source=source,
        language=language, at=at,
    )  # fmt: skip
    if person is not None and by is not None:
        look(person, by=by, kind=AccessEvent.Kind.CHOICE_REFUSED, reference=str(event.uid))
    return event


@transaction.atomic
def follow_again(
    purpose: Purpose,
    *,
    person: User,
    by: User,
    document: Document | None = None,
    within: Organisation | None = None,
    language: str,
) -> ChoiceEvent:
    """Take back the person's choice for one document or organisation: the wider ones hold again.

    It may open or close the gate, by what was chosen more widely; so it is the person's alone.
    Taking back what is taken back already changes nothing and returns the act that did it.

    Raises:
        NoException: there is no choice at that grain, or none at all is wider.
        NothingToChoose: there is no choice about the purpose.
        NotYours: the document or organisation is not the person's, or ``by`` is somebody else.
    """
    if by.pk != person.pk:
        raise NotYours(_("Only the person concerned can remove their exception."))
    scope = Scope(document, within)
    if scope.is_everything:
        raise NoException(_("Nothing is wider than a choice for all your documents."))
    return _choose(purpose, person, scope, act=Act.FOLLOWS_AGAIN, by=by, language=language)


def refuse_for_organisation(
    purpose: Purpose, *, organisation: Organisation, by: User, language: str
) -> ChoiceEvent:
    """Refuse for all documents of the organisation, whatever its members chose.

    Raises:
        NotAnAdmin: ``by`` is no admin of it.
        NothingToChoose: there is no choice about the purpose.
    """
    return _set_policy(purpose, organisation, Act.POLICY_REFUSED, by=by, language=language)


def lift_organisation_refusal(
    purpose: Purpose, *, organisation: Organisation, by: User, language: str
) -> ChoiceEvent:
    """Leave the choice to each member again. Nothing is thereby agreed to for anybody.

    Raises:
        NotAnAdmin: ``by`` is no admin of it.
        NothingToChoose: there is no choice about the purpose.
    """
    return _set_policy(purpose, organisation, Act.POLICY_LIFTED, by=by, language=language)


@transaction.atomic
def agree_by_contract(
    purpose: Purpose, *, clause: ContractClause, at: datetime | None = None
) -> ChoiceEvent:
    """Record that a contract once agreed for an organisation, so that its members can see it.

    It speaks for a member who has not chosen, for the organisation's own documents, and yields to
    any refusal. An import never undoes a refusal (invariant 4): once the organisation has set a
    policy, the policy stands.

    Raises:
        NothingToChoose: consent is not what the purpose rests on.
    """
    if purpose.control != Control.CONSENT:
        raise NothingToChoose(_("A contract can only have agreed where consent is asked."))
    # A policy that is being set in this moment is waited for.
    Organisation.objects.select_for_update().get(pk=clause.organisation_id)
    standing = Standing.objects.filter(purpose=purpose, organisation=clause.organisation).first()
    if standing is not None:
        return standing.event
    return _choose(
        purpose, clause.organisation, Scope(), act=Act.CONSENT_GIVEN, by=clause.accepted_by,
        source=Source.CONTRACT, language="en", clause=clause, at=at or clause.accepted_at,
    )  # fmt: skip


def _set_policy(
    purpose: Purpose, organisation: Organisation, act: Act, *, by: User, language: str
) -> ChoiceEvent:
    if not Membership.objects.filter(organisation=organisation, person=by, is_admin=True).exists():
        raise NotAnAdmin(_("Only an administrator of the organisation can set its policy."))
    return _choose(purpose, organisation, Scope(), act=act, by=by, language=language)


@transaction.atomic
def _choose(
    purpose: Purpose,
    subject: Subject,
    scope: Scope,
    *,
    act: Act,
    by: User | None,
    language: str,
    source: Source = Source.PORTAL,
    clause: ContractClause | None = None,
    at: datetime | None = None,
) -> ChoiceEvent:
    """Write the act, the standing choice and the receipt, or none of them.

    Choosing again what already stands changes nothing and returns the act that stands.
    """
    # The subject's row orders all their choices: two tabs, two clicks, one after the other.
    # (request.user is a lazy object: its class is the person's, its type is not.)
    subject.__class__._default_manager.select_for_update().get(pk=subject.pk)
    version = version_in_force(purpose, at, announced=act not in ALLOWING)
    _require_theirs(subject, scope)
    about = {"purpose": purpose, "document": scope.document, "within": scope.within}
    about |= columns(subject)
    standing = Standing.objects.filter(**about).select_related("event__version").first()
    if act == Act.FOLLOWS_AGAIN and standing is None:
        return _taken_back_already(about)
    if standing is not None and _stands_already(standing, act, version, scope, subject):
        return standing.event
    if at is not None and act in ALLOWING:
        _require_newer(at, purpose, scope, subject)
    event = ChoiceEvent(
        act=act, source=source, by=by, clause=clause, at=at or timezone.now(),
        **shown(version, language), **about,
    )  # fmt: skip
    return write([Written(event, standing)])[0]


def _taken_back_already(about: Mapping[str, object]) -> ChoiceEvent:
    """Return the act that took the exception back; two clicks are one act."""
    last = ChoiceEvent.objects.filter(**about).order_by("-id").first()
    if last is None:
        raise NoException(_("There is no exception to remove: your general choice holds here."))
    return last


def _require_newer(at: datetime, purpose: Purpose, scope: Scope, subject: Subject) -> None:
    """The ledger is in the order of writing: an old yes may not come behind a newer no."""
    bearing = Standing.objects.filter(scope.overlapping(), said_by(subject), purpose=purpose)
    if bearing.filter(allowed=False, since__gt=at).exists():
        raise OlderThanARefusal(_("A refusal that is newer has already been recorded."))


def _stands_already(
    standing: Standing, act: Act, version: PurposeVersion, scope: Scope, subject: Subject
) -> bool:
    """Whether the standing choice already says all that the act would say."""
    if act == Act.FOLLOWS_AGAIN or not says_the_same(standing, act):
        return False
    other_way = Standing.objects.filter(
        scope.overlapping(), said_by(subject), purpose=version.purpose_id,
        event_id__gt=standing.event_id,
    ).exclude(allowed=standing.allowed)  # fmt: skip
    return not has_widened(standing, floor_of(version)) and not other_way.exists()


def _require_theirs(subject: Subject, scope: Scope) -> None:
    """Refuse a scope that is not the subject's: it would say that the document exists."""
    documents = Document.objects.filter(erased_at=None)
    if isinstance(subject, User):
        documents = Document.objects.visible_to(subject)
    elif isinstance(subject, Address):
        documents = documents.filter(parties__address=subject)
    if scope.document is not None and not documents.filter(pk=scope.document.pk).exists():
        raise NotYours(_("This document is not one of yours."))
    if scope.within is not None and not documents.filter(organisation=scope.within).exists():
        raise NotYours(_("You have no document of this organisation."))


def _allowing_act(purpose: Purpose, person: User, scope: Scope) -> Act:
    said_no = Standing.objects.filter(
        scope.overlapping(), said_by(person), purpose=purpose, allowed=False
    )
    return act_of_yes(purpose, objected=said_no.exists())
