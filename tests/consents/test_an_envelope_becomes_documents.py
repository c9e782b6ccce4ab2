"""What DocuSign Connect sends, taken in by the hook as it is."""

import base64
import hashlib

import pytest

from accounts.models import Organisation
from consents.models import Document, InboundEvent, Party
from tests.consents.envelopes import (
    ENVELOPE,
    INVENTORY,
    LEASE,
    completed,
    event,
    recipients,
    signer,
)

pytestmark = pytest.mark.django_db
S, R = Document.Status, Party.Role


def parties(reference=LEASE):
    return set(
        Party.objects.filter(document__reference=reference).values_list(
            "role", "name", "address__email"
        )
    )


def test_each_content_document_is_a_document_with_its_parties(hook):
    assert hook(completed()).json() == {"result": "applied"}
    lease, inventory = Document.objects.order_by("reference")
    assert (lease.reference, lease.title) == (LEASE, "Bail 14 rue des Lilas.pdf")
    assert (inventory.reference, inventory.title) == (INVENTORY, "État des lieux.pdf")
    assert lease.kind == Document.Kind.LEASE
    assert lease.status == S.COMPLETED
    assert lease.envelope == ENVELOPE
    assert lease.completed_at
    assert lease.completed_at.isoformat() == "2026-09-14T09:41:07.920000+00:00"
    assert lease.listed_at == lease.sent_at
    assert parties(LEASE) == parties(INVENTORY) == {
        (R.SENDER, "Agence des Lilas", "contact@agence-lilas.example"),
        (R.SIGNER, "Camille Moreau", "camille.moreau@courriel.example"),
        (R.SIGNER, "Yanis Benali", "yanis.benali@courriel.example"),
        (R.COPY, "Comptabilité", "compta@agence-lilas.example"),
    }  # fmt: skip
    signed = Party.objects.get(document=lease, name="Camille Moreau")
    assert signed.signed_at
    assert signed.signed_at.isoformat() == "2026-09-14T09:12:52.920000+00:00"
    assert signed.listed_at == lease.listed_at
    assert Party.objects.get(document=lease, role=R.COPY).signed_at is None


def test_the_same_event_again_changes_nothing(hook):
    hook(completed())
    before = list(Document.objects.values()), list(Party.objects.values())
    assert hook(completed()).status_code == 200
    assert (list(Document.objects.values()), list(Party.objects.values())) == before
    assert not InboundEvent.objects.exists()


def test_the_account_is_an_organisation_if_we_know_it(hook):
    known = Organisation.objects.create(
        name="Lilas", reference="docusign:9d2c7c7e-2f0a-4a4a-9c37-7d1c1d3f8a20"
    )
    hook(completed())
    assert {one.organisation for one in Document.objects.all()} == {known}


@pytest.mark.parametrize(
    ("name", "status", "purge", "expected"),
    [
        ("envelope-created", "created", "unpurged", S.DRAFT),
        ("envelope-sent", "sent", "unpurged", S.SENT),
        ("envelope-delivered", "delivered", None, S.SENT),
        ("recipient-completed", "delivered", None, S.SENT),
        ("recipient-declined", "declined", None, S.DECLINED),
        ("envelope-corrected", "correct", None, S.SENT),
        ("envelope-declined", "declined", None, S.DECLINED),
        ("envelope-voided", "voided", None, S.VOIDED),
        ("an-event-of-next-year", "completed", None, S.COMPLETED),
    ],
)
def test_events_say_how_the_document_stands(hook, name, status, purge, expected):
    hook(event(name, "2026-09-15T00:00:00Z", status, purgeState=purge))
    assert set(Document.objects.values_list("status", flat=True)) == {expected}


@pytest.mark.parametrize(
    ("name", "purge", "expected"),
    [
        ("envelope-purge", None, S.PURGED),
        ("envelope-purge", "documents_purged", S.PURGED),
        ("envelope-purge", "documents_and_metadata_and_redact_purged", S.PURGED),
        ("envelope-purge", "documents_queued", S.COMPLETED),
        ("envelope-purge", "documents_dequeued", S.COMPLETED),
        ("envelope-completed", "documents_and_metadata_purged", S.PURGED),
        ("envelope-deleted", "unpurged", S.DELETED),
        ("envelope-discard", None, S.DELETED),
    ],
)
def test_what_the_service_removes_is_gone(hook, name, purge, expected):
    hook(completed())
    hook(event(name, "2026-09-16T00:00:00Z", "completed", purgeState=purge))
    assert set(Document.objects.values_list("status", flat=True)) == {expected}


def test_a_purge_that_hides_the_names_leaves_what_we_know(hook):
    hook(completed())
    before = parties()
    gone = {"signers": [signer("Redacted", "redacted")], "carbonCopies": []}
    hook(
        event(
            "envelope-purge",
            "2026-10-14T00:00:00Z",
            "completed",
            purgeState="documents_and_metadata_and_redact_purged",
            emailSubject="Redacted",
            sender=None,
            recipients=gone,
            envelopeDocuments=[],
        )
    )
    lease = Document.objects.get(reference=LEASE)
    assert (lease.status, lease.title) == (S.PURGED, "Bail 14 rue des Lilas.pdf")
    assert parties() == before


