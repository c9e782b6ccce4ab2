"""Erasure, from plan to certificate: per thing, with ground and end, proven by a new search."""

import io
import json
from datetime import date, timedelta
from typing import Any

import pikepdf
import pytest
from allauth.account.models import EmailAddress
from django.core.files.storage import default_storage
from django.db import IntegrityError, transaction
from django.utils import timezone

from accounts.actions import address_for
from accounts.models import User
from consents import permits, proofs
from consents.models import ChoiceEvent, Document, Party
from consents.models.inbound import InboundEvent
from dsar import actions, certificates, erasure, rules
from dsar.actions.holds import AlreadyLifted, OfficerOnly
from dsar.grounds import Cause, ExtensionReason, RefusalGround, Sentence
from dsar.models import ErasureItem, Message, SubjectRequest
from dsar.models.requests import Kind
from dsar.sources.base import SourceError
from dsar.sources.portal import MailSource
from portal.lib import keys
from portal.lib.canonical import canonical_json
from portal.lib.models import OutgoingMail
from tests.dsar.worlds import Ask, make_document, make_life, verify, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def documents(alice: User, bob: User) -> Any:
    return make_life(alice, bob)


@pytest.fixture
def planned(documents: dict[str, Document], open_request: Ask) -> Any:
    return work(open_request("erasure"))


@pytest.fixture
def erased(planned: SubjectRequest, sam: User) -> Any:
    return work(actions.approve(planned, by=sam))


def decisions(request: SubjectRequest) -> dict[str, tuple[str, str]]:
    items = request.items.filter(source="documents")
    references = dict(Document.objects.values_list("pk", "reference"))
    return {references[int(i.key.split(":")[1])]: (i.decision, i.sentence) for i in items}


def test_nothing_goes_before_support_has_seen_the_plan(
    planned: SubjectRequest, alice: User
) -> None:
    assert planned.status == "review"
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    assert not planned.items.exclude(done_at=None).exists()


def test_each_document_is_decided_for_itself(planned: SubjectRequest) -> None:
    assert decisions(planned) == {
        "shared": ("keep", Sentence.CONTRACT_OF_OTHERS),
        "own": ("restrict", Sentence.CONTRACT_PROOF),
        "draft": ("erase", Sentence.ONLY_YOURS),
        "sent": ("anonymise", Sentence.WAITING_FOR_OTHERS),
        "declined": ("erase", Sentence.ONLY_YOURS),
        "old": ("erase", Sentence.ERASED),
    }


def test_what_stays_names_its_ground_and_its_end(planned: SubjectRequest) -> None:
    staying = [item for item in planned.items.all() if item.stays]
    assert staying
    for item in staying:
        assert item.ground
        assert item.until is not None
        assert item.until > timezone.localdate()
    shared = next(item for item in staying if item.sentence == Sentence.CONTRACT_OF_OTHERS)
    signed = Document.objects.get(reference="shared").completed_at
    assert signed is not None
    day = timezone.localdate(signed)
    last = (day - timedelta(days=1)) if (day.month, day.day) == (2, 29) else day
    assert shared.until == last.replace(year=day.year + 5)


def test_the_database_refuses_to_keep_without_an_end(planned: SubjectRequest) -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        ErasureItem.objects.filter(decision="keep").update(until=None)


def test_nothing_is_left_of_the_person_but_an_empty_row(
    erased: SubjectRequest, alice: User
) -> None:
    assert (erased.status, erased.outcome) == ("answered", "fulfilled")
    alice.refresh_from_db()
    assert (alice.email, alice.name, alice.is_active) == (None, "", False)
    assert alice.erased_at is not None
    assert not alice.has_usable_password()
    assert not alice.addresses.exclude(email=None).exists()
    assert not EmailAddress.objects.filter(user=alice).exists()
    assert not alice.memberships.exists()
    assert not Document.objects.visible_to(alice).exists()
    assert erased.contact == ""


def test_what_was_erased_has_no_title_and_no_file(
    documents: dict[str, Document], erased: SubjectRequest
) -> None:
    for name in ("draft", "declined", "old"):
        was = documents[name]
        now = Document.objects.get(pk=was.pk)
        assert (now.title, now.sha256, now.file.name) == ("", "", "")
        assert not default_storage.exists(str(was.file.name))


def test_the_other_party_keeps_the_contract(
    documents: dict[str, Document], erased: SubjectRequest, bob: User
) -> None:
    shared = Document.objects.visible_to(bob).get(reference="shared")
    assert shared.title == "Title of shared"
    assert shared.restricted_at is None
    assert default_storage.exists(str(shared.file.name))
    mine = Party.objects.get(document=shared, role="signer")
    assert mine.name == ""  # a party without a name is not given their address for one
    assert mine.hidden_at is not None


