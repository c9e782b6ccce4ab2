"""A later report takes no refusal, no minor, no erasure and no missing yes out of a document."""

import json
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from accounts import erased
from accounts.models import Address
from consents.actions import choices, envelopes
from consents.actions.documents import Result, register, register_all
from consents.models import Document, Party
from consents.models.ledger import Source
from consents.permits import Reason, may
from consents.reports import DocumentReport, PartyReport
from tests.consents.envelopes import bare, completed
from tests.consents.worlds import World, make_document, make_person, make_purpose

pytestmark = pytest.mark.django_db
R, S = Party.Role, Document.Status
DAY = timedelta(days=1)
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
def training():
    return make_purpose()


@pytest.fixture
def ada(training):
    person = make_person("ada")
    choices.allow(training, person=person, by=person, language="en")
    return person


@pytest.fixture
def ben(training):
    person = make_person("ben")
    choices.allow(training, person=person, by=person, language="en")
    return person


def tell(*parties, days=0, status=S.COMPLETED, reference="lease", **fields):
    at = START + days * DAY
    done = START if status == S.COMPLETED else None
    return register(
        DocumentReport(reference, status, at, completed_at=done, parties=parties, **fields)
    )


def signer(who, name="", signed_at=START, **fields):
    return PartyReport(R.SIGNER, who and who.email, name, signed_at, **fields)


def reason(reference="lease"):
    return may(reference, "ai-training").reason


@pytest.mark.parametrize("role", list(R))
def test_who_refused_stays_in_any_role(training, ada, ben, role):
    tell(PartyReport(role, ada.email), signer(ben))
    choices.refuse(training, person=ada, by=ada, language="en")
    tell(signer(ben), days=1)
    assert reason() == Reason.PARTY_REFUSED


def test_who_never_answered_stays_in_a_completed_document(training, ben):
    cleo = make_person("cleo")
    tell(signer(cleo, signed_at=None), signer(ben))
    tell(signer(ben), days=1)
    assert reason() == Reason.CONSENT_MISSING


def test_a_wrong_recipient_goes_before_signing_unless_they_refused(training, ada, ben):
    make = Address.objects.create
    typo, refuser = make(email="typo@example.org"), make(email="no@example.org")
    people = [signer(one, signed_at=None) for one in (typo, refuser, ben)]
    tell(*people, status=S.SENT)
    choices.refuse(training, address=refuser, by=None, source=Source.LINK, language="en")
    tell(signer(ben, signed_at=None), days=1, status=S.SENT)
    left = Party.objects.values_list("address__email", flat=True)
    assert set(left) == {"no@example.org", "ben@example.org"}
    assert reason() == Reason.PARTY_REFUSED


def test_an_event_that_lists_no_recipients_says_nothing_of_them(training, ada, ben):
    copies = {"carbonCopies": [{"name": "Ada", "email": ada.email}]}
    sender = {"userName": "Ben", "email": ben.email}
    first = completed(recipients=copies, sender=sender)
    second = completed(sender=sender) | {"generatedDateTime": "2027-01-01T00:00:00Z"}
    del second["data"]["envelopeSummary"]["recipients"]
    for event in (first, second):
        envelopes.receive(json.dumps(event).encode(), event)
    emails = set(Party.objects.values_list("address__email", flat=True))
    assert emails == {ada.email, ben.email}


def test_an_unknown_minor_stays_a_minor_once_her_address_is_known(ada, ben):
    tell(signer(None, "Ada", is_minor=True), signer(ben))
    party = Party.objects.get(name="Ada")
    tell(signer(ada, "Ada"), signer(ben), days=1)
    party.refresh_from_db()
    assert party.address is not None
    assert (party.address.email, party.is_minor) == (ada.email, True)
    assert Party.objects.count() == 2
    assert reason() == Reason.PROTECTED_SIGNER


def test_a_minor_stays_one_with_a_corrected_address(ada, ben):
    typo = Address.objects.create(email="typo@example.org")
    tell(signer(typo, "A.", None, is_minor=True), signer(ben, signed_at=None), status=S.SENT)
    tell(signer(ada, "Ada", None), signer(ben, signed_at=None), days=1, status=S.SENT)
    tell(signer(ada, "Ada"), signer(ben), days=2)
    assert not Party.objects.filter(address=typo).exists()
    assert reason() == Reason.PROTECTED_SIGNER