def test_a_correction_before_signing_replaces_a_recipient(hook):
    wrong = [signer("Camille Moreau", "camille@typo.example")]
    right = [signer("Camille Moreau", "camille.moreau@courriel.example")]
    for at, people in (("10", wrong), ("11", right)):
        hook(event("envelope-sent", f"2026-09-14T{at}:00:00Z", "sent",
                   recipients=recipients(signers=people)))  # fmt: skip
    assert {email for role, _, email in parties() if role == R.SIGNER} == {
        "camille.moreau@courriel.example"
    }


def test_who_signed_stays_a_party_whatever_is_said_later(hook):
    hook(completed())
    hook(event("envelope-completed", "2026-12-01T00:00:00Z", recipients=recipients(signers=[])))
    assert {name for role, name, _ in parties() if role == R.SIGNER} == {
        "Camille Moreau",
        "Yanis Benali",
    }


def test_a_document_taken_out_of_the_envelope_is_gone(hook):
    hook(event("envelope-sent", "2026-09-14T08:02:12Z", "sent"))
    documents = completed()["data"]["envelopeSummary"]["envelopeDocuments"]
    hook(completed(envelopeDocuments=documents[:1]))
    statuses = dict(Document.objects.values_list("reference", "status"))
    assert statuses == {LEASE: S.COMPLETED, INVENTORY: S.DELETED}


def test_an_in_person_signer_is_known_by_their_own_address_only(hook):
    host = {
        "hostName": "Agence",
        "hostEmail": "host@agence.example",
        "email": "host@agence.example",
    }
    people = [
        host | {"signerName": "Ada", "signerEmail": "ada@courriel.example"},
        host | {"signerName": "Ben", "signerEmail": ""},
        host | {"signerName": "Cleo", "signerEmail": "host@agence.example"},
    ]
    hook(completed(recipients=recipients(signers=[], inPersonSigners=people)))
    assert parties() >= {
        (R.SIGNER, "Ada", "ada@courriel.example"),
        (R.SIGNER, "Ben", None),
        (R.SIGNER, "Cleo", None),
        (R.COPY, "Agence", "host@agence.example"),
    }


def test_every_kind_of_recipient_has_a_role_and_seals_have_none(hook):
    one = {"name": "N", "email": None}
    groups = {
        group: [one | {"email": f"{group.lower()}@courriel.example"}]
        for group in ("agents", "editors", "intermediaries", "certifiedDeliveries", "witnesses",
                      "notaries", "seals")
    }  # fmt: skip
    hook(completed(recipients=recipients(signers=[], carbonCopies=None, **groups)))
    roles = {email.split("@")[0]: role for role, _, email in parties() if email}
    assert roles == {
        "contact": R.SENDER, "agents": R.COPY, "editors": R.COPY, "intermediaries": R.COPY,
        "certifieddeliveries": R.COPY, "witnesses": R.SIGNER, "notaries": R.SIGNER,
    }  # fmt: skip


def test_a_signer_by_text_message_is_unknown_until_their_address_is(hook):
    silent = [signer("Ada", None, "2026-09-14T09:00:00Z")]
    hook(event("envelope-sent", "2026-09-14T09:00:01Z", "sent",
               recipients=recipients(signers=silent)))  # fmt: skip
    assert (R.SIGNER, "Ada", None) in parties()
    known = [signer("Ada", "ADA@courriel.example", "2026-09-14T09:00:00Z")]
    hook(completed(recipients=recipients(signers=known)))
    assert {one for one in parties() if one[0] == R.SIGNER} == {
        (R.SIGNER, "Ada", "ada@courriel.example")
    }


def test_the_document_itself_is_kept_with_its_hash(hook):
    first, last = b"%PDF-1.7 draft", b"%PDF-1.7 signed"
    for at, status, content in (("08", "sent", first), ("10", "completed", last)):
        documents = completed()["data"]["envelopeSummary"]["envelopeDocuments"][:1]
        documents[0]["PDFBytes"] = base64.b64encode(content).decode()
        hook(event(f"envelope-{status}", f"2026-09-14T{at}:00:00Z", status,
                   envelopeDocuments=documents))  # fmt: skip
        lease = Document.objects.get(reference=LEASE)
        with lease.file.open() as file:
            assert file.read() == content
        assert lease.sha256 == hashlib.sha256(content).hexdigest()
        assert "Bail" not in str(lease.file.name)


def test_nulls_and_missing_parts_are_no_reason_to_stumble(hook):
    answer = hook(
        completed(
            sender=None,
            recipients=None,
            emailSubject=None,
            completedDateTime=None,
            sentDateTime="0001-01-01T00:00:00.0000000Z",
            initialSentDateTime=None,
            purgeState=None,
            somethingNew={"deep": [1, None]},
        )
    )
    assert answer.json() == {"result": "applied"}
    lease = Document.objects.get(reference=LEASE)
    assert lease.sent_at is None
    assert lease.completed_at
    assert lease.completed_at.isoformat() == "2026-09-14T09:41:08.458074+00:00"
