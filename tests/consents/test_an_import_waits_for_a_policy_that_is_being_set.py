"""Two real connections: what an administrator decides meanwhile is not overruled by an import."""

import threading
from datetime import timedelta

import pytest
from django.db import transaction
from django.utils import timezone

from consents.actions import choices
from consents.models import ChoiceEvent, ContractClause
from tests.consents.test_two_reports_at_once_make_one_document import at_once
from tests.consents.worlds import World

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.mark.parametrize(
    "policy", [choices.lift_organisation_refusal, choices.refuse_for_organisation]
)
def test_a_policy_of_this_moment_stands(policy):
    world, is_set, imported = World(), threading.Event(), threading.Event()
    clause = ContractClause.objects.create(
        organisation=world.organisation, contract="Master agreement", number="9.2", version="2025",
        texts={"en": "All documents may train models."}, sha256="0" * 64, accepted_by=world.ada,
        accepted_at=timezone.now() - timedelta(days=9),
    )  # fmt: skip

    def decide():
        with transaction.atomic():
            policy(world.purpose, organisation=world.organisation, by=world.ada, language="en")
            is_set.set()
            imported.wait(1)  # let the import begin; it cannot end before this transaction does

    def take_over():
        is_set.wait(120)
        choices.agree_by_contract(world.purpose, clause=clause)
        imported.set()

    at_once(decide, take_over)
    acts = ChoiceEvent.objects.filter(organisation=world.organisation)
    assert [one.act for one in acts] == [
        "policy_lifted" if policy is choices.lift_organisation_refusal else "policy_refused"
    ]