def test_a_contract_of_nobody_else_is_locked_away(
    documents: dict[str, Document], erased: SubjectRequest
) -> None:
    own = Document.objects.get(reference="own")
    assert own.restricted_at is not None
    assert own.title


def test_ai_training_stays_refused(alice: User, erased: SubjectRequest) -> None:
    assert ChoiceEvent.objects.filter(person=alice).latest("pk").act == "consent_withdrawn"
    for reference in ("shared", "own", "draft"):
        assert not permits.may(reference, "ai-training").allowed


def test_every_decision_is_done_and_proven_once(erased: SubjectRequest) -> None:
    assert not erased.items.filter(proven_at=None).exists()
    for code in ("item_erased", "item_proven"):
        seen = [event.data["item"] for event in erased.events.filter(code=code)]
        assert sorted(seen) == sorted(erased.items.values_list("pk", flat=True))


def test_the_titles_of_what_is_gone_are_gone_from_the_plan_too(erased: SubjectRequest) -> None:
    assert not [item for item in erased.items.all() if item.label and not item.stays]
    assert not erased.items.exclude(files=[]).exists()


def test_the_person_hears_of_it_at_the_address_that_is_then_forgotten(
    erased: SubjectRequest,
) -> None:
    mails = OutgoingMail.objects.filter(to="alice@example.org")
    assert [mail.template for mail in mails] == ["dsar/erased"]
    link = next(word for word in mails[0].text.split() if "/certificates/" in word)
    token = link.rstrip("/").rpartition("/")[2]
    assert certificates.by_token(token) == erased.certificate
    assert certificates.by_token("guess") is None


def test_the_certificate_says_what_went_and_what_stays(erased: SubjectRequest) -> None:
    shown = certificates.context(erased.certificate)
    assert {str(item["source"]) for item in shown["erased"]} >= {"Your account", "How you sign in"}
    # What stays without a name is not called erased: the plan did not, either.
    assert {item["decision"] for item in shown["erased"]} == {"erase"}
    assert {item["decision"] for item in shown["nameless"]} == {"anonymise"}
    assert all(item["amount"] for item in shown["erased"] + shown["nameless"])
    kept = {item["label"]: item for item in shown["kept"]}
    assert "art.\xa017(3)(e)" in str(kept["Title of shared"]["ground"])
    assert kept["Title of shared"]["until"] > timezone.localdate()
    assert shown["gaps"] == []
    assert "Title of draft" not in json.dumps(erased.certificate.body)


def test_the_certificate_is_sealed(erased: SubjectRequest) -> None:
    sealed = keys.verify(erased.certificate.jws).payload
    assert sealed == canonical_json(erased.certificate.body)


def test_the_certificate_is_a_pdf_with_its_data_inside(erased: SubjectRequest) -> None:
    paper = certificates.as_pdf(erased.certificate)
    with pikepdf.open(io.BytesIO(paper)) as document:
        attached = document.attachments["certificate.json"].get_file().read_bytes()
    for file in (paper, attached):
        found = proofs.examine(file)  # what the page /verify/ says of it
        assert (found.verdict, found.body, found.altered) == ("other", erased.certificate.body, ())


def test_the_same_address_can_come_back_as_a_new_person(erased: SubjectRequest) -> None:
    again = User.objects.create_user("alice@example.org")
    verify("alice@example.org", again)
    assert not Document.objects.visible_to(again).exists()


def test_words_of_earlier_requests_go_and_their_proof_stays(
    alice: User, sam: User, documents: dict[str, Document], open_request: Ask, settings: Any
) -> None:
    settings.REDACT = "off"  # the copy is to be answered without a look
    earlier = open_request("access", about="My neighbour reads my mail.")
    actions.write_message(earlier, by=alice, text="Please hurry.")
    earlier = work(earlier)
    request = work(open_request("erasure"))
    request = work(actions.approve(request, by=sam))
    earlier.refresh_from_db()
    assert earlier.about == ""
    assert Message.objects.get(request=earlier).text == ""
    assert earlier.package.key is None
    assert earlier.events.exists()


