"""Connect repeats its events and sends them in any order: the end is the same."""

import json
from itertools import permutations

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from consents.actions import envelopes
from consents.models import Document, InboundEvent, Party
from tests.consents.envelopes import bare, completed, event, recipients, signer

CAMILLE, YANIS = "camille.moreau@courriel.example", "yanis.benali@courriel.example"
FIRST, SECOND = "2026-09-14T09:12:52.92Z", "2026-09-14T09:41:07.92Z"
DOCUMENTS = completed()["data"]["envelopeSummary"]["envelopeDocuments"]


def people(*signers):
    return {"recipients": recipients(signers=list(signers))}


# The life of an envelope: sent to a wrong address and with a document too many, corrected, signed
# by one, by both, and in the end removed.
LIFE = [
    event("envelope-sent", "2026-09-14T08:02:12.1234567Z", "sent", completedDateTime=None,
          emailSubject="Bail", **people(signer("Camille", "typo@courriel.example"))),
    event("envelope-corrected", "2026-09-14T08:30:00Z", "correct", completedDateTime=None,
          envelopeDocuments=DOCUMENTS[:1],
          **people(signer("Camille Moreau", CAMILLE), signer("Yanis", YANIS))),
    event("recipient-completed", "2026-09-14T09:12:53Z", "delivered", completedDateTime=None,
          envelopeDocuments=DOCUMENTS[:1],
          **people(signer("Camille Moreau", CAMILLE, FIRST), signer("Yanis", YANIS))),
    event("envelope-completed", "2026-09-14T09:41:08Z", "completed",
          envelopeDocuments=DOCUMENTS[:1],
          **people(signer("Camille Moreau", CAMILLE, FIRST), signer("Yanis", YANIS, SECOND))),
    bare("recipient-sent", "2026-09-14T08:02:13Z", recipientId="2"),
    bare("envelope-purge", "2026-10-14T00:00:00Z"),
    bare("envelope-deleted", "2026-10-15T00:00:00Z"),
]  # fmt: skip


def play(events):
    """Return the end state after the events, and undo it all."""
    with transaction.atomic():
        for one in events:
            envelopes.receive(json.dumps(one).encode(), one)
        assert not InboundEvent.objects.filter(status__in=envelopes.OPEN).exists()
        documents = list(
            Document.objects.order_by("reference").values(
                "reference", "title", "kind", "status", "envelope", "sent_at", "completed_at",
                "listed_at", "state_at", "sha256",
            )
        )  # fmt: skip
        parties = list(
            Party.objects.order_by("document__reference", "role", "address__email").values(
                "document__reference", "role", "name", "address__email", "signed_at", "listed_at"
            )
        )
        transaction.set_rollback(True)
    return documents, parties


@pytest.mark.django_db
@settings(deadline=None, max_examples=60, suppress_health_check=[*HealthCheck])
@given(order=st.permutations(LIFE), again=st.lists(st.sampled_from(LIFE), max_size=4))
def test_any_order_and_any_repeats_end_as_the_life_itself(order, again):
    assert play([*order, *again]) == play(LIFE)


@pytest.mark.django_db
@settings(deadline=None, max_examples=40, suppress_health_check=[*HealthCheck])
@given(known=st.sets(st.sampled_from(range(4)), min_size=1), data=st.data())
def test_lost_events_do_no_harm_either(known, data):
    life = [LIFE[place] for place in sorted(known)]
    assert play(data.draw(st.permutations(life))) == play(life)


@pytest.mark.django_db
def test_the_end_is_the_right_one():
    (lease, inventory), parties = play(LIFE[:5])
    assert (lease["status"], inventory["status"]) == ("completed", "deleted")
    assert lease["completed_at"].isoformat() == "2026-09-14T09:41:07.920000+00:00"
    signers = [
        (one["address__email"], one["signed_at"] is not None)
        for one in parties
        if one["role"] == "signer" and one["document__reference"] == lease["reference"]
    ]
    assert signers == [(CAMILLE, True), (YANIS, True)]


@pytest.mark.django_db
def test_a_deletion_that_comes_first_waits_for_its_envelope():
    for order in permutations([LIFE[3], LIFE[6]]):
        (lease,), _parties = play(order)
        assert lease["status"] == "deleted"
