"""The register of processing (art. 30): complete, lawful whoever writes, and never changed."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone, translation

from consents.actions import register as actions
from consents.actions.purposes import load_catalogue
from consents.catalogue import register as seeds
from consents.models import ProcessingRecord, ProcessingVersion, Purpose
from consents.queries import register
from consents.queries.processing import Gap
from consents.register.fields import draft_of
from consents.register.lines import lines, sections
from portal.lib.office import store

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(db: None) -> None:
    load_catalogue("consent")


def held(slug: str) -> ProcessingVersion:
    return ProcessingVersion.objects.filter(record__slug=slug).latest("number")


@pytest.mark.parametrize("shape", ["consent", "objection", "not_used"])
def test_every_purpose_of_the_catalogue_has_its_record(shape):
    load_catalogue(shape)
    found = register.records(timezone.now())
    assert all(one.number == 1 for one in found)
    assert {one.slug for one in found if one.purpose} == set(
        Purpose.objects.values_list("slug", flat=True)
    )
    assert [one.slug for one in found if one.is_processor] == ["content-for-organisations"]
    for language in ("en", "fr"):
        with translation.override(language):
            for one in found:
                assert all(line.value for line in lines(one))
                assert [section for section in sections(one) if section.article]


def test_loading_again_records_nothing(catalogue):
    assert actions.load_register() == []


def test_a_draft_of_a_version_makes_the_same_version_again(catalogue):
    for seed in seeds.records():
        before = held(seed.slug)
        after = actions.record(seed.slug, draft_of(before))
        assert (after.number, after.texts, after.transfers) == (2, before.texts, before.transfers)
        assert after.recipients == before.recipients


def test_what_the_purpose_says_is_not_held_twice(catalogue):
    one = held("marketing")
    assert one.legal_basis == one.retention_duration == ""
    record = register.record("marketing", timezone.now())
    assert record is not None
    assert record.basis == "6(1)(a)"
    assert record.duration == "P3Y"


@pytest.mark.parametrize(
    ("slug", "change"),
    [
        ("marketing", {"legal_basis": "6(1)(a)"}),
        ("marketing", {"recipients": [{"name": "x", "kind": "internal", "country": "FR"}]}),
        ("marketing", {"retention_duration": "P1Y"}),
        ("marketing", {"role": "processor"}),
        ("billing", {"legal_basis": ""}),
        ("billing", {"retention_duration": "five years"}),
        ("billing", {"retention_duration": "P"}),
        ("billing", {"role": "joint"}),
        ("billing", {"transfers": [{"recipient": "x", "country": "US", "safeguard": ""}]}),
        ("billing", {"transfers": [{"recipient": "x", "safeguard": "45"}]}),
        ("content-for-organisations", {"every_organisation": False}),
        ("billing", {"number": 5}),
        ("billing", {"number": 1}),
    ],
)
def test_the_database_refuses_an_unlawful_version_from_everybody(catalogue, slug, change):
    one = held(slug)
    one.pk, one.number = None, 2
    for name, value in change.items():
        setattr(one, name, value)
    with pytest.raises(IntegrityError), transaction.atomic():
        one.save(force_insert=True)


@pytest.mark.parametrize("table", ["processingversion", "retentionrun"])
def test_nobody_changes_what_was_recorded(catalogue, table):
    actions.note_run("copies", began_at=timezone.now(), outcome=1)
    for act in ("UPDATE consents_{0} SET id = id", "DELETE FROM consents_{0}"):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(act.format(table))


def test_a_purpose_that_was_never_completed_is_shown_as_a_gap(catalogue):
    purpose = Purpose.objects.get(slug="support")
    copy = purpose.versions.get()
    new = Purpose.objects.create(slug="polls", control="none")
    copy.pk, copy.purpose = None, new
    copy.save(force_insert=True)
    found = register.record("polls", timezone.now())
    assert found is not None
    assert found.gaps == [Gap.NO_RECORD]
    assert found.title == copy.text().title


def test_gaps_are_said_until_they_are_filled(catalogue):
    found = register.record("security", timezone.now())
    assert found is not None
    assert found.gaps == [Gap.NO_LIA, Gap.NEVER_RAN]
    actions.note_run("expired-access", began_at=timezone.now(), outcome=3)
    actions.record("security", {**draft_of(held("security")), "lia_reference": "LIA-2026-03"})
    found = register.record("security", timezone.now())
    assert found is not None
    assert found.gaps == []
    assert "3 things erased" in next(one.value for one in lines(found) if one.key == "evidence")
    actions.note_run("expired-access", began_at=timezone.now(), failed=True)
    found = register.record("security", timezone.now())
    assert found is not None
    assert found.gaps == [Gap.NEVER_RAN]


def test_a_record_that_no_job_executes_says_so(catalogue):
    found = register.record("support", timezone.now())
    assert found is not None
    assert Gap.NOT_ERASED in found.gaps
    said = next(one.value for one in lines(found) if one.key == "evidence")
    assert "No job of this portal carries it out" in said


def test_the_register_costs_the_same_however_long_it_is(catalogue, django_assert_num_queries):
    draft = next(one.draft for one in seeds.records() if one.slug == "billing")
    for number in range(20):
        actions.record(f"more-{number}", draft)
    # Four of its own, and one for what the office has set, as in a request.
    with store.settled(), django_assert_num_queries(5):
        found = register.records(timezone.now())
        assert sum(len(lines(one)) for one in found) > 200
    assert ProcessingRecord.objects.count() == len(found)
