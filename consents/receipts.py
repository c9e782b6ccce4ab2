"""The receipt of a choice: what a person holds to prove it, and anybody can check offline.

What it says is :mod:`consents.receipt_body`; the sealed bytes are its RFC 8785 form.
"""

import hashlib
import json
from collections.abc import Iterable

from django.db.models import Q, QuerySet
from django.utils import timezone

from accounts.models import User
from consents.models import ChoiceEvent, Receipt
from consents.receipt_body import address as address
from consents.receipt_body import describe
from portal.lib import keys
from portal.lib.canonical import canonical_json
from portal.lib.office import store


def issue(event: ChoiceEvent) -> Receipt:
    """Seal the receipt of an act and store it. Call it in the transaction that wrote the act.

    Raises:
        ImproperlyConfigured: there is no key to seal with; then there is no choice either.
    """
    return issue_all([event])[0]


def issue_all(events: Iterable[ChoiceEvent]) -> list[Receipt]:
    """Seal the receipts of several acts, as ``issue`` does for one, in one statement.

    Raises:
        ImproperlyConfigured: there is no key to seal with; then there is no choice either.
    """
    with store.settled():
        return Receipt.objects.bulk_create([_seal(event) for event in events])


def _seal(event: ChoiceEvent) -> Receipt:
    body = canonical_json(describe(event, created=timezone.now()))
    return Receipt(
        event=event,
        body=body,
        jws=keys.sign(body),
        kid=keys.signing_kid(),
        sha256=hashlib.sha256(body).hexdigest(),
    )


def visible_to(user: User) -> QuerySet[Receipt]:
    """Return the receipts a person holds (invariant 11).

    Their own, those of addresses that are theirs, and those of organisations they administer.
    """
    administered = Q(
        event__organisation__memberships__person=user,
        event__organisation__memberships__is_admin=True,
    )
    return Receipt.objects.filter(
        Q(event__person=user) | Q(event__address__person=user) | administered
    ).select_related("event__version", "event__document", "event__within", "event__organisation")


def as_file(receipt: Receipt) -> bytes:
    """Return the file a person keeps: ``receipt`` to read, ``jws`` to prove it, ``text`` as shown.

    The seal covers the receipt, and through its hash the text; docs/receipts.md shows how to check.
    """
    event = receipt.event
    envelope = {
        "receipt": json.loads(bytes(receipt.body)),
        "jws": receipt.jws,
        "text": event.version.texts[event.language],
    }
    return json.dumps(envelope, ensure_ascii=False, indent=2).encode() + b"\n"
