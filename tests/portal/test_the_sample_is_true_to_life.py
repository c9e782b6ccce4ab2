from collections import Counter
from collections.abc import Iterator
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest
from django.core.management import call_command
from django.db import transaction
from django.db.models import Count, F, Min, Q
from django.utils import timezone
from django_q.models import OrmQ

from accounts.models import AccessEvent, User
from consents import permits
from consents.models import (
    Announcement,
    CanaryCheck,
    ChoiceEvent,
    Document,
    Party,
    PermitAnswer,
    PurposeVersion,
    Receipt,
    Standing,
    TrainingRun,
    Use,
)
from dsar import reckoning, states
from dsar.deadlines import RegimeCode
from dsar.forecast import pace
from dsar.models import ErasureRecord, SubjectRequest
from dsar.models.requests import Kind
from dsar.queries import with_marks
from dsar.states import Status
from portal.dashboard.cards import rollups
from portal.demo.sample import people
from portal.demo.sample.load import load
from portal.lib.canonical import sha256_of

pytestmark = pytest.mark.django_db  # else no database is made when this file runs alone


@pytest.fixture(scope="module", autouse=True)
def sample(django_db_setup: None, django_db_blocker: object) -> Iterator[None]:
    """Load it once for all tests of this file, and leave nothing behind."""
    with django_db_blocker.unblock(), transaction.atomic():  # type: ignore[attr-defined]
        load(lambda _words: None)
        yield
        transaction.set_rollback(True)


def person(key: str) -> User:
    sketch = next(sketch for sketch in people.PEOPLE if sketch.key == key)
    return User.objects.get(email=sketch.addresses[0])


def test_eight_customers_have_documents_and_several_share_them() -> None:
    staff = {"sofia", "helene", "ines"}
    customers = [person(key) for key in people.ROLES.values() if key not in staff]
    assert len(customers) == 8
    assert all(Document.objects.visible_to(one).count() >= 8 for one in customers)
    shared = Party.objects.filter(address__person__in=customers).values("document")
    shared = shared.annotate(of=Count("address__person", distinct=True)).filter(of__gte=2)
    assert shared.count() > 30


def test_about_eighty_documents_of_every_kind_and_state_have_real_files() -> None:
    assert 75 <= Document.objects.count() <= 90
    assert set(Document.objects.values_list("kind", flat=True)) == set(Document.Kind.values)
    assert set(Document.objects.values_list("status", flat=True)) == set(Document.Status.values)
    with_file = Document.objects.exclude(file="")
    assert with_file.count() > 75
    with with_file.order_by("pk")[0].file.open() as file:
        pdf = pikepdf.open(BytesIO(file.read()))
        assert len(pdf.pages) == 1


def test_every_use_happened_when_the_document_and_the_words_existed() -> None:
    assert 4000 < Use.objects.count() < 10000
    early = Q(at__lt=F("document__sent_at")) | Q(at__lt=F("version__effective_from"))
    assert not Use.objects.filter(early | Q(at__gt=timezone.now())).exists()
    first = Use.objects.aggregate(first=Min("at"))["first"]
    assert timedelta(days=500) < timezone.now() - first < timedelta(days=560)


def test_nothing_was_used_against_an_objection_that_stood() -> None:
    for event in ChoiceEvent.objects.filter(act="objection_lodged", document=None):
        lifted = ChoiceEvent.objects.filter(
            person=event.person, purpose=event.purpose, act="objection_withdrawn", id__gt=event.pk
        ).first()
        uses = Use.objects.filter(
            version__purpose=event.purpose,
            document__parties__address__person=event.person,
            at__gt=event.at,
            at__lt=lifted.at if lifted else timezone.now(),
        )
        assert not uses.exists()


