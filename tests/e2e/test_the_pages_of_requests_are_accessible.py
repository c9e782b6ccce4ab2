"""Asking for each kind and following it: accessible, by keyboard, narrow and dark, and it moves."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.actions import claim_address
from accounts.models import User
from consents.models import Purpose
from dsar import actions
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from dsar.states import FINAL
from tests.accounts import people
from tests.consents.worlds import make_purpose
from tests.dsar.worlds import make_document, work
from tests.e2e import visits

TITLE = "Contrat de bail d’habitation avec un titre qui est vraiment très long, rue des Lilas"
WORDS = "What we found, and why we did not do all of it."
ENDS: list[tuple[str, str, dict[str, Any]]] = [
    ("erasure", "identity", {"identity": "asked", "identity_asked_at": "now"}),
    ("erasure", "grace", {"grace_until": "later"}),
    ("human_review", "refused", {"refusal_ground": "eu-gdpr:JustificationA12ManifestlyUnfounded",
                                 "refusal_evidence": WORDS}),
    ("rectification", "answered", {"outcome": "partly", "resolution": WORDS}),
    ("human_review", "forwarded", {"resolution": "Lilas SARL\n\n" + WORDS}),
    ("human_review", "unidentified", {}),
]  # fmt: skip


@pytest.fixture
def alice(live: str) -> User:
    """Somebody with a document and a password."""
    make_purpose()
    alice = people.make("alice@example.org", name="Alice")
    claim_address("alice@example.org", person=alice)
    make_document("lease", alice, title=TITLE)
    return alice


def ask(alice: User, kind: str, **details: Any) -> SubjectRequest:
    return actions.open_request(Kind(kind), person=alice, by=alice, language="en", details=details)


def put(request: SubjectRequest, status: str, fields: dict[str, Any]) -> str:
    now = timezone.now()
    times = {"now": now, "later": now + timedelta(days=1)}
    known = {name: times.get(value, value) for name, value in fields.items()}
    closed = now if status in FINAL else None
    SubjectRequest.objects.filter(pk=request.pk).update(status=status, closed_at=closed, **known)
    return f"/requests/{request.reference}/"


def pages(alice: User) -> list[str]:
    """Return every page of the person's side, in the states that look different."""
    found = [f"/requests/new/{kind}/" for kind in ("rectification", "restriction", "objection")]
    found += ["/requests/new/", "/requests/"]
    paused = ask(alice, "restriction", scope="everything", ground="claims")
    found.append(f"/requests/{paused.reference}/")
    for kind, status, fields in ENDS:
        request = ask(alice, kind, decision=WORDS, what="other", should=WORDS)
        found.append(put(request, status, fields))
        if kind == "erasure":
            put(request, "withdrawn", {"identity": "proven"})
            put(request, status, {}) if status == "grace" else None
    answered = next(page for page in found if page.startswith("/requests/R-"))
    first = SubjectRequest.objects.get(kind="rectification")
    duplicate = put(ask(alice, "objection"), "duplicate", {"duplicate_of": first})
    return [*found, duplicate, f"/requests/{first.reference}/contest/", answered]


@pytest.mark.parametrize("scheme", visits.WIDTHS)
def test_every_page_of_a_request(
    live: str, alice: User, chromium: Any, axe: Any, scheme: str
) -> None:
    size = {"width": visits.WIDTHS[scheme], "height": 900}
    page, complaints = visits.watched(chromium(viewport=size, color_scheme=scheme))
    visits.sign_in(page, live, "alice@example.org")
    for path in pages(alice):
        page.goto(live + path)
        visits.inspect(page, axe)
    assert not complaints


def test_the_page_moves_by_itself_says_so_and_keeps_what_is_being_typed(
    live: str, alice: User, chromium: Any
) -> None:
    request = ask(alice, "access")
    page, complaints = visits.watched(chromium())
    visits.sign_in(page, live, "alice@example.org")
    page.goto(f"{live}/requests/{request.reference}/")
    page.locator("#id_text").fill("I am typing")
    work(request)
    page.get_by_role("heading", name="Your copy is ready").wait_for()
    assert "ready" in page.locator("#said").inner_text()
    assert page.locator("#id_text").input_value() == "I am typing"
    assert not complaints


def test_a_correction_is_asked_for_with_the_keyboard_alone_and_kept_while_typed(
    live: str, alice: User, chromium: Any
) -> None:
    page, complaints = visits.watched(chromium())
    visits.sign_in(page, live, "alice@example.org")
    page.goto(f"{live}/requests/new/rectification/")
    page.locator("input[name=what][value=other]").focus()
    page.keyboard.press("Space")
    page.locator("#id_should").focus()
    page.keyboard.type("born in 1980")
    page.locator("#kept", has_text="Draft kept").wait_for()
    page.goto(f"{live}/requests/new/rectification/")
    assert page.locator("#id_should").input_value() == "born in 1980"
    page.locator("main .button.primary").focus()
    with page.expect_navigation():
        page.keyboard.press("Enter")
    assert "born in 1980" in page.locator("main").inner_text()
    assert Purpose.objects.exists()
    assert not complaints
