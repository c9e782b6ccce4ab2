"""One change in the register: the customer's page, the copy and the exports all say it."""

import json
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from accounts.models import User
from consents.actions import register
from consents.models import Purpose, PurposeVersion, System, Use
from consents.register import exports
from dsar.models import SubjectRequest
from tests.dsar.worlds import Ask, make_life, unpack, work

pytestmark = pytest.mark.django_db
DRAFT = {
    "role": "controller",
    "data_subjects": ["dpv:Customer"],
    "measures_en": "Sealed.",
    "measures_fr": "Scellé.",
}


def covered_by(words: str, **fields: str) -> dict[str, object]:
    transfer = {"recipient": "abroad", "country": "US", "safeguard": "46(2)(c)", "detail_en": words}
    return {**DRAFT, "transfers": [transfer], **fields}


def part_a(request: SubjectRequest) -> str:
    return " ".join(unpack(work(request)).read("index.html").decode().split())


@pytest.fixture
def abroad(purpose: Purpose, alice: User, bob: User) -> PurposeVersion:
    """A version of the purpose with a recipient in the United States, who used a document."""
    system = System.objects.create(slug="abroad", name="Far lab", country="US")
    last = purpose.versions.latest("number")
    recipient = {"system": "abroad", "name": "Far lab", "kind": "internal", "country": "US"}
    last.pk, last.number, last.recipients = None, last.number + 1, [recipient]
    last.widens, last.notice_days = True, 30
    last.published_at = timezone.now() - timedelta(days=40)
    last.effective_from = timezone.now() - timedelta(days=1)
    last.save(force_insert=True)
    documents = make_life(alice, bob)
    Use.objects.create(document=documents["own"], version=last, system=system, at=timezone.now())
    return last


def everywhere(client: Client, purpose: Purpose, request: SubjectRequest) -> tuple[str, str, str]:
    page = client.get(f"/purposes/{purpose.slug}/").content.decode()
    return page, part_a(request), "".join(exports.as_json(timezone.now()))


def test_what_covers_a_transfer_is_said_everywhere(
    alice: User, purpose: Purpose, abroad: PurposeVersion, open_request: Ask
) -> None:
    client = Client()
    client.force_login(alice)
    said = "The transfer to Far lab (US) is covered by: "
    page, copy, data = everywhere(client, purpose, open_request())
    assert said + "not named in this register" in page
    assert said + "not named in this register" in copy
    register.record(purpose.slug, covered_by("clauses of 2021"))
    page, copy, data = everywhere(client, purpose, open_request())
    assert said + "clauses of 2021." in page
    assert said + "clauses of 2021." in copy
    record = next(one for one in json.loads(data)["records"] if one["slug"] == purpose.slug)
    assert record["transfers"][0]["detail"]["en"] == "clauses of 2021"


def test_a_machine_that_decides_is_said_in_the_copy(
    alice: User, purpose: Purpose, abroad: PurposeVersion, open_request: Ask
) -> None:
    assert "None of the purposes above includes a decision" in part_a(open_request())
    logic = {"adm": "on", "adm_en": "A score closes the account.", "adm_fr": "Un score ferme."}
    register.record(purpose.slug, covered_by("clauses", **logic))
    copy = part_a(open_request())
    assert "A score closes the account." in copy
    assert "None of the purposes above includes a decision" not in copy
