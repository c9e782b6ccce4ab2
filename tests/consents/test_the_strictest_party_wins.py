"""Who may open a document for training, and who closes it: one sentence of the rules each."""

from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from accounts.actions import claim_address
from accounts.models import AccessEvent, User
from consents import permits
from consents.actions import choices
from consents.models import ChoiceEvent, Party, PurposeVersion, Standing
from consents.models.ledger import Source
from consents.permits import Reason
from tests.consents.worlds import World, make_document, make_person, make_purpose

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


def reason(reference: str) -> Reason:
    return permits.may(reference, "ai-training").reason


def test_nothing_is_allowed_before_anybody_agreed(world):
    assert reason("private") == Reason.CONSENT_MISSING


def test_one_party_of_two_is_not_enough(world):
    world.allow(world.cleo)
    assert reason("private") == Reason.CONSENT_MISSING


def test_all_parties_together_open_the_document(world):
    world.allow(world.cleo)
    world.allow(world.dan, document=world.documents[2])
    assert reason("private") == Reason.CONSENTED


def test_a_refusal_closes_in_the_same_transaction(world):
    world.allow(world.cleo)
    world.allow(world.dan)
    with transaction.atomic():
        world.refuse(world.dan)
        assert reason("private") == Reason.PARTY_REFUSED


def test_refusing_everything_also_closes_what_was_allowed_separately_before(world):
    world.allow(world.cleo)
    world.allow(world.dan, document=world.documents[2])
    world.refuse(world.dan)
    assert reason("private") == Reason.PARTY_REFUSED


def test_a_document_can_be_allowed_separately_after_everything_was_refused(world):
    world.allow(world.cleo)
    world.refuse(world.dan)
    world.allow(world.dan, document=world.documents[2])
    assert reason("private") == Reason.CONSENTED


def test_allowing_everything_leaves_a_document_refused_separately_closed(world):
    world.allow(world.cleo)
    world.refuse(world.dan, document=world.documents[2])
    world.allow(world.dan)
    assert reason("private") == Reason.PARTY_REFUSED


def test_a_signer_without_account_refuses_and_the_refusal_survives_the_account(world):
    choices.refuse(
        world.purpose, address=world.signer, by=None, source=Source.LINK, language="fr",
        document=world.documents[3],
    )  # fmt: skip
    eve = User.objects.create_user("eve@example.org")
    claim_address("signer@example.org", person=eve)
    world.allow(world.ada)
    world.allow(eve)
    assert reason("with-signer") == Reason.PARTY_REFUSED


def test_a_contract_speaks_for_members_on_the_organisations_documents_only(world):
    world.sign_the_contract()
    assert reason("org:members") == Reason.CONSENTED
    assert reason("org:shared") == Reason.CONSENT_MISSING
    assert reason("with-signer") == Reason.CONSENT_MISSING


def test_one_members_refusal_overrules_the_contract(world):
    world.sign_the_contract()
    world.refuse(world.ben)
    assert reason("org:members") == Reason.PARTY_REFUSED


def test_a_contract_stops_speaking_for_who_left(world):
    world.sign_the_contract()
    world.ben.memberships.all().delete()
    assert reason("org:members") == Reason.CONSENT_MISSING


def test_the_organisation_may_be_stricter_than_its_members_and_never_looser(world):
    world.allow(world.ada)
    world.allow(world.ben)
    policy = {"organisation": world.organisation, "by": world.ada, "language": "en"}
    choices.refuse_for_organisation(world.purpose, **policy)
    assert reason("org:members") == Reason.ORGANISATION_REFUSED
    world.refuse(world.ben)
    choices.lift_organisation_refusal(world.purpose, **policy)
    assert reason("org:members") == Reason.PARTY_REFUSED


def test_lifting_a_policy_does_not_bring_the_contract_back(world):
    world.sign_the_contract()
    policy = {"organisation": world.organisation, "by": world.ada, "language": "en"}
    choices.refuse_for_organisation(world.purpose, **policy)
    choices.lift_organisation_refusal(world.purpose, **policy)
    world.sign_the_contract()
    assert reason("org:members") == Reason.CONSENT_MISSING


def test_only_an_admin_sets_the_policy(world):
    with pytest.raises(choices.NotAnAdmin):
        choices.refuse_for_organisation(
            world.purpose, organisation=world.organisation, by=world.ben, language="en"
        )


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"special_category": True}, Reason.SPECIAL),
        ({"restricted_at": timezone.now()}, Reason.RESTRICTED),
        ({"status": "purged"}, Reason.GONE),
        ({"status": "deleted"}, Reason.GONE),
        ({"erased_at": timezone.now(), "title": ""}, Reason.GONE),
    ],
)
def test_what_the_law_protects_stays_closed_whatever_was_chosen(world, fields, expected):
    document = make_document("guarded", world.dan)
    world.allow(world.dan)
    assert reason("guarded") == Reason.CONSENTED
    type(document).objects.filter(pk=document.pk).update(**fields)
    assert reason("guarded") == expected


@pytest.mark.parametrize("fields", [{"is_minor": True}, {"address": None}])
def test_a_minor_or_unknown_signer_keeps_the_document_out(world, fields):
    document = make_document("guarded", world.dan, world.cleo)
    world.allow(world.dan)
    world.allow(world.cleo)
    Party.objects.filter(document=document, address__person=world.cleo).update(**fields)
    assert reason("guarded") == Reason.PROTECTED_SIGNER


def test_a_document_of_nobody_is_nobodys_to_use(world):
    make_document("orphan")
    assert reason("orphan") == Reason.PROTECTED_SIGNER


