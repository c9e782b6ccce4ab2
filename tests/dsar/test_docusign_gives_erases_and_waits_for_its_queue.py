"""DocuSign eSignature: envelopes are given with their certificates, purged, and proven gone."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from datetime import time as at
from typing import Any

import pytest
import time_machine
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from django.utils import timezone
from docusign_esign import ApiClient

from accounts.models import User
from dsar import actions, erasure, previews, waiting
from dsar.models import ErasureItem
from dsar.sources import base, docusign_client
from tests.dsar.fake_docusign import ACCOUNT, FakeDocusign, envelope
from tests.dsar.outside_worlds import describe, wake
from tests.dsar.worlds import Ask, unpack, work

pytestmark = pytest.mark.django_db
DAWN = at(5)
ALICE, BOB = "alice@example.org", "bob@example.org"


@pytest.fixture(scope="module")
def server() -> Iterator[FakeDocusign]:
    made = FakeDocusign()
    yield made
    made.stop()


@pytest.fixture(scope="module")
def key(tmp_path_factory: Any) -> str:
    path = tmp_path_factory.mktemp("key") / "private.pem"
    made = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    path.write_bytes(
        made.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
    )
    return str(path)


@pytest.fixture
def account(server: FakeDocusign, key: str, settings: Any, monkeypatch: Any, tmp_path: Any) -> Any:
    """An account, described so that everything is done; the client signs in without TLS."""
    settings.OUTGOING_ALLOWED_HOSTS = [server.host]
    settings.STEP_BACKOFF_SECONDS = []
    call = ApiClient.request

    def without_tls(self: Any, method: str, url: str, **more: Any) -> Any:
        return call(self, method, url.replace("https://127", "http://127"), **more)

    monkeypatch.setattr(ApiClient, "request", without_tls)

    def describe_it(more: str = "", acts: str = "none") -> Any:
        return describe(
            settings,
            tmp_path / "sources",
            "docusign",
            f"base_url: http://{server.host}/restapi\noauth_host: {server.host}\n"
            f"account_id: {ACCOUNT}\nuser_id: {ACCOUNT}\nintegration_key: {ACCOUNT}\n"
            f"private_key: {{file: {key}}}\nai_records: {acts}\nusers: none\n{more}",
            slug="docusign",
        )

    server.describe = describe_it  # type: ignore[attr-defined]
    describe_it()
    yield server
    base.registered.cache_clear()


def test_every_envelope_is_given_with_its_certificate(
    account: Any, open_request: Ask, alice: User, monkeypatch: Any
) -> None:
    monkeypatch.setattr(docusign_client, "PAGE", 2)
    many = [envelope(n, BOB, ALICE) for n in range(5)]
    account.hold(
        *many,
        envelope(200, "not-alice@example.org", "x" + ALICE),
        envelope(201, ALICE, BOB, purgeState="documents_purged"),
    )
    copy = unpack(work(open_request()))
    rows = copy.read("data/envelopes.json").decode()
    assert rows.count("Lease number") == 6  # of four pages; nothing of a similar address
    assert "Lease number 200" not in rows
    files = [name for name in copy.namelist() if name.startswith("files/docusign/")]
    assert len(files) == 2 * 5
    assert sum("certificate-of-completion.pdf" in name for name in files) == 5
    assert copy.read(files[0]).startswith(b"%PDF-1.7 00000000")
    assert account.tokens == 1


def test_a_token_that_has_ended_is_renewed(account: Any, open_request: Ask) -> None:
    account.hold(envelope(1, BOB, ALICE))
    source: Any = base.registered()["docusign"]
    assert len(list(source.client.envelopes([ALICE], "2003-01-01"))) == 1
    account.valid = "ended on the other side"
    assert work(open_request()).outcome == "fulfilled"
    assert account.tokens == 2


def test_limits_are_waited_for_and_are_no_failure(account: Any, open_request: Ask) -> None:
    account.hold(envelope(1, BOB, ALICE))
    account.limits = [str(int(time.time()) + 600)]
    request = work(open_request())
    step = request.steps.get()
    assert (step.status, step.awaits, step.failures) == ("waiting", "service", 0)
    wait = step.not_before - timezone.now()
    assert timedelta(minutes=9) < wait < timedelta(minutes=11)
    assert wake(request).outcome == "fulfilled"


@pytest.mark.parametrize("reset", ["", "soon", "99999999999999999", "1", "nan", "inf"])
def test_a_limit_without_a_sensible_end_is_waited_for_within_bounds(
    account: Any, open_request: Ask, reset: str
) -> None:
    account.hold(envelope(1, BOB, ALICE))
    account.limits = [reset]
    before = timezone.now()
    again = work(open_request()).steps.get().not_before
    assert before + timedelta(seconds=5) < again <= timezone.now() + timedelta(hours=2)


def test_without_consent_it_says_that_access_was_refused(account: Any, open_request: Ask) -> None:
    account.hold(envelope(1, BOB, ALICE))
    account.refuse_token = True
    step = work(open_request()).steps.get()
    assert (step.outcome, step.cause) == ("failed", "refused")


def erased(request: Any, sam: User) -> Any:
    return work(actions.approve(work(request), by=sam))


@pytest.mark.parametrize(
    ("depth", "state"),
    [
        ("documents", "documents_queued"),
        ("metadata", "documents_and_metadata_queued"),
        ("redact", "documents_and_metadata_and_redact_queued"),
    ],
)
def test_an_erasure_queues_waits_fourteen_days_and_proves(
    account: Any, open_request: Ask, sam: User, depth: str, state: str
) -> None:
    account.describe(f"depth: {depth}\n")
    account.hold(envelope(1, ALICE), envelope(2, BOB, ALICE), envelope(3, ALICE, status="sent"))
    request = erased(open_request("erasure"), sam)
    assert [one["purgeState"] for one in account.purges] == [state]
    sentences = dict(request.items.values_list("label", "sentence"))
    assert sentences == {
        "Lease number 1": "signing_purged",
        "Lease number 2": "contract_of_others",
        "Lease number 3": "elsewhere_kept",
        "History of signing": "signing_trail",
    }
    step = request.steps.get(kind="prove")
    item = request.items.get(label="Lease number 1")
    assert (step.awaits, step.not_before) == ("purge", item.done_at + timedelta(days=14))
    assert "in 14 days" in waiting.waits_sentence(step, today=timezone.localdate(item.done_at))
    # The day comes; DocuSign takes a little longer; then it is gone.
    long_ago = timezone.now() - timedelta(days=14, minutes=1)
    ErasureItem.objects.filter(pk=item.pk).update(done_at=long_ago)
    request = wake(request)
    step.refresh_from_db()
    assert (step.awaits, request.status) == ("purge", "preparing")
    account.purge()
    request = wake(request)
    assert (request.status, request.outcome) == ("answered", "fulfilled")
    assert request.items.filter(proven_at=None).count() == 0
    assert len(account.purges) == 1


def test_a_purge_that_never_ends_is_not_called_one(
    account: Any, open_request: Ask, sam: User
) -> None:
    account.hold(envelope(1, ALICE))
    request = erased(open_request("erasure"), sam)
    long_ago = timezone.now() - timedelta(days=20)
    ErasureItem.objects.filter(key__startswith="envelope").update(done_at=long_ago)
    request = wake(request)
    assert (request.status, request.steps.get(kind="prove").cause) == ("review", "still_there")


def test_what_only_people_there_can_erase_is_a_gap_with_its_words(
    account: Any, open_request: Ask, sam: User
) -> None:
    account.describe(acts="not_erased")
    account.hold(envelope(1, ALICE))
    request = erased(open_request("erasure"), sam)
    account.purge()
    long_ago = timezone.now() - timedelta(days=15)
    ErasureItem.objects.filter(key__startswith="envelope").update(done_at=long_ago)
    request = wake(request)
    step = request.steps.get(kind="prove")
    assert (step.outcome, step.cause, request.status) == ("exception", "by_hand", "review")
    assert request.items.get(key__startswith="envelope").proven_at is not None


def test_what_was_kept_ends_when_docusign_says_that_it_is_gone(
    account: Any, open_request: Ask, sam: User
) -> None:
    account.describe("keep_for: P1D\n")
    account.hold(envelope(1, BOB, ALICE, completedDateTime=f"{timezone.now():%FT%TZ}"))
    request = erased(open_request("erasure"), sam)
    assert request.status == "answered"
    item = request.items.get(label="Lease number 1")
    assert (item.decision, account.purges) == ("keep", [])
    day = item.until
    with time_machine.travel(datetime.combine(day, DAWN, UTC)):
        assert erasure.end_what_is_due(day) == 0
    assert len(account.purges) == 1
    item.refresh_from_db()
    assert item.ended_at is None, "it waits in a queue for two weeks, and is there"
    with time_machine.travel(datetime.combine(day + timedelta(days=14), DAWN, UTC)):
        account.purge()
        assert erasure.end_what_is_due(timezone.localdate()) == 1
    item.refresh_from_db()
    assert item.ended_at is not None
    assert len(account.purges) == 1


def test_a_preview_asks_nobody(account: Any, alice: User) -> None:
    account.hold(envelope(1, ALICE))
    preview = previews.preview_erasure(alice, "en")
    assert len(preview.goes) == 1
    assert account.calls == []