def test_no_word_outlives_the_certificate_and_its_codes_and_dates_do(
    alice: User, sam: User, open_request: Ask
) -> None:
    refused = open_request("access", about="All about my divorce.")
    reason = ExtensionReason.COMPLEXITY
    actions.extend(refused, by=sam, reason=reason, note_to_person="Her divorce is long.")
    ground = RefusalGround.EXCESSIVE
    refused = actions.refuse(refused, by=sam, ground=ground, evidence="The divorce, again.")
    request = open_request("erasure", about="My divorce is over.")
    actions.extend(request, by=sam, reason=reason, note_to_person="The divorce file.")
    request = work(request)
    assert request.about  # support reads it while it works
    actions.write_message(request, by=sam, text="Which divorce?")
    request = work(actions.approve(request, by=sam))
    assert request.status == "answered"
    for one in alice.subject_requests.all():
        words = f"{one.about} {one.extension_note} {one.refusal_evidence}".strip()
        assert words in ("", "—")
        assert (one.extension_reason, one.extended_at is None) == (reason, False)
    refused.refresh_from_db()
    assert (refused.status, refused.refusal_ground) == ("refused", ground)
    message = Message.objects.get()
    assert (message.text, message.erased_at is None) == ("", False)
    assert "divorce" not in json.dumps(request.certificate.body)


def test_a_report_that_names_the_person_is_emptied(
    alice: User, documents: dict[str, Document], open_request: Ask, sam: User
) -> None:
    fields = {"source": "docusign", "status": "unreadable", "code": "odd"}
    InboundEvent.objects.create(body=b'{"email": "Alice@Example.org"}', sha256="a", **fields)
    other = InboundEvent.objects.create(body=b'{"email": "bob@x"}', sha256="b", **fields)
    work(actions.approve(work(open_request("erasure")), by=sam))
    assert InboundEvent.objects.exclude(body=b"").get() == other


def test_while_a_legal_hold_stands_nothing_is_erased(
    alice: User, dina: User, sam: User, open_request: Ask, documents: dict[str, Document]
) -> None:
    review = timezone.localdate() + timedelta(days=200)
    hold = actions.place_hold(alice, by=dina, reason="a dispute", review_on=review)
    request = work(open_request("erasure"))
    draft = request.items.get(label="Title of draft")
    assert (draft.decision, draft.sentence, draft.until) == ("restrict", Sentence.HELD, review)
    request = work(actions.approve(request, by=sam))
    assert request.status == "answered"
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"
    assert not alice.is_active  # the account is closed all the same
    assert Document.objects.get(reference="draft").restricted_at is not None
    # At the date, nothing as long as the hold stands; then everything.
    assert erasure.end_what_is_due(review) == 0
    actions.lift_hold(hold, by=dina)
    assert erasure.end_what_is_due(review) > 0
    alice.refresh_from_db()
    assert alice.email is None
    assert Document.objects.get(reference="declined").title == ""


def test_what_was_kept_is_erased_at_its_date(
    erased: SubjectRequest, alice: User, documents: dict[str, Document]
) -> None:
    last = max(item.until for item in erased.items.all() if item.until)
    assert erasure.end_what_is_due(last) == len([i for i in erased.items.all() if i.stays])
    assert erasure.end_what_is_due(last) == 0
    assert Party.objects.get(document__reference="shared", role="signer").name == ""
    assert Document.objects.get(reference="shared").title  # it is the other party's
    assert Document.objects.get(reference="own").title == ""
    assert not OutgoingMail.objects.filter(to="alice@example.org").exists()
    assert not erased.items.exclude(label="").exists()


def test_what_comes_back_before_the_proof_is_erased_once_more(
    planned: SubjectRequest, sam: User, alice: User, monkeypatch: Any
) -> None:
    erase = MailSource.erase

    def erase_and_get_another(self: MailSource, person: User, item: Any) -> Any:
        erase(self, person, item)
        OutgoingMail.objects.get_or_create(
            key="late", defaults={"template": "x", "to": "alice@example.org", "language": "en"}
        )
        monkeypatch.setattr(MailSource, "erase", erase)

    monkeypatch.setattr(MailSource, "erase", erase_and_get_another)
    request = work(actions.approve(planned, by=sam))
    assert request.outcome == "fulfilled"
    assert not OutgoingMail.objects.filter(key="late").exists()


def _never(self: MailSource, person: User, item: ErasureItem) -> bool:
    return item.stays


def test_what_cannot_be_proven_gone_is_never_called_erased(
    planned: SubjectRequest, sam: User, monkeypatch: Any, settings: Any
) -> None:
    settings.STEP_BACKOFF_SECONDS = []
    monkeypatch.setattr(MailSource, "prove_gone", _never)
    request = work(actions.approve(planned, by=sam))
    assert request.status == "review"
    failed = request.steps.get(outcome="failed")
    assert (failed.kind, failed.source, failed.cause) == ("prove", "mail", "still_there")
    with pytest.raises(rules.HasGaps):
        actions.approve(request, by=sam)
    request = work(actions.approve(request, by=sam, accept_gaps=True))
    assert request.outcome == "with_gaps"
    assert [str(gap) for gap in certificates.context(request.certificate)["gaps"]] == [
        "Mails to you"
    ]


