"""Canaries: documents of nobody that must never be allowed, and the check that they never are."""

from collections.abc import Iterable
from datetime import timedelta
from uuid import uuid4

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from accounts.actions import address_for
from consents.actions import choices
from consents.actions.runs import training_purpose
from consents.asking import Answered, Unreached, ask
from consents.models import (
    Canary,
    CanaryCheck,
    Document,
    ManifestLine,
    Party,
    Purpose,
    PurposeVersion,
    TrainingRun,
    Use,
)
from consents.models.ledger import Source
from consents.permits import OPEN, Reason
from portal.lib import mail
from portal.lib.office.contacts import controller

Kind = Canary.Kind
Outcome = CanaryCheck.Outcome
DOMAIN = "canary.invalid"  # RFC 2606: no such domain will ever be, so nobody can claim the address
RECENT = timedelta(days=1)
LOCK = 0x6361_6E61_7279  # any number that only this lock has

TITLES = {Kind.REFUSED: "Contrat de prestation", Kind.SPECIAL: "Accord", Kind.MINOR: "Mandat"}
# Which rule each of them watches.
EXPECTED = {
    Kind.REFUSED: Reason.PARTY_REFUSED,
    Kind.SPECIAL: Reason.SPECIAL,
    Kind.MINOR: Reason.PROTECTED_SIGNER,
}
# Nothing at all is allowed then, and the gate says so first.
CLOSED_TO_ALL = frozenset({Reason.UNKNOWN_PURPOSE, Reason.NOT_IN_FORCE, Reason.NOT_USED})


@transaction.atomic
def plant() -> list[Canary]:
    """Plant what is missing of one document a kind; return what was planted.

    To whoever asks the gate they look like any other document: only our own table knows them.
    """
    _alone()
    there = set(Canary.objects.values_list("kind", flat=True))
    purpose = Purpose.objects.filter(slug=training_purpose()).first()
    planted = []
    for kind in Kind:
        # Nobody can refuse what is not done at all.
        refusable = purpose is not None and purpose.has_control and _is_in_force(purpose)
        if kind not in there and (kind != Kind.REFUSED or refusable):
            planted.append(_plant(kind, purpose))
    return planted


def check() -> CanaryCheck:
    """Ask the public gate about every canary, look for them in manifests and uses; keep the result.

    The data protection officer gets a mail when a leak begins, once until it has ended. Not in a
    transaction: the gate is asked over HTTP, as any pipeline asks it.
    """
    plant()
    canaries = list(Canary.objects.select_related("document").order_by("kind"))
    purpose, error, answers = training_purpose(), "", list[Answered]()
    try:
        answers = ask([one.document.reference for one in canaries], purpose)
    except Unreached as problem:
        error = problem.code
    found, looked = _found(canaries), TrainingRun.objects.filter(closed_at=None).count()
    allowed = sum(one.allowed or one.reason in OPEN for one in answers)
    if not error and not allowed and not _as_expected(canaries, answers):
        error = "other_reason"
    return _conclude(
        CanaryCheck(
            outcome=_outcome(allowed, found, error), asked=len(answers), allowed=allowed,
            manifests=looked, found=found, error=error,
        )
    )  # fmt: skip


def run() -> None:
    """Check; for the scheduler, which stores what a job returns."""
    check()


def _plant(kind: Kind, purpose: Purpose | None) -> Canary:
    now = timezone.now()
    signed_at = now - timedelta(days=30)
    address = address_for(f"{uuid4().hex[:12]}@{DOMAIN}")
    document = Document.objects.create(
        reference=f"docusign:{uuid4()}/1", title=TITLES[kind], kind=Document.Kind.OTHER,
        status=Document.Status.COMPLETED, sent_at=signed_at - timedelta(days=2),
        completed_at=signed_at, listed_at=signed_at, state_at=signed_at,
        special_category=kind == Kind.SPECIAL, involves_minor=kind == Kind.MINOR,
    )  # fmt: skip
    Party.objects.create(
        document=document, address=address, role=Party.Role.SIGNER, signed_at=signed_at,
        listed_at=signed_at, is_minor=kind == Kind.MINOR,
    )  # fmt: skip
    if kind == Kind.REFUSED and purpose is not None:
        choices.refuse(purpose, address=address, by=None, source=Source.API, language="en")
    return Canary.objects.create(document=document, kind=kind)


def _is_in_force(purpose: Purpose) -> bool:
    return PurposeVersion.objects.effective(timezone.now()).filter(purpose=purpose).exists()


def _found(canaries: Iterable[Canary]) -> int:
    """Count canaries that a run means to use, or that were used for AI training lately."""
    documents = [one.document_id for one in canaries]
    proposed = ManifestLine.objects.filter(
        document__in=documents, excluded="", run__closed_at=None
    ).count()
    since = timezone.now() - RECENT
    return (
        proposed
        + Use.objects.filter(
            document__in=documents, version__purpose__is_ai_training=True, recorded_at__gte=since
        ).count()
    )


def _as_expected(canaries: list[Canary], answers: list[Answered]) -> bool:
    """Whether each was denied by the very rule that it watches: another may hide a broken one."""
    expected = {one.document.reference: EXPECTED[Kind(one.kind)] for one in canaries}
    return bool(answers) and all(
        one.reason == expected.get(one.reference) or one.reason in CLOSED_TO_ALL for one in answers
    )


def _outcome(allowed: int, found: int, error: str) -> Outcome:
    if allowed or found:
        return Outcome.LEAKED
    return Outcome.UNREACHABLE if error else Outcome.HELD


@transaction.atomic
def _conclude(check: CanaryCheck) -> CanaryCheck:
    """Keep the result, and tell of a leak that the check before did not know of."""
    _alone()
    before = CanaryCheck.objects.exclude(outcome=Outcome.UNREACHABLE).order_by("-at", "-pk").first()
    check.at = timezone.now()
    check.save()
    begins = before is None or before.outcome != Outcome.LEAKED
    if check.outcome == Outcome.LEAKED and begins and controller()["dpo_email"]:
        mail.send(
            "consents/canary_leak",
            to=controller()["dpo_email"],
            language=settings.LANGUAGE_CODE,
            key=f"canary-leak:{check.pk}",
            context={"check": check},
        )
    return check


def _alone() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
