"""The older form, version 1.1: for consents alone, and of nothing that is not sealed."""

import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from jsonschema import Draft202012Validator

from accounts.models import User
from consents import kantara, proofs, receipts
from consents.actions import choices
from consents.actions.purposes import load_catalogue
from consents.models import ChoiceEvent, Purpose, Receipt
from consents.queries.facts import Facts
from tests.consents.worlds import World, make_person

SCHEMA = proofs.SCHEMA.with_name("kantara-1.1.schema.json")


@pytest.fixture
def world(db: None) -> World:
    return World()


def fetch(person: User, event: ChoiceEvent | None = None) -> Any:
    client = Client()
    client.force_login(person)
    return client.get(f"/receipts/{(event or ChoiceEvent.objects.latest('pk')).uid}.kantara.json")


def valid(body: dict[str, Any]) -> bool:
    return Draft202012Validator(json.loads(Path(SCHEMA).read_text())).is_valid(body)


def test_a_consent_of_the_catalogue_has_every_part_of_the_form(db: None) -> None:
    load_catalogue("consent")
    person, training = make_person("ada"), Purpose.objects.get(is_ai_training=True)
    choices.allow(training, person=person, by=person, language="fr")
    answer = fetch(person)
    body = answer.json()
    assert valid(body)
    facts = Facts.of(Receipt.objects.get())
    assert body["version"] == "KI-CR-v1.1.0"
    assert body["consentTimestamp"] == int(facts.at.timestamp())
    assert body["piiPrincipalId"] == str(person.uid)
    assert (body["language"], body["jurisdiction"]) == ("fr", "FR")
    purpose = body["services"][0]["purposes"][0]
    assert purpose["thirdPartyDisclosure"] is True
    assert purpose["thirdPartyName"]
    assert purpose["piiCategory"] == ["pd:PersonalDocuments"]
    assert "attachment" in answer["Content-Disposition"]
    assert "no-store" in answer["Cache-Control"]


def test_its_form_is_that_of_our_schema_which_a_wrong_one_is_not(world: World) -> None:
    world.allow(world.ada)
    body = kantara.export(receipts.visible_to(world.ada).get())
    body["services"][0]["purposes"][0]["piiCategory"] = ["pd:Name"]  # the small world has no data
    assert valid(body)
    assert not valid(body | {"consentTimestamp": "2026-05-03"})
    assert not valid({name: value for name, value in body.items() if name != "policyUrl"})


def refuse(world: World) -> None:
    world.refuse(world.ada)


def withdraw(world: World) -> None:
    world.allow(world.ada)
    world.refuse(world.ada)


def set_policy(world: World) -> None:
    choices.refuse_for_organisation(
        world.purpose, organisation=world.organisation, by=world.ada, language="en"
    )


@pytest.mark.parametrize("done", [refuse, withdraw, set_policy, World.sign_the_contract])
def test_every_other_act_is_refused_with_a_sentence(world: World, done: Any) -> None:
    done(world)
    answer = fetch(world.ada)
    assert answer.status_code == 409
    assert "can only say that a person gave consent" in answer.content.decode()


def test_so_are_objections_and_their_withdrawal(db: None) -> None:
    world = World("objection")
    world.refuse(world.ada)
    assert fetch(world.ada).status_code == 409
    world.allow(world.ada)
    assert fetch(world.ada).status_code == 409


def test_to_anybody_else_it_does_not_exist(world: World) -> None:
    world.allow(world.ada)
    assert fetch(world.cleo).status_code == 404
