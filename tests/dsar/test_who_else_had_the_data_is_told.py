"""Art. 19: everybody who got a document that is gone is told, confirms, and the person reads it."""

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.utils import timezone

from accounts.models import User
from consents.models import Document, Purpose, PurposeVersion, System, Use
from dsar import actions, certificates, recipients
from dsar.actions import recipients as acts
from dsar.models import RecipientNotice, SubjectRequest
from dsar.rules import StaffOnly
from portal.lib import crypto, outgoing
from tests.consents.conftest import machine  # noqa: F401 - a fixture
from tests.dsar.worlds import Ask, make_document, use, work

pytestmark = pytest.mark.django_db
Status = RecipientNotice.Status


@pytest.fixture
def trainer(purpose: Any) -> System:
    system = System.objects.create(
        slug="search",
        name="Model trainer",
        webhook_url="https://trainer.example/hooks",
        webhook_secret=crypto.wrap(crypto.new_key()),
    )
    return system


@pytest.fixture
def erased(alice: User, sam: User, trainer: System, purpose: Any, open_request: Ask) -> Any:
    """Alice erased, after a system had used her draft."""
    gone = make_document("gone", alice, status="draft", completed_at=None)
    make_document("never-used", alice, status="draft", completed_at=None)
    use(gone, purpose, times=2)
    return work(actions.approve(work(open_request("erasure")), by=sam))


def answer(monkeypatch: pytest.MonkeyPatch, *codes: int | str) -> list[tuple[str, bytes, Any]]:
    """Let the outside answer with these; return what it was sent."""
    sent: list[tuple[str, bytes, Any]] = []
    left = list(codes)

    def post(url: str, body: bytes, *, headers: Any, **_more: Any) -> int:
        sent.append((url, body, headers))
        code = left.pop(0) if len(left) > 1 else left[0]
        if isinstance(code, str):
            raise outgoing.Undelivered(code)
        return code

    monkeypatch.setattr(outgoing, "post", post)
    return sent


def test_only_who_got_a_document_that_is_gone_is_told_and_of_that_alone(
    erased: SubjectRequest, alice: User, trainer: System
) -> None:
    notice = erased.recipients.get()
    assert (notice.system, notice.what, notice.documents) == (trainer, "erasure", ["gone"])
    text = json.dumps(recipients.message(notice, timezone.now()))
    assert "Title" not in text
    assert not [word for word in ("alice", "Alice", str(alice.uid)) if word in text]
    assert recipients.subject_for(alice, "search") != recipients.subject_for(alice, "archive")


def test_the_message_is_signed_and_202_waits_for_the_confirmation(
    erased: SubjectRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    sent = answer(monkeypatch, 202)
    notice = erased.recipients.get()
    acts.tell(notice.pk)
    acts.tell(notice.pk)  # a job that comes twice
    assert len(sent) == 1
    assert sent[0][2]["webhook-signature"].startswith("v1,")
    assert json.loads(sent[0][1])["type"] == "subject.erasure"
    notice.refresh_from_db()
    assert notice.status == Status.TOLD
    for _ in range(2):
        assert acts.acknowledge(notice.uid).status == Status.CONFIRMED
    codes = list(erased.events.filter(code__startswith="recipient").values_list("code", flat=True))
    assert codes == ["recipient_told", "recipient_confirmed"]


def test_a_failure_is_tried_again_then_seen_and_sent_again_by_staff(
    erased: SubjectRequest,
    sam: User,
    bob: User,
    settings: Any,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    settings.DELIVERY_BACKOFF_SECONDS = [60]
    answer(monkeypatch, 503, "timeout")
    notice = erased.recipients.get()
    acts.tell(notice.pk)
    notice.refresh_from_db()
    assert (notice.status, notice.error) == (Status.WAITING, "http_503")
    assert acts.sweep() == 0
    RecipientNotice.objects.update(next_try_at=timezone.now())
    assert acts.sweep() == 1
    acts.tell(notice.pk)
    notice.refresh_from_db()
    assert (notice.status, notice.error) == (Status.DEAD, "timeout")
    with pytest.raises(StaffOnly):
        acts.resend(notice, by=bob)
    assert acts.resend(notice, by=sam).status == Status.WAITING
    answer(monkeypatch, 200)
    acts.tell(notice.pk)
    notice.refresh_from_db()
    assert (notice.status, notice.error) == (Status.CONFIRMED, "")
    with pytest.raises(acts.AlreadyConfirmed):
        acts.confirmed(notice, by=sam)


def test_whom_the_portal_cannot_call_is_told_by_staff(
    alice: User, sam: User, purpose: Any, open_request: Ask
) -> None:
    gone = make_document("gone", alice, status="draft", completed_at=None)
    System.objects.create(slug="search", name="Search index")
    named = {"system": "lab", "name": "A laboratory", "kind": "third_party", "country": "CH"}
    other, first = Purpose.objects.create(slug="studies"), PurposeVersion.objects.get()
    version = PurposeVersion.objects.create(
        purpose=other, number=1, published_at=first.published_at,
        effective_from=first.effective_from, legal_basis="6(1)(b)", texts=first.texts,
        retention_trigger="end", retention_duration="P1Y", dpv_purpose=first.dpv_purpose,
        sha256="0" * 64, recipients=[named],
    )  # fmt: skip
    system = System.objects.get()
    Use.objects.create(document=gone, version=version, system=system, at=timezone.now())
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    assert {(one.recipient, one.status) for one in request.recipients.all()} == {
        ("search", Status.BY_STAFF),
        ("lab", Status.BY_STAFF),
    }
    lab = request.recipients.get(recipient="lab")
    assert acts.told(lab, by=sam).status == Status.TOLD
    assert acts.confirmed(lab, by=sam).ack_by == sam
    shown = {one.name: str(one.word) for one in recipients.told(request)}
    assert shown == {"A laboratory": "confirmed", "Search index": "to be told by our staff"}


def test_the_certificate_names_who_was_told_and_shows_how_it_stands(
    erased: SubjectRequest,
) -> None:
    certificate = erased.certificate
    assert certificate.body["recipients"] == [
        {"recipient": "search", "name": "Model trainer", "what": "erasure", "documents": 1}
    ]
    acts.acknowledge(erased.recipients.get().uid)
    told = certificates.context(certificate)["told"]
    assert [(one.name, one.state) for one in told] == [("Model trainer", "done")]
    until = certificates.context(certificate)["backups_until"]
    assert until == timezone.localdate() + timedelta(days=35)


def test_to_tell_twice_tells_nobody_twice(
    erased: SubjectRequest,
) -> None:
    document = Document.objects.get(reference="gone")
    acts.tell_recipients(erased, "erasure", [document.pk])
    assert erased.recipients.count() == 1
    acts.tell_recipients(erased, "rectification", [document.pk])
    assert {one.what for one in erased.recipients.all()} == {"erasure", "rectification"}


def test_a_system_confirms_by_the_api(
    erased: SubjectRequest,
    machine: Any,  # noqa: F811
) -> None:
    notice = erased.recipients.get()
    client = machine("choices:obey")
    answer = client.post(f"/api/v1/recipient-notices/{notice.uid}/confirmed/")
    assert (answer.status_code, answer.json()["status"]) == (200, "confirmed")
    assert client.post(f"/api/v1/recipient-notices/{uuid4()}/confirmed/").status_code == 404
    other = machine("documents:write").post(f"/api/v1/recipient-notices/{notice.uid}/confirmed/")
    assert other.status_code == 403