def test_what_comes_in_after_the_plan_is_decided_by_the_same_rules(
    planned: SubjectRequest, sam: User, alice: User, bob: User
) -> None:
    make_document("late", bob, alice)
    InboundEvent.objects.create(
        body=b"alice@example.org", sha256="a", source="docusign", status="unreadable", code="odd"
    )
    request = work(actions.approve(planned, by=sam))
    assert request.outcome == "fulfilled"
    assert decisions(request)["late"][0] == "keep"
    assert not Document.objects.visible_to(alice).exists()
    assert not InboundEvent.objects.exclude(body=b"").exists()


def test_a_hold_placed_after_the_plan_still_holds(
    planned: SubjectRequest, sam: User, dina: User, alice: User
) -> None:
    review = timezone.localdate() + timedelta(days=100)
    actions.place_hold(alice, by=dina, reason="a dispute", review_on=review)
    request = work(actions.approve(planned, by=sam))
    assert not request.items.filter(decision__in=["erase", "anonymise"]).exists()
    alice.refresh_from_db()
    assert alice.email == "alice@example.org"


def test_only_the_officer_places_and_lifts_a_hold_and_the_person_sees_it(
    alice: User, sam: User, dina: User
) -> None:
    review = timezone.localdate() + timedelta(days=100)
    with pytest.raises(OfficerOnly):
        actions.place_hold(alice, by=sam, reason="a dispute", review_on=review)
    with pytest.raises(rules.NotYourOwn):
        actions.place_hold(dina, by=dina, reason="a dispute", review_on=review)
    with pytest.raises(rules.EvidenceMissing):
        actions.place_hold(alice, by=dina, reason="a dispute", review_on=timezone.localdate())
    hold = actions.place_hold(alice, by=dina, reason="a dispute", review_on=review)
    actions.lift_hold(hold, by=dina)
    with pytest.raises(AlreadyLifted):
        actions.lift_hold(hold, by=dina)
    assert alice.looks_at_my_file.filter(by=dina).count() == 2


def test_a_copy_that_was_asked_for_comes_first(open_request: Ask, sam: User, alice: User) -> None:
    request = work(open_request("erasure"))
    copy = open_request("access")
    with pytest.raises(rules.CopyFirst):
        actions.approve(request, by=sam)
    work(copy)
    actions.approve(request, by=sam)


def test_who_is_being_erased_has_nothing_left_to_ask(erased: SubjectRequest, alice: User) -> None:
    alice.refresh_from_db()
    with pytest.raises(rules.BeingErased):
        actions.open_request(Kind.ACCESS, person=alice, by=alice, language="en")


def test_once_something_is_erased_it_can_neither_be_refused_nor_withdrawn(
    planned: SubjectRequest, sam: User, alice: User, monkeypatch: Any, settings: Any
) -> None:
    settings.STEP_BACKOFF_SECONDS = []

    def broken(self: MailSource, person: User, item: Any) -> Any:
        raise SourceError(Cause.UNAVAILABLE)

    monkeypatch.setattr(MailSource, "prove_gone", broken)
    request = work(actions.approve(planned, by=sam))
    assert request.status == "review"
    with pytest.raises(rules.AlreadyCarriedOut):
        actions.withdraw(request, by=alice)
    with pytest.raises(rules.AlreadyCarriedOut):
        actions.refuse(request, by=sam, ground=RefusalGround.LEGAL_CLAIMS, evidence="x")


def test_a_person_without_documents_can_go_too(open_request: Ask, sam: User, alice: User) -> None:
    request = work(actions.approve(work(open_request("erasure")), by=sam))
    assert request.outcome == "fulfilled"


def test_a_document_of_several_who_all_go_is_locked_away(
    alice: User, bob: User, sam: User, open_request: Ask
) -> None:
    shared = make_document("shared", bob, alice)
    work(actions.approve(work(open_request("erasure", person=bob, by=bob)), by=sam))
    request = work(open_request("erasure"))
    assert decisions(request)["shared"] == ("restrict", Sentence.CONTRACT_PROOF)
    work(actions.approve(request, by=sam))
    shared.refresh_from_db()
    assert shared.restricted_at is not None


def test_an_address_without_account_is_another_party(
    alice: User, sam: User, open_request: Ask
) -> None:
    make_document("with a stranger", address_for("stranger@example.org"), alice)
    request = work(open_request("erasure"))
    assert decisions(request)["with a stranger"][0] == "keep"


def test_a_date_that_the_document_itself_has_comes_first(
    alice: User, bob: User, open_request: Ask
) -> None:
    make_document("lease", bob, alice, keep_until=date(2041, 5, 6))
    request = work(open_request("erasure"))
    assert request.items.get(source="documents").until == date(2041, 5, 6)