def test_camilles_past_trainings_are_those_of_her_home_page() -> None:
    camille = person("camille")
    hers = Use.objects.filter(document__in=Document.objects.visible_to(camille))
    trained = hers.exclude(training_run=None)
    assert trained.values("document").distinct().count() == 3
    assert trained.values("training_run").distinct().count() == 2
    refusal = Standing.objects.get(person=camille, purpose__slug="ai-training", document=None)
    assert not refusal.allowed
    assert not trained.filter(at__gt=refusal.since).exists()


def test_three_trainings_are_closed_and_say_what_can_still_be_done() -> None:
    runs = TrainingRun.objects.annotate(documents=Count("uses"))
    assert runs.count() == 3
    for run in runs:
        assert run.closed_at
        assert run.manifest_sha256
        assert run.documents > 5
    assert len({run.remedy for run in runs}) == 3


def test_what_is_protected_was_never_trained_on() -> None:
    protected = Q(document__special_category=True) | Q(document__parties__is_minor=True)
    protected |= Q(document__parties__role="signer", document__parties__address=None)
    assert Document.objects.filter(special_category=True).exists()
    assert Party.objects.filter(is_minor=True).exists()
    assert not Use.objects.filter(protected).exclude(training_run=None).exists()


def test_a_contract_once_agreed_for_everybody_and_the_clause_before_it_is_there() -> None:
    event = ChoiceEvent.objects.get(source="contract")
    assert event.organisation is not None
    assert event.organisation.name == "Cabinet Dupuis & Associés"
    clause = event.clause
    assert clause is not None
    assert (clause.number, clause.accepted_by.name) == ("9.2", "Martin Dupuis")
    assert timezone.localdate(clause.accepted_at).isoformat() == "2025-02-04"
    assert clause.previous is not None
    assert clause.texts["fr"] != clause.previous.texts["fr"]


def test_every_choice_has_its_receipt_and_the_standing_ones_are_the_last() -> None:
    assert ChoiceEvent.objects.count() > 25
    assert Receipt.objects.count() == ChoiceEvent.objects.count()
    sources = set(ChoiceEvent.objects.values_list("source", flat=True))
    assert {"portal", "link", "gpc", "staff", "contract"} <= sources
    for standing in Standing.objects.select_related("event"):
        assert (standing.since, standing.allowed) == (standing.event.at, standing.event.allows)


def test_versions_follow_each_other_and_one_is_announced() -> None:
    for slug in ("ai-training", "analytics"):
        first, second = PurposeVersion.objects.filter(purpose__slug=slug).order_by("number")
        assert first.texts["fr"] != second.texts["fr"]
        assert second.published_at < second.effective_from < timezone.now()
    assert PurposeVersion.objects.filter(effective_from__gt=timezone.now()).count() == 1
    assert all(one.sha256 == sha256_of(one.published()) for one in PurposeVersion.objects.all())


def test_everybody_was_told_of_what_is_announced_and_some_have_read_it() -> None:
    version = PurposeVersion.objects.get(effective_from__gt=timezone.now())
    assert version.widens
    told = Announcement.objects.filter(version=version)
    customers = User.objects.filter(role="customer", is_active=True, addresses__isnull=False)
    assert set(customers) == {one.person for one in told if one.person}
    assert told.filter(address__isnull=False).exists()
    assert {one.read_by for one in told} == {"", "mail", "portal"}
    assert [one.person for one in told.filter(sent_at=None)] == [person("camille")]
    assert all(one.created_at < one.sent_at < timezone.now() for one in told if one.sent_at)


def test_requests_are_in_every_state_with_one_overdue_and_one_extended() -> None:
    found = SubjectRequest.objects.all()
    assert 10 <= found.open().count() <= 20
    assert {one.kind for one in found} == set(Kind)
    # Nothing stays received: it is begun, or waits to be confirmed. A grace lasts for a day.
    assert {one.status for one in found} >= set(Status) - {Status.RECEIVED, Status.GRACE}
    today = timezone.localdate()
    assert sum(one.is_late(today) for one in found) == 1
    assert found.open().exclude(extended_at=None).count() == 1
    assert found.filter(status=Status.REVIEW, redactions__verdict="").distinct().count() == 1


