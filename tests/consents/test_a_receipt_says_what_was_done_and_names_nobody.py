"""The sealed body of each kind of act, against our schema and the vocabulary's terms."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection
from django.db.utils import IntegrityError
from jsonschema import Draft202012Validator

from consents import catalogue, proofs, receipts, vocabulary
from consents.actions import choices, selections, undoing
from consents.actions.purposes import load_catalogue
from consents.actions.selections import Way
from consents.models import ChoiceEvent, Purpose, PurposeVersion, Receipt, Standing
from consents.models.ledger import Source
from consents.proofs import Verdict
from consents.queries.facts import Facts
from portal.lib import keys
from portal.lib.canonical import canonical_json, sha256_of
from tests.consents.worlds import World, make_person

PERSONAL = ("ada", "example.org", "org:members", "Lilas")


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def objecting(db: None) -> World:
    return World("objection")


def body_of(event: ChoiceEvent) -> dict[str, Any]:
    body: dict[str, Any] = json.loads(bytes(Receipt.objects.get(event=event).body))
    return body


def record_of(event: ChoiceEvent) -> dict[str, Any]:
    record: dict[str, Any] = body_of(event)["dpv:hasRecordOfActivity"]
    return record


def every_act(world: World) -> list[ChoiceEvent]:
    """Do everything that can be done in the world; return all acts."""
    if world.control == "consent":
        world.sign_the_contract()
    world.refuse(world.ada)
    world.allow(world.ada)
    world.refuse(world.ada)
    world.refuse(world.ada, document=world.documents[0])
    world.refuse(world.ada, within=world.organisation)
    choices.refuse(world.purpose, address=world.signer, by=None, source=Source.LINK, language="fr")
    for source in (Source.API, Source.GPC):
        choices.refuse(world.purpose, person=world.cleo, by=None, source=source, language="en")
        world.allow(world.cleo)
    for scope in ({"document": world.documents[0]}, {"within": world.organisation}):
        choices.follow_again(world.purpose, person=world.ada, by=world.ada, language="en", **scope)
    batch = uuid4()
    selections.choose_for_each(
        world.purpose, person=world.ada, by=world.ada, documents=world.documents[:2],
        way=Way.ALLOW if world.control == "consent" else Way.REFUSE, language="en", batch=batch,
    )  # fmt: skip
    undoing.undo(batch, person=world.ada, by=world.ada, language="en")
    for set_policy in (choices.refuse_for_organisation, choices.lift_organisation_refusal):
        set_policy(world.purpose, organisation=world.organisation, by=world.ada, language="en")
    return list(ChoiceEvent.objects.all())


def test_every_act_has_one_receipt_that_fits_the_schema(world: World) -> None:
    validator = Draft202012Validator(json.loads(proofs.SCHEMA.read_text()))
    for event in every_act(world):
        assert not list(validator.iter_errors(body_of(event))), event.act


def test_every_objection_has_one_too(objecting: World) -> None:
    validator = Draft202012Validator(json.loads(proofs.SCHEMA.read_text()))
    for event in every_act(objecting):
        assert not list(validator.iter_errors(body_of(event))), event.act


def test_the_sealed_bytes_are_canonical_and_the_seal_holds_them(world: World) -> None:
    for event in every_act(world):
        receipt = Receipt.objects.get(event=event)
        body = bytes(receipt.body)
        assert body == canonical_json(json.loads(body))
        assert keys.verify(receipt.jws) == keys.Verified(body, receipt.kid)
        assert receipt.sha256 == sha256_of(json.loads(body))


def test_nobody_is_named(world: World) -> None:
    for event in every_act(world):
        body = bytes(Receipt.objects.get(event=event).body).decode().lower()
        body = re.sub(r"[0-9a-f]{4,}", "", body)  # numbers and hashes may spell anything
        assert not [word for word in PERSONAL if word.lower() in body]


def test_acts_of_one_selection_bear_one_number_and_undoing_says_what_it_undoes(
    world: World,
) -> None:
    events = [event for event in every_act(world) if event.batch]
    undone = [event for event in events if event.undoes]
    assert len(undone) == 2
    for event in events:
        record = record_of(event)
        assert event.batch
        assert record["regard:batch"] == event.batch.urn
        assert record.get("regard:undoes") == (event.undoes.uid.urn if event.undoes else None)


@pytest.mark.parametrize("control", ["consent", "objection"])
def test_an_exception_taken_back_is_neither_consent_nor_objection(db: None, control: str) -> None:
    world = World(control)
    scope: dict[str, Any] = {"document": world.documents[0]}
    world.refuse(world.ada, **scope)
    event = choices.follow_again(
        world.purpose, person=world.ada, by=world.ada, language="en", **scope
    )
    body = body_of(event)
    record = body["dpv:hasRecordOfActivity"]
    assert (body["@type"], record["@type"]) == ("dpv:Notice", "dpv:Record")
    assert record["dpv:hasStatus"][0]["@type"] == ["dpv:Status"]
    assert "regard:allows" not in record, "what holds again may be a yes or a no"
    assert str(Facts(body).effect) == (
        "From that moment what was chosen more widely holds there again."
    )
    told = json.dumps([record["dpv:hasStatus"], record["dpv:hasEntityControl"]])
    assert "Consent" not in told
    assert "Object" not in told


def test_a_signal_and_the_services_settings_are_named_as_the_way(world: World) -> None:
    ways = {
        record_of(event)["dpv:hasConsentStatus"][0]["dpv:hasIndicationMethod"]
        for event in every_act(world)
        if "dpv:hasConsentStatus" in record_of(event)
    }
    assert ways == {"portal", "link", "api", "gpc", "contract"}


def test_a_receipt_of_the_first_version_of_the_schema_is_still_one(world: World) -> None:
    world.refuse(world.ada)
    body = body_of(ChoiceEvent.objects.get())
    body["schema:schemaVersion"] = body["schema:schemaVersion"].removesuffix("#v2")
    seal = keys.sign(canonical_json(body))
    finding = proofs.examine(json.dumps({"receipt": body, "jws": seal}).encode())
    assert finding.verdict == Verdict.GENUINE


def test_it_holds_who_what_when_and_on_which_words(world: World) -> None:
    world.refuse(world.ada, document=world.documents[0])
    event = ChoiceEvent.objects.get()
    record = record_of(event)
    status = record["dpv:hasConsentStatus"][0]
    assert record["@id"] == event.uid.urn
    assert record["dpv:hasDataSubject"]["@id"] == world.ada.uid.urn
    assert status["dpv:isIndicatedBy"] == {"@id": world.ada.uid.urn}
    assert status["dpv:hasIndicationMethod"] == "portal"
    assert status["dpv:isIndicatedAtTime"].startswith(event.at.strftime("%Y-%m-%dT%H:%M:%S."))
    assert record["regard:act"] == "consent_refused"
    assert record["regard:allows"] is False
    assert record["dpv:hasScope"]["@id"] == world.documents[0].uid.urn
    notice = record["dpv:hasNotice"]
    version = PurposeVersion.objects.get()
    assert notice["schema:sha256"] == sha256_of(version.texts["en"]) == event.text_sha256
    assert (notice["schema:version"], notice["dct:language"]) == (1, "en")
    assert notice["regard:versionSha256"] == version.sha256
    assert record["dpv:hasConsentControl"]["dpv:isExercisedAt"]["@id"].endswith(
        "/purposes/ai-training/"
    )


@pytest.mark.parametrize(
    ("scope", "kind"), [({}, "everything"), ({"document": True}, "document"),
                        ({"within": True}, "organisation")],
)  # fmt: skip
def test_it_says_how_far_the_choice_reaches(
    world: World, scope: dict[str, bool], kind: str
) -> None:
    things = {"document": world.documents[0], "within": world.organisation}
    world.refuse(world.ada, **{name: things[name] for name in scope})
    assert record_of(ChoiceEvent.objects.get())["dpv:hasScope"]["regard:scope"] == kind


def test_a_consent_is_a_consent_receipt(world: World) -> None:
    world.allow(world.ada)
    body = body_of(ChoiceEvent.objects.get())
    record = body["dpv:hasRecordOfActivity"]
    assert (body["@type"], record["@type"]) == ("dpv:ConsentReceipt", "dpv:ConsentRecord")
    assert record["dpv:hasLegalBasis"] == {"@id": "eu-gdpr:A6-1-a"}
    assert {"@id": "eu-gdpr:A7-3"} in record["dpv:hasRight"]
    assert record["dpv:hasConsentStatus"][0]["@type"] == [
        "dpv:ConsentGiven",
        "dpv:ExpressedConsent",
    ]


def test_an_objection_is_the_exercise_of_a_right_and_no_consent(objecting: World) -> None:
    objecting.refuse(objecting.ada)
    objecting.allow(objecting.ada)
    lodged, withdrawn = ChoiceEvent.objects.order_by("pk")
    body = body_of(lodged)
    record = body["dpv:hasRecordOfActivity"]
    assert (body["@type"], record["@type"]) == (
        "dpv:RightExerciseNotice", "dpv:RightExerciseRecord",
    )  # fmt: skip
    assert record["dpv:hasLegalBasis"] == {"@id": "eu-gdpr:A6-1-f"}
    assert {"@id": "eu-gdpr:A21"} in record["dpv:hasRight"]
    assert record["dpv:hasStatus"][0]["@type"] == ["dpv:LegitimateInterestObjected"]
    assert record_of(withdrawn)["dpv:hasStatus"][0]["@type"] == [
        "dpv:LegitimateInterestNotObjected"
    ]
    assert "Consent" not in json.dumps(body)


def test_a_contract_names_its_clause_and_expresses_nobodys_consent(world: World) -> None:
    world.sign_the_contract()
    record = record_of(ChoiceEvent.objects.get())
    assert record["dpv:hasContractualClause"]["dct:identifier"] == "9.2"
    assert record["dpv:hasConsentStatus"][0]["@type"] == ["dpv:ConsentGiven"]
    assert record["dpv:hasConsentStatus"][0]["dpv:hasIndicationMethod"] == "contract"
    assert record["dpv:hasDataSubject"]["@type"] == "dpv:Member"


def test_a_policy_is_neither_consent_nor_objection(world: World) -> None:
    choices.refuse_for_organisation(
        world.purpose, organisation=world.organisation, by=world.ada, language="en"
    )
    body = body_of(ChoiceEvent.objects.get())
    record = body["dpv:hasRecordOfActivity"]
    assert body["@type"] == "dpv:Notice"
    assert record["dpv:hasStatus"][0]["@type"] == ["dpv:Policy"]
    assert record["dpv:hasScope"]["@id"] == world.organisation.uid.urn
    assert world.ada.uid.urn not in json.dumps(body), "who administers is not the members' business"


@pytest.mark.parametrize("shape", ["consent", "objection"])
def test_every_term_used_is_one_of_the_vocabulary(db: None, shape: str) -> None:
    load_catalogue(shape)
    person = make_person("ada")
    for purpose in Purpose.objects.filter(control__in=["consent", "objection"]):
        choices.refuse(purpose, person=person, by=person, language="fr")
    bodies = [json.loads(bytes(receipt.body)) for receipt in Receipt.objects.all()]
    assert bodies
    assert vocabulary.unknown(bodies) == set()


def test_every_term_of_the_acts_of_organisations_is_too(world: World) -> None:
    assert vocabulary.unknown([body_of(event) for event in every_act(world)]) == set()


def test_every_term_of_the_catalogue_is_too() -> None:
    seeds = [seed for shape in catalogue.SHAPES for seed in catalogue.purposes(shape)]
    used = {
        term
        for seed in seeds
        for term in [
            seed.wording.dpv_purpose,
            seed.wording.dpv_processing,
            *seed.wording.data_categories,
        ]
    }
    assert used - vocabulary.known() - {""} == set()


def test_what_cannot_be_sealed_is_not_chosen(world: World, settings: Any) -> None:
    settings.RECEIPT_KEYS = {"keys": []}
    with pytest.raises(ImproperlyConfigured):
        world.refuse(world.ada)
    assert not ChoiceEvent.objects.exists()
    assert not Standing.objects.exists()


@pytest.mark.parametrize(
    "statement", ["UPDATE consents_receipt SET jws = 'x'", "DELETE FROM consents_receipt"]
)
def test_a_receipt_stays_as_it_was_sealed(world: World, statement: str) -> None:
    world.refuse(world.ada)
    with pytest.raises(IntegrityError, match="append-only"), connection.cursor() as cursor:
        cursor.execute(statement)


def test_sealing_asks_the_database_for_the_row_and_what_the_office_has_set(
    world: World, django_assert_num_queries: Any
) -> None:
    version = PurposeVersion.objects.select_related("purpose").get()
    event = ChoiceEvent.objects.create(
        purpose=world.purpose, person=world.ada, document=world.documents[0], act="consent_refused",
        version=version, text_sha256="0" * 64, language="en", source="portal", by=world.ada,
    )  # fmt: skip
    with django_assert_num_queries(2):
        receipts.issue(event)