def test_what_is_not_known_is_denied(world):
    assert reason("never-heard-of") == Reason.UNKNOWN_DOCUMENT
    assert permits.may("private", "no-such-purpose").reason == Reason.UNKNOWN_PURPOSE
    assert permits.may("nul\0byte", "ai\0").reason == Reason.UNKNOWN_PURPOSE


def test_a_purpose_that_is_not_yet_in_effect_is_denied(world):
    world.allow(world.cleo)
    world.allow(world.dan)
    before = timezone.now() - timedelta(days=3650)
    decision = permits.may("private", "ai-training", now=before)
    assert (decision.allowed, decision.reason) == (False, Reason.NOT_IN_FORCE)


def test_a_purpose_that_is_declared_not_used_is_denied(world):
    make_purpose("marketing", control="not_used")
    assert permits.may("private", "marketing").reason == Reason.NOT_USED


def test_what_the_service_needs_asks_nobody(world):
    make_purpose("delivery", control="none")
    assert permits.may("private", "delivery").allowed


def test_an_objection_closes_what_was_open_by_default(world):
    analytics = make_purpose("analytics", control="objection")
    assert permits.may("private", "analytics").reason == Reason.NO_OBJECTION
    choices.refuse(analytics, person=world.dan, by=world.dan, language="en")
    assert permits.may("private", "analytics").reason == Reason.PARTY_REFUSED


def test_a_database_that_does_not_answer_is_a_no(world):
    world.allow(world.cleo)
    world.allow(world.dan)
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE consents_standing RENAME TO gone")
        decision = permits.may("private", "ai-training")
        transaction.set_rollback(True)
    assert (decision.allowed, decision.reason) == (False, Reason.UNAVAILABLE)


def test_the_state_changes_with_the_facts_and_only_with_them(world):
    first = permits.may("private", "ai-training").state
    assert permits.may("private", "ai-training").state == first
    world.refuse(world.dan)
    assert permits.may("private", "ai-training").state != first


def test_choosing_again_what_stands_writes_no_second_act(world):
    world.refuse(world.dan)
    world.refuse(world.dan)
    assert ChoiceEvent.objects.filter(person=world.dan).count() == 1


def test_a_withdrawal_is_told_from_a_plain_refusal(world):
    world.allow(world.dan)
    world.refuse(world.dan)
    world.refuse(world.cleo)
    acts = ChoiceEvent.objects.order_by("pk").values_list("act", flat=True)
    assert list(acts) == ["consent_given", "consent_withdrawn", "consent_refused"]


def test_refusing_what_a_contract_allowed_is_a_withdrawal(world):
    world.sign_the_contract()
    world.refuse(world.ben)
    assert ChoiceEvent.objects.latest("pk").act == "consent_withdrawn"


def test_where_nothing_was_agreed_to_nothing_is_withdrawn(world):
    world.sign_the_contract()
    world.allow(world.ada, document=world.documents[3])
    world.refuse(world.ada, document=world.documents[0])  # its contract agreed for her
    choices.lift_organisation_refusal(
        world.purpose, organisation=world.organisation, by=world.ada, language="en"
    )  # fmt: skip
    world.refuse(world.ada, document=world.documents[1])
    world.refuse(world.ada, document=world.documents[3])
    acts = ChoiceEvent.objects.filter(person=world.ada).order_by("pk")
    assert [one.act for one in acts] == [
        "consent_given", "consent_withdrawn", "consent_refused", "consent_withdrawn",
    ]  # fmt: skip


def test_nobody_but_the_person_switches_on(world):
    with pytest.raises(choices.NotYours):
        choices.allow(world.purpose, person=world.dan, by=world.cleo, language="en")


def test_the_database_itself_refuses_a_yes_by_somebody_else(world):
    version = PurposeVersion.objects.get()
    with pytest.raises(IntegrityError), transaction.atomic():
        ChoiceEvent.objects.create(
            purpose=world.purpose, version=version, person=world.dan, by=world.cleo,
            act="consent_given", language="en", source="portal", text_sha256="0" * 64,
        )  # fmt: skip


def test_staff_can_refuse_for_a_person_who_asks_and_the_person_can_read_it(world):
    sofia = make_person("sofia")
    User.objects.filter(pk=sofia.pk).update(role="support")
    choices.refuse(world.purpose, person=world.dan, by=sofia, source=Source.STAFF, language="en")
    assert reason("private") == Reason.PARTY_REFUSED
    assert AccessEvent.objects.get(person=world.dan).by == sofia


def test_a_strangers_document_cannot_be_chosen_about(world):
    with pytest.raises(choices.NotYours):
        world.refuse(world.dan, document=world.documents[0])
    with pytest.raises(choices.NotYours):
        world.refuse(world.dan, within=world.organisation)


@pytest.mark.parametrize("control", ["none", "not_used"])
def test_there_is_nothing_to_choose_about_what_is_needed_or_not_done(world, control):
    other = make_purpose("other", control=control)
    with pytest.raises(choices.NothingToChoose):
        choices.refuse(other, person=world.dan, by=world.dan, language="en")


@pytest.mark.parametrize("table", ["choiceevent", "purposeversion", "receipt"])
@pytest.mark.parametrize("change", ["UPDATE consents_{} SET id = id", "DELETE FROM consents_{}"])
def test_the_ledger_refuses_to_be_changed(world, table, change):
    world.refuse(world.dan)
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(change.format(table))


def test_a_standing_choice_that_differs_from_the_ledger_is_found_and_mended(world):
    world.refuse(world.dan)
    Standing.objects.update(allowed=True)
    with pytest.raises(CommandError):
        call_command("rebuild_standings", "--check")
    call_command("rebuild_standings", verbosity=0)
    assert not Standing.objects.get().allowed
