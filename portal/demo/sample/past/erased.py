"""Erasures of the past that were carried out: what went, the proof of it, and what stays."""

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from accounts.models import User
from dsar import ledger, office
from dsar.certificates import FORMAT
from dsar.grounds import ErasureGround, Sentence
from dsar.models import Certificate, ErasureItem, ErasureRecord, RequestEvent, Step, SubjectRequest
from dsar.models.erasure import Decision
from dsar.reckoning import local_day
from dsar.states import Status
from portal.demo.sample.clock import uid
from portal.demo.sample.past import words
from portal.demo.sample.past.drawing import Asked
from portal.demo.sample.past.guests import address_uid
from portal.lib import crypto, keys
from portal.lib.canonical import canonical_json, sha256_of
from portal.lib.office.contacts import controller

if TYPE_CHECKING:
    from portal.demo.sample.past.life import Life

Code, Line = RequestEvent.Code, ErasureRecord.Kind
SECOND, DAY = timedelta(seconds=1), timedelta(days=1)
IDENTIFYING = ("account", "sign-in")  # go last
# Source, key, decision, ground, sentence.
PLAN = (
    ("requests", "proof", Decision.KEEP, ErasureGround.LEGAL_DUTY, Sentence.REQUESTS),
    ("access-log", "looks", Decision.ANONYMISE, ErasureGround.LEGAL_DUTY, Sentence.LOOKS),
    ("account", "account", Decision.ANONYMISE, ErasureGround.NOT_NEEDED, Sentence.EMPTIED),
    ("account", "addresses", Decision.ERASE, ErasureGround.NOT_NEEDED, Sentence.ADDRESSES),
    ("sign-in", "sign-in", Decision.ERASE, ErasureGround.NOT_NEEDED, Sentence.ERASED),
)  # fmt: skip


def carry_out(life: "Life", asked: Asked, request: SubjectRequest, by: User) -> None:
    """Approved, not taken back within a day, erased, searched again, certified and answered."""
    rows, end = life.rows, asked.closed
    request.grace_until = end - 3 * 60 * SECOND
    request.approved_at = request.grace_until - DAY
    rows.note(request, request.approved_at, Code.APPROVED, by=by, new=Status.GRACE, gaps=[],
              until=request.grace_until.isoformat())  # fmt: skip
    rows.note(request, request.grace_until, Code.GRACE_ENDED, new=Status.PREPARING)
    items = [_item(request, end, *line) for line in PLAN]
    rows.items += items
    others = [slug for slug in life.sources if slug not in IDENTIFYING]
    at = request.grace_until
    for slugs in (others, [slug for slug in life.sources if slug in IDENTIFYING]):
        for kind, code in (
            (Step.Kind.ERASE, Code.ITEM_ERASED), (Step.Kind.PROVE, Code.ITEM_PROVEN)
        ):  # fmt: skip
            at = _round(life, request, kind, code, [one for one in items if one.source in slugs],
                        slugs, at)  # fmt: skip
    _certify(life, request, items, at)
    life.steps(request, Step.Kind.CERTIFICATE, [""], at - SECOND)
    rows.note(request, end, Code.ANSWERED, new=Status.ANSWERED, outcome=asked.outcome, gaps=[])


def _item(
    request: SubjectRequest,
    done: datetime,
    source: str,
    key: str,
    decision: Decision,
    ground: ErasureGround,
    sentence: Sentence,
) -> ErasureItem:
    stays = decision == Decision.KEEP
    return ErasureItem(
        request=request, source=source, key=key, decision=decision, ground=ground,
        sentence=sentence, amount=3 if key == "looks" else 1, done_at=done, proven_at=done,
        label=words.PROOF[request.language] if stays else "",
        until=request.law.keep_proof.after(request.due_on) if stays else None,
    )  # fmt: skip


def _round(
    life: "Life",
    request: SubjectRequest,
    kind: Step.Kind,
    code: RequestEvent.Code,
    items: list[ErasureItem],
    slugs: list[str],
    at: datetime,
) -> datetime:
    """One round over some sources; return when it was over."""
    for item in items:
        event = life.rows.note(
            request, at + SECOND, code, source=item.source, decision=item.decision,
            sentence=item.sentence, amount=item.amount,
        )  # fmt: skip
        life.rows.about_items.append((event, item))
        if kind == Step.Kind.ERASE:
            item.done_at = at + SECOND
            _record(life, request, item, at + SECOND)
        else:
            item.proven_at = at + SECOND
    found = {item.source: item.amount for item in items}
    return life.steps(request, kind, slugs, at, found=found)


def _record(life: "Life", request: SubjectRequest, item: ErasureItem, at: datetime) -> None:
    """Write the line of the ledger of erasures, and that of the address."""
    data = {
        "decision": item.decision, "sentence": item.sentence, "ground": item.ground,
        "until": item.until.isoformat() if item.until else None, "amount": item.amount,
    }  # fmt: skip
    thing = ledger.hash_of(item.source, item.key)
    life.rows.records.append(_line(request, Line.ITEM, at, item.source, thing, data))
    if item.key == "addresses":
        guest = next(one.guest for one in life.drawn if one.guest.row is request.person)
        gone = ledger.hash_of("address", address_uid(guest))
        life.rows.records.append(_line(request, Line.ADDRESS, at, item.source, gone, {}))


def _line(
    request: SubjectRequest, kind: ErasureRecord.Kind, at: datetime, source: str, thing: str,
    data: dict[str, Any],
) -> ErasureRecord:  # fmt: skip
    subject = ledger.hash_of("person", request.person.uid)
    return ErasureRecord(
        kind=kind, at=at, request=request.reference, subject=subject, source=source, thing=thing,
        data=data,
    )  # fmt: skip


def _certify(life: "Life", request: SubjectRequest, items: list[ErasureItem], at: datetime) -> None:
    body = {
        "format": FORMAT, "controller": controller()["name"], "country": request.country,
        "request": request.reference, "received_on": request.received_on.isoformat(),
        "issued_at": at.isoformat(),
        "erased": [_said(item) for item in items if not item.stays],
        "kept": [_said(item) for item in items if item.stays],
        "unproven": [], "recipients": [], "gaps": [], "causes": {},
        "backups_until": (local_day(at) + office.BACKUP_DAYS.now() * DAY).isoformat(),
    }  # fmt: skip
    token = crypto.hash_token(str(uid(f"certificate of {request.uid}")))
    certificate = Certificate(
        request=request, issued_at=at, body=body, sha256=sha256_of(body),
        jws=keys.sign(canonical_json(body)), token_hash=token,
    )  # fmt: skip
    life.rows.certificates.append(certificate)
    data = {"token": token, "received": request.received_at.isoformat(), "recipients": []}
    life.rows.records.append(_line(request, Line.CERTIFIED, at, "", "", data))
    life.rows.note(request, at, Code.CERTIFIED, sha256=certificate.sha256)


def _said(item: ErasureItem) -> dict[str, Any]:
    return {
        "source": item.source, "label": item.label, "amount": item.amount,
        "decision": item.decision, "sentence": item.sentence, "ground": item.ground,
        "until": item.until.isoformat() if item.until else None,
    }  # fmt: skip
