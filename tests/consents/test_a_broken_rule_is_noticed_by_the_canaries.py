"""Canaries are asked for through the public door; a leak is noticed, and told once."""

import json
import threading
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from allauth.idp.oidc.models import Token
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from consents import asking, permits
from consents.actions import canaries, runs
from consents.actions.purposes import load_catalogue
from consents.models import Canary, CanaryCheck, Document, ManifestLine, System
from consents.queries.canaries import State, watch
from portal.dashboard.cards import rollups
from portal.dashboard.cards.choosing import choosing
from portal.dashboard.models import ChoiceTally, GateTally
from portal.lib.models import OutgoingMail
from tests.consents.worlds import make_person

LEAK = OutgoingMail.objects.filter(template="consents/canary_leak")


class Gate:
    """A gate on a port of its own that answers as it is told to, and keeps what it was asked."""

    def __init__(self) -> None:
        self.allowed, self.status, self.reason = False, 200, ""
        self.heads: list[Any] = []
        gate = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                query = parse_qs(urlsplit(self.path).query)
                self._say(gate._about(query["document"][0]))

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                names = [json.loads(line)["document"] for line in body.splitlines()]
                self._say(*({"document": name} | gate._about(name) for name in names))

            def _say(self, *answers: dict[str, Any]) -> None:
                gate.heads.append(self.headers)
                body = "".join(json.dumps(one) + "\n" for one in answers).encode()
                self.send_response(gate.status)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_words: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()

    def _about(self, reference: str) -> dict[str, Any]:
        kind = Canary.Kind(Canary.objects.get(document__reference=reference).kind)
        connection.close()
        reason = "consented" if self.allowed else self.reason or canaries.EXPECTED[kind]
        return {"allowed": self.allowed, "reason": reason}

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture
def gate(transactional_db: None, settings: Any) -> Iterator[Gate]:
    gate = Gate()
    settings.GATE_URL = gate.url
    load_catalogue("consent")
    yield gate
    gate.stop()


@pytest.fixture(autouse=True)
def _no_patience(monkeypatch: Any) -> None:
    monkeypatch.setattr(asking, "PAUSE", 0.01)


@pytest.mark.parametrize("shape", ["consent", "objection", "not_used"])
@pytest.mark.django_db
def test_each_is_denied_by_the_rule_that_it_watches(shape: str) -> None:
    load_catalogue(shape)
    canaries.plant()
    assert canaries.plant() == []
    for canary in Canary.objects.select_related("document"):
        answer = permits.may(canary.document.reference, "ai-training")
        assert not answer.allowed
        assert answer.reason in {canaries.EXPECTED[Canary.Kind(canary.kind)], "purpose_not_used"}
    assert Canary.objects.count() == (2 if shape == "not_used" else 3)


@pytest.mark.django_db
def test_they_belong_to_nobody_and_nobody_sees_them() -> None:
    load_catalogue("objection")
    ada = make_person("ada")
    rollups.refresh()
    before = choosing(timezone.now())
    canaries.plant()
    rollups.touch_everything(rollups.ROLLUPS["standing"])
    rollups.refresh()
    assert not Document.objects.visible_to(ada).exists()
    assert choosing(timezone.now()) == before
    assert not ChoiceTally.objects.exists()
    for canary in Canary.objects.all():
        address = canary.document.parties.get().address
        assert address is not None
        assert address.person is None
        assert str(address.email).endswith("@canary.invalid")
        assert canary.document.reference.startswith("docusign:")


def test_the_real_gate_is_asked_over_http_and_holds(live: str, settings: Any) -> None:
    load_catalogue("objection")
    check = canaries.check()
    assert (check.outcome, check.asked, check.allowed, check.error) == ("held", 6, 0, "")
    assert watch(timezone.now()).state == State.HELD
    assert not Token.objects.exists()
    rollups.refresh()
    assert not GateTally.objects.exists()
    assert not LEAK.exists()


def test_a_gate_that_allows_is_a_leak_and_told_once(gate: Gate) -> None:
    assert canaries.check().outcome == "held"
    gate.allowed = True
    check = canaries.check()
    assert (check.outcome, check.asked, check.allowed) == ("leaked", 6, 6)
    assert canaries.check().outcome == "leaked"
    assert LEAK.count() == 1
    assert LEAK.get().to == "dpo@paraphe.example"
    gate.allowed = False
    assert canaries.check().outcome == "held"
    assert LEAK.count() == 1
    gate.allowed = True
    canaries.check()
    assert LEAK.count() == 2


def test_a_gate_out_of_reach_ends_no_leak(gate: Gate) -> None:
    gate.allowed = True
    canaries.check()
    gate.status = 503
    assert canaries.check().outcome == "unreachable"
    gate.status = 200
    canaries.check()
    assert LEAK.count() == 1


def test_it_is_asked_with_a_token_that_is_real_and_short_lived(gate: Gate) -> None:
    canaries.check()
    assert all(head["Authorization"].startswith("Bearer ") for head in gate.heads)
    assert not Token.objects.exists()


@pytest.mark.parametrize(
    ("status", "code"), [(503, "status_503"), (401, "status_401"), (302, "status_302")]
)
def test_no_answer_proves_nothing(gate: Gate, status: int, code: str) -> None:
    gate.status = status
    check = canaries.check()
    assert (check.outcome, check.error, check.asked) == ("unreachable", code, 0)
    assert watch(timezone.now()).state == State.UNREACHED


def test_nobody_listening_proves_nothing(gate: Gate, settings: Any) -> None:
    gate.stop()
    assert canaries.check().error == "no_connection"


def test_a_no_for_another_reason_may_hide_a_broken_rule(gate: Gate) -> None:
    gate.reason = "consent_missing"
    check = canaries.check()
    assert (check.outcome, check.error) == ("unreachable", "other_reason")


def test_a_canary_in_an_open_manifest_is_a_leak(gate: Gate) -> None:
    canaries.plant()
    system = System.objects.get(slug="training-pipeline")
    run, _new = runs.start("r", model="M", system=system, started_at=None, client="c")
    document = Canary.objects.get(kind="special").document
    runs.propose(run, [document.reference], client="c", tell=lambda _gone: None)
    assert canaries.check().outcome == "held"  # it was told to go
    ManifestLine.objects.update(excluded="")
    check = canaries.check()
    assert (check.outcome, check.found, check.manifests) == ("leaked", 1, 1)


@pytest.mark.django_db
def test_a_check_that_found_something_cannot_say_it_held() -> None:
    for wrong in ({"asked": 3, "allowed": 1}, {"asked": 3, "found": 1}, {"asked": 0}):
        with pytest.raises(IntegrityError), transaction.atomic():
            CanaryCheck.objects.create(outcome="held", **wrong)


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("outcome", "minutes", "state"),
    [
        ("held", 12, State.HELD), ("held", 40, State.STALE), ("unreachable", 5, State.UNREACHED),
        ("leaked", 5, State.LEAKED), ("leaked", 500, State.LEAKED),
    ],
)  # fmt: skip
def test_the_page_says_when_it_was_checked(outcome: str, minutes: int, state: State) -> None:
    now = timezone.now()
    assert watch(now).state == State.NEVER
    CanaryCheck.objects.create(outcome=outcome, asked=6, at=now - timedelta(minutes=minutes))
    assert (watch(now).state, watch(now).minutes) == (state, minutes)
