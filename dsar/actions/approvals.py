"""The second person (art. 12(5) burden of proof; ASVS 2.3.5): one asks for an act, another decides.

What is asked for is stored with its arguments. It is carried out in the transaction in which the
second person agrees, and its own rule is asked again then: a request that changed meanwhile is not
refused or extended on the ground of how it once stood.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.office import SECOND_PERSON
from dsar import rules, rules_desk, staff_mail
from dsar.actions import evidence, staff
from dsar.actions.lifecycle import Code, lock, note
from dsar.models import Approval, SubjectRequest
from portal.lib.errors import DomainError

Act, Verdict = Approval.Act, Approval.Verdict


class AlreadyAsked(DomainError):
    """A second person has been asked for this act and has not yet decided."""

    code = "already_asked"


class Decided(DomainError):
    """The question has been decided, or was taken back."""

    code = "already_decided"


@dataclass(frozen=True)
class Office:
    """An act that may need a second person.

    ``rule`` says whether it is allowed now; ``words`` names the argument without which it says
    nothing; ``carry_out`` does it, with the stored arguments, in the name of who asked.
    """

    rule: Callable[[SubjectRequest, User, date], None]
    words: str
    carry_out: Callable[[SubjectRequest, Approval], object]


def _refuse(request: SubjectRequest, second: Approval) -> object:
    return staff.refuse(request, by=second.asked_by, second=second, **second.given)


def _extend(request: SubjectRequest, second: Approval) -> object:
    return staff.extend(request, by=second.asked_by, second=second, **second.given)


def _release(request: SubjectRequest, second: Approval) -> object:
    """Nothing more is done: ``redaction.rules`` sees that the copy may go out."""
    return None


OFFICES: dict[str, Office] = {
    Act.RELEASE: Office(rules.may_take, "", _release),
    Act.REFUSE: Office(rules.may_refuse, "evidence", _refuse),
    Act.EXTEND: Office(rules.may_extend, "note_to_person", _extend),
    Act.ERASE_EVIDENCE: Office(evidence.may_decide, "why", evidence.erase),
}
AT_ONCE: dict[str, Callable[..., object]] = {Act.REFUSE: staff.refuse, Act.EXTEND: staff.extend}


def needed(act: str) -> bool:
    """Return whether this office wants a second person for the act (setting SECOND_PERSON)."""
    return act in SECOND_PERSON.now()


@transaction.atomic
def do_or_ask(request: SubjectRequest, act: str, *, by: User, **given: Any) -> Approval | None:
    """Ask a second person for the act; do it at once where the office needs none (None)."""
    if needed(act):
        return ask(request, act, by=by, **given)
    AT_ONCE[act](request, by=by, **given)
    return None


@transaction.atomic
def ask(request: SubjectRequest, act: str, *, by: User, **given: Any) -> Approval:
    """Ask for an act that a second person has to agree to.

    ``given`` are the act's own arguments, in codes and in words that the person will read.

    Raises:
        EvidenceMissing: what the person is owed is not said.
        AlreadyAsked: somebody has asked for it already.
        any that the act itself would raise now.
    """
    request = lock(request)
    office = OFFICES[act]
    office.rule(request, by, timezone.localdate())
    if not str(given.get(office.words, "")).strip():
        raise rules.EvidenceMissing(_("Say in words what shows it: the person will read them."))
    if request.approvals.filter(act=act, verdict="").exists():
        raise AlreadyAsked(_("A second person has already been asked for this."))
    stored = {name: str(value).strip() for name, value in given.items()}
    approval = Approval.objects.create(request=request, act=act, given=stored, asked_by=by)
    note(request, Code.SECOND_ASKED, by=by, act=act)
    staff_mail.ask_second_person(approval)
    return approval


@transaction.atomic
def agree(approval: Approval, *, by: User) -> Approval:
    """Agree, and carry the act out as it was asked for.

    Raises:
        Decided: it was decided or taken back meanwhile.
        NotASecondPerson: the same person, or not the data protection officer where it has to be.
        any that the act itself raises now: nothing is decided then.
    """
    request, approval = _pending(approval)
    rules_desk.may_decide(approval, by)
    _decide(approval, Verdict.AGREED, by=by)
    note(request, Code.SECOND_AGREED, by=by, act=approval.act)
    OFFICES[approval.act].carry_out(request, approval)
    staff_mail.answer_second_person(approval)
    return approval


@transaction.atomic
def decline(approval: Approval, *, by: User, why: str) -> Approval:
    """Say no, and why; who asked reads it and may ask anew.

    Raises:
        EvidenceMissing: no reason is given.
        Decided, NotASecondPerson: see :func:`agree`.
    """
    request, approval = _pending(approval)
    rules_desk.may_decide(approval, by)
    if not why.strip():
        raise rules.EvidenceMissing(_("Say why, so that your colleague can do better."))
    _decide(approval, Verdict.DECLINED, by=by, why=why.strip())
    note(request, Code.SECOND_DECLINED, by=by, act=approval.act)
    staff_mail.answer_second_person(approval)
    return approval


@transaction.atomic
def take_back(approval: Approval, *, by: User) -> Approval:
    """Take one's own question back before it is decided.

    Raises:
        Decided: it was decided meanwhile.
        NotYours: somebody else asked.
    """
    request, approval = _pending(approval)
    if by.pk != approval.asked_by_id:
        raise rules.NotYours(_("Only who asked can take the question back."))
    _decide(approval, Verdict.TAKEN_BACK, by=by)
    note(request, Code.ASKING_ENDED, by=by, act=approval.act)
    return approval


def _pending(approval: Approval) -> tuple[SubjectRequest, Approval]:
    """Return the request and the question, both locked; of two who decide at once, one is late."""
    request = lock(approval.request_id)
    approval = Approval.objects.select_for_update().get(pk=approval.pk)
    if approval.verdict:
        raise Decided(_("This has been decided already."))
    approval.request = request
    return request, approval


def _decide(approval: Approval, verdict: Approval.Verdict, *, by: User, why: str = "") -> None:
    approval.verdict, approval.decided_by, approval.decided_at = verdict, by, timezone.now()
    approval.why = why[:1000]
    approval.save()