def test_an_unknown_signer_is_only_replaced_by_who_must_be_the_same(ada, ben):
    tell(signer(None, ""), signer(None, "Jean"), signer(ben, "Jean"))
    tell(signer(ada, ""), signer(ben, "Jean"), days=1)
    assert Party.objects.filter(address=None).count() == 2
    assert reason() == Reason.PROTECTED_SIGNER


def test_naming_an_organisation_later_lets_no_contract_speak():
    world = World()
    world.sign_the_contract()
    make_document("lease", world.ada, world.ben)
    assert reason() == Reason.CONSENT_MISSING
    told = tell(signer(world.ada), signer(world.ben), days=999, organisation="org:lilas")
    assert told.organisation is None
    assert reason() == Reason.CONSENT_MISSING


@pytest.mark.parametrize("status", list(S))
def test_an_erased_document_learns_only_that_it_is_removed(status):
    gone = Document.objects.create(
        reference="lease", status="sent", state_at=START, erased_at=timezone.now()
    )
    reports = [
        DocumentReport("other", S.SENT, START, title="Other"),
        DocumentReport(
            "lease", status, START + DAY, title="Lease", special_category=True, content=b"%PDF",
            parties=(PartyReport(R.SIGNER, "ada@example.org", is_minor=True),),
        ),
    ]  # fmt: skip
    other, _ours = register_all(reports)
    assert other.result == Result.CREATED
    gone.refresh_from_db()
    assert gone.status == (status if status in (S.PURGED, S.DELETED) else S.SENT)
    assert (gone.title, gone.file.name, gone.special_category) == ("", "", False)
    assert not gone.involves_minor
    assert not gone.parties.exists()
    register(reports[1])


def test_an_envelope_with_an_erased_document_is_still_applied():
    event = completed()
    envelopes.receive(b"1", bare("envelope-sent", "2026-09-14T08:00:00Z") | event)
    one, two = Document.objects.order_by("reference")
    Document.objects.filter(pk=one.pk).update(
        title="", sha256="", file="", status="sent", completed_at=None, erased_at=timezone.now()
    )
    assert envelopes.receive(b"2", event | {"generatedDateTime": "2027-01-01T00:00:00Z"}) is None
    two.refresh_from_db()
    assert two.state_at.year == 2027


@pytest.mark.parametrize("signed", [None, START, START + DAY])
def test_an_erased_address_is_not_made_known_again(ada, ben, signed):
    tell(signer(ada, "Ada"), signer(ben))
    erased.erase(Address.objects.filter(email=ada.email))
    Party.objects.filter(address__email=None).update(name="")
    for days in (-1, 0, 1):
        tell(signer(ada, "Ada", signed), signer(ben), days=days)
        tell(PartyReport(R.COPY, ada.email.upper(), "Ada"), signer(ben), days=days)
    assert not Address.objects.filter(email=ada.email).exists()
    assert not Party.objects.filter(name="Ada").exists()
    assert reason() == Reason.PROTECTED_SIGNER


def test_an_erased_address_is_known_again_after_the_secret_is_changed(ada, ben, settings):
    tell(signer(ada), signer(ben))
    erased.erase(Address.objects.filter(email=ada.email))
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another" * 9, [settings.SECRET_KEY]
    tell(signer(ada), signer(ben), days=1)
    assert not Address.objects.filter(email=ada.email).exists()


def test_somebody_else_is_not_taken_for_who_was_erased(ada, ben):
    tell(signer(ada, signed_at=None), status=S.SENT)
    erased.erase(Address.objects.filter(email=ada.email))
    tell(signer(ben, signed_at=None), days=1, status=S.SENT)
    assert Party.objects.filter(address__email=ben.email).exists()


def test_who_was_erased_may_be_party_to_a_new_document(ada):
    tell(signer(ada))
    erased.erase(Address.objects.filter(email=ada.email))
    tell(signer(ada), reference="new")
    fresh = Address.objects.get(email=ada.email)
    assert (fresh.person, fresh.erased_hash) == (None, "")
    assert [one.document.reference for one in fresh.parties.all()] == ["new"]
