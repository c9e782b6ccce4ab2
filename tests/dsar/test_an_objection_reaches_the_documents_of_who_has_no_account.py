"""An opt-out needs no account: what comes by the form closes the gate for the address itself."""

from typing import Any

import pytest
from django.test import Client

from accounts.actions import address_for
from accounts.proven import person_for_proven_address
from consents import permits
from consents.models import ChoiceEvent, PermitChange
from dsar.models import SubjectRequest
from tests.consents.worlds import make_purpose
from tests.dsar.asking import NORA, ask, no_limits
from tests.dsar.test_an_objection_is_obeyed_and_opens_nothing import without_switch
from tests.dsar.worlds import make_document

pytestmark = pytest.mark.django_db


def answer_of(slug: str) -> bool:
    return next(iter(permits.decide(["lease"], slug))).allowed


@pytest.fixture(autouse=True)
def _lease(purpose: Any) -> None:
    no_limits()
    make_purpose("improvement", "objection")
    without_switch("security", "6(1)(f)")
    make_document("lease", address_for(NORA))


@pytest.mark.parametrize(("slug", "status"), [("improvement", "answered"), ("security", "review")])
def test_an_objection_by_the_form_closes_the_gate_and_stays(slug: str, status: str) -> None:
    assert answer_of(slug)
    client = ask(Client(), kind="objection")
    sent = client.post("/ask/details/", {"purpose": slug, "about": ""})
    assert sent.status_code == 303
    assert SubjectRequest.objects.get().status == status
    assert not answer_of(slug)
    person_for_proven_address(address_for(NORA), language="en")
    assert not answer_of(slug)


def test_the_form_is_no_act_of_staff() -> None:
    ask(Client(), kind="objection").post("/ask/details/", {"purpose": "improvement"})
    assert ChoiceEvent.objects.get().source != "staff"


def test_whoever_follows_the_changes_of_the_gate_hears_of_it() -> None:
    ask(Client(), kind="objection").post("/ask/details/", {"purpose": "security", "about": ""})
    told = PermitChange.objects.filter(purpose__slug="security", address=address_for(NORA))
    assert told.exists()