def test_the_office_has_a_past_of_fourteen_months_under_every_law() -> None:
    past = SubjectRequest.objects.exclude(closed_at=None)
    assert 180 <= past.count() <= 300
    assert set(past.values_list("regime", flat=True)) == {code.value for code in RegimeCode}
    assert set(past.values_list("kind", flat=True)) == {kind.value for kind in Kind}
    by_month = Counter(f"{timezone.localtime(one.closed_at):%Y-%m}" for one in past)
    assert len(by_month) >= 14
    assert pace(timezone.localdate()).is_known
    decided = past.filter(status__in=[Status.ANSWERED, Status.REFUSED])
    late = sum(timezone.localdate(one.closed_at) > one.due_on for one in decided)
    assert 1 <= late <= decided.count() // 10
    assert past.exclude(extended_at=None).exists()


def test_every_past_request_is_dated_by_the_law_and_moved_as_the_table_of_moves_allows() -> None:
    past = SubjectRequest.objects.exclude(closed_at=None).prefetch_related("pauses", "events")
    for one in past:
        if all(pause.answered_at for pause in one.pauses.all()):
            dates = reckoning.dates(one, reckoning.local_day(one.closed_at or timezone.now()))
            assert (dates.due_on, dates.target_on) == (one.due_on, one.target_on)
        events = sorted(one.events.all(), key=lambda event: event.pk)
        assert [event.at for event in events] == sorted(event.at for event in events)
        now = Status.RECEIVED
        for event in events:
            if event.new_status:
                assert event.old_status == now
                states.require(now, Status(event.new_status))
                now = Status(event.new_status)
        assert now == one.status
    assert not any(getattr(one, "is_paused", True) for one in with_marks(past))


def test_who_was_erased_left_no_name_and_a_certificate() -> None:
    done = SubjectRequest.objects.filter(kind="erasure", status=Status.ANSWERED)
    assert done.count() > 20
    for erased in done.select_related("person", "certificate"):
        assert (erased.person.name, erased.person.email, erased.contact) == ("", None, "")
        assert erased.certificate.sha256 == sha256_of(erased.certificate.body)
        assert not erased.items.filter(proven_at=None).exists()
        assert ErasureRecord.objects.filter(request=erased.reference, kind="certified").exists()


def test_the_gate_answered_over_the_last_weeks_in_both_ways() -> None:
    recent = PermitAnswer.objects.filter(at__gt=timezone.now() - timedelta(days=40))
    assert recent.count() > 300
    assert len(set(recent.values_list("reason", flat=True))) >= 8
    references = list(Document.objects.values_list("reference", flat=True))
    answers = {answer.reason for answer in permits.decide(references, "ai-training")}
    assert {permits.Reason.CONSENTED, permits.Reason.CONSENT_MISSING} <= answers


def test_the_canaries_were_asked_for_through_the_last_month() -> None:
    month = CanaryCheck.objects.filter(at__gt=timezone.now() - timedelta(days=31))
    assert month.filter(outcome="held").count() > 4000
    assert month.filter(outcome="unreachable").exists()
    assert not month.filter(outcome="leaked").exists()


def test_people_can_read_who_looked_at_their_file() -> None:
    assert AccessEvent.objects.filter(person=person("camille")).count() >= 3
    assert set(AccessEvent.objects.values_list("kind", flat=True)) == set(AccessEvent.Kind.values)


def test_no_job_of_the_past_is_left_for_the_worker() -> None:
    assert not OrmQ.objects.exists()


def test_what_is_derived_agrees_with_the_rows_it_is_derived_from() -> None:
    call_command("rebuild_standings", "--check")
    rollups.refresh()
    assert not any(rollups.differences(one) for one in rollups.ROLLUPS.values())
