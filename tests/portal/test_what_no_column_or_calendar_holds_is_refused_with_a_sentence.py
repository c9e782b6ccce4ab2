"""Whatever is typed into a draft or a search, the page answers, and so does the list of drafts."""

import pytest
from django.test import Client

from accounts.changes import actions
from accounts.changes.kinds import KINDS
from accounts.changes.models import Change
from accounts.models import User
from accounts.roles import Role
from consents.actions.purposes import load_catalogue
from consents.changing import drafts
from consents.models import PurposeVersion
from consents.register.kind import begin
from portal.dashboard.models import LogExport
from tests.accounts import people
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)

pytestmark = pytest.mark.django_db
DIGITS = "1" * 5000  # Python reads no number of so many
FAR = ("0001-01-01", "9999-12-31")


@pytest.fixture
def dina(db: None) -> User:
    load_catalogue("consent")
    return people.make("dina@regard.example", name="Dina Moreau", role=Role.DPO)


@pytest.fixture
def client(dina: User) -> Client:
    client = Client()
    client.force_login(dina)
    return people.confirm(client)


def refused(client: Client, change: Change, field: str) -> None:
    """Say that the draft is kept and shown, says what is wrong, and cannot be proposed."""
    assert field in KINDS[change.kind].problems(change)
    for path in (f"/dashboard/approvals/{change.uid}/", "/dashboard/approvals/"):
        assert client.get(path).status_code == 200
    assert client.post(f"/dashboard/approvals/{change.uid}/propose/").status_code == 409


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("retention_duration", {"retention_duration": f"P{DIGITS}D"}),
        ("retention_duration", {"retention_duration": f"P{DIGITS[:30]}D"}),
        ("retention_trigger", {"retention_trigger": "x" * 41}),
        *(("effective_on", {"when": "day", "effective_on": day}) for day in FAR),
    ],
)
def test_of_a_purpose(field: str, typed: dict[str, str], client: Client, dina: User) -> None:
    version = PurposeVersion.objects.select_related("purpose").get(purpose__is_ai_training=True)
    payload = drafts.payload_of(version) | typed
    refused(client, actions.draft("purpose", version.purpose.slug, payload, by=dina), field)


@pytest.mark.parametrize(
    ("field", "typed"),
    [
        ("lia_reference", "x" * 201),
        ("retention_duration", f"P{DIGITS}Y"),
        ("retention_duration", f"P{DIGITS[:30]}D"),
    ],
)
def test_of_a_record(field: str, typed: str, client: Client, dina: User) -> None:
    slug = "security" if field == "lia_reference" else "billing"
    payload = {**begin(slug), field: typed}
    refused(client, actions.draft("register", slug, payload, by=dina), field)


@pytest.mark.parametrize(
    ("field", "typed"),
    [("reviewer", "x" * 121), ("reviewer_function", "x" * 161), ("found", DIGITS)],
)
def test_of_evidence(field: str, typed: str, client: Client, dina: User) -> None:
    slug = PurposeVersion.objects.values_list("purpose__slug", flat=True)[0]
    refused(client, actions.draft("evidence", slug, {field: typed}, by=dina), field)


@pytest.mark.parametrize("day", FAR)
def test_of_a_period_of_the_log(day: str, client: Client, dina: User) -> None:
    for page in ("", "staff/"):
        for end in ("since", "until"):
            assert client.get(f"/dashboard/log/{page}", {end: day}).status_code == 200
    asked = {"email": dina.email, "since": day, "until": day, "reason": "CNIL 2026-17"}
    assert client.post("/dashboard/log/exports/", asked).status_code == 422
    assert not LogExport.objects.exists()
