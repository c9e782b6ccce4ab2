"""An unlawful version of a purpose cannot be written, not even by hand in the database."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import given, settings
from hypothesis import strategies as st

from consents import widening
from consents.models import Purpose, PurposeVersion
from consents.models.purposes import Control
from portal.lib.canonical import sha256_of
from tests.consents.worlds import WORDS, make_document, make_person, make_purpose

pytestmark = pytest.mark.django_db
AGO = timedelta(days=100)


def by_hand(purpose: Purpose, **changes: Any) -> None:
    """Write a version as psql would: no Python rule is asked."""
    now = timezone.now()
    row: dict[str, Any] = {
        "purpose_id": purpose.pk, "number": 2, "published_at": now, "effective_from": now,
        "legal_basis": "6(1)(a)", "texts": {"en": WORDS, "fr": WORDS}, "data_categories": [],
        "recipients": [], "retention_trigger": "end", "retention_duration": "P1Y",
        "safeguards": {}, "dpv_purpose": "dpv:ServiceProvision", "dpv_processing": "",
        "sha256": sha256_of("by hand"), "widens": False, "notice_days": 0,
    } | changes  # fmt: skip
    values = [json.dumps(one) if isinstance(one, dict | list) else one for one in row.values()]
    marks = ", ".join(["%s"] * len(values))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            f"INSERT INTO consents_purposeversion ({', '.join(row)}) VALUES ({marks})",  # noqa: S608
            values,
        )


@pytest.fixture
def training() -> Purpose:
    return make_purpose()


def without(level: str) -> dict[str, Any]:
    return {"texts": {"en": WORDS, "fr": WORDS | {level: " \n"}}}


def test_a_lawful_version_is_written(training: Purpose) -> None:
    by_hand(training)
    assert training.versions.count() == 2


@pytest.mark.parametrize(
    "unlawful",
    [
        {"number": 3},
        {"number": 1},
        {"number": 0},
        {"legal_basis": "6(1)(b)"},
        {"legal_basis": "6(1)(f)"},
        {"legal_basis": "6(1)(z)"},
        {"texts": {}},
        {"texts": {"en": WORDS}},
        {"texts": []},
        without("title"),
        without("refusal"),
        without("example"),
        {"sha256": "0"},
        {"data_categories": {}},
        {"recipients": {"system": "trainer"}},
        # Wider, and it does not say so.
        {"data_categories": ["pd:Name"]},
        {"recipients": [{"system": "trainer"}]},
        {"retention_duration": "P2Y"},
        {"retention_duration": "as long as we like"},
        {"retention_trigger": "another"},
        {"dpv_purpose": "dpv:Marketing"},
        {"dpv_processing": "ai:ModelTraining"},
    ],
)
def test_an_unlawful_version_is_refused_by_the_database(training: Purpose, unlawful: Any) -> None:
    with pytest.raises(IntegrityError):
        by_hand(training, **unlawful)


@pytest.mark.parametrize(
    ("control", "basis"),
    [
        (Control.OBJECTION, "6(1)(a)"),
        (Control.OBJECTION, "6(1)(b)"),
        (Control.NONE, "6(1)(a)"),
        (Control.NOT_USED, "6(1)(z)"),
    ],
)
def test_a_basis_fits_what_people_can_do(control: str, basis: str) -> None:
    purpose = make_purpose("marketing", control)
    with pytest.raises(IntegrityError):
        by_hand(purpose, legal_basis=basis, widens=True, effective_from=timezone.now() + AGO)


def test_versions_follow_each_other_in_time(training: Purpose) -> None:
    before = timezone.now() - timedelta(days=400)
    with pytest.raises(IntegrityError):
        by_hand(training, published_at=before, effective_from=before)
    with pytest.raises(IntegrityError):
        by_hand(training, published_at=before)


def test_nothing_is_published_in_the_future(training: Purpose) -> None:
    tomorrow = timezone.now() + timedelta(days=1)
    with pytest.raises(IntegrityError):
        by_hand(training, published_at=tomorrow, effective_from=tomorrow)


@pytest.mark.parametrize(("promised", "days"), [(0, 13), (14, 13), (30, 29), (60, 45)])
def test_a_wider_version_takes_effect_after_its_notice(
    training: Purpose, promised: int, days: int
) -> None:
    wider = {"data_categories": ["pd:Name"], "widens": True, "notice_days": promised}
    now = timezone.now()
    with pytest.raises(IntegrityError):
        by_hand(training, **wider, published_at=now, effective_from=now + timedelta(days=days))
    enough = now + timedelta(days=max(promised, 14))
    by_hand(training, **wider, published_at=now, effective_from=enough)
    assert training.versions.latest("number").notice_days == max(promised, 14)


def test_a_notice_is_not_dated_back_where_there_are_documents(training: Purpose) -> None:
    with connection.cursor() as cursor:  # as everywhere but in a test database
        cursor.execute(
            "CREATE OR REPLACE FUNCTION history_may_be_written() RETURNS boolean LANGUAGE sql"
            " STABLE AS 'SELECT NOT EXISTS (SELECT FROM consents_party)'"
        )
    past = {"published_at": timezone.now() - AGO, "effective_from": timezone.now()}
    wider = past | {"data_categories": ["pd:Name"], "widens": True}
    make_document("one", make_person("ada"))
    with pytest.raises(IntegrityError):
        by_hand(training, **wider)
    by_hand(training, **past | {"retention_duration": "P6M"})


def test_a_published_purpose_keeps_its_control_and_its_name(training: Purpose) -> None:
    for change in ({"control": "objection"}, {"slug": "else"}, {"is_ai_training": False}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Purpose.objects.filter(pk=training.pk).update(**change)
    Purpose.objects.filter(pk=training.pk).update(position=3)


DURATIONS = st.one_of(
    st.sampled_from(["P1Y", "P12M", "P13M", "P365D", "P366D", "P1Y2M3D", "P31D", "P1M", "", "P"]),
    st.text("PYMD0123T", max_size=8),
)
SLUGS = st.lists(st.sampled_from("abc"), max_size=3)
RECIPIENTS = st.lists(
    st.fixed_dictionaries(
        {"system": st.sampled_from("ab"), "name": st.just("one")},
        optional={
            "country": st.sampled_from(["FR", "US", ""]),
            "kind": st.sampled_from(["internal", "third_party"]),
        },
    ),
    max_size=2,
)
SAFEGUARDS = st.fixed_dictionaries(
    {},
    optional={
        "anonymised": st.sampled_from([True, False, None, "yes", 1]),
        "recall": st.sampled_from([0, 0.5, 0.98, 0.986, 1, True, None, "0.9"]),
        "method": st.sampled_from(["", "manual_review", "labelled_set", None, 3]),
    },
)
VERSIONS = st.builds(
    PurposeVersion,
    legal_basis=st.sampled_from(["6(1)(a)", "6(1)(f)"]),
    data_categories=SLUGS,
    recipients=RECIPIENTS,
    safeguards=SAFEGUARDS,
    retention_trigger=st.sampled_from(["end", "deletion"]),
    retention_duration=DURATIONS,
    dpv_purpose=st.sampled_from(["dpv:A", "dpv:B"]),
    dpv_processing=st.sampled_from(["", "dpv:C"]),
)
FIELDS = (
    "legal_basis", "data_categories", "recipients", "retention_trigger", "retention_duration",
    "dpv_purpose", "dpv_processing", "safeguards",
)  # fmt: skip


def wider_by_sql(before: PurposeVersion, after: PurposeVersion) -> bool:
    rows = [json.dumps({name: getattr(one, name) for name in FIELDS}) for one in (before, after)]
    with connection.cursor() as cursor:
        record = "jsonb_populate_record(NULL::consents_purposeversion, %s)"
        cursor.execute(f"SELECT version_is_wider({record}, {record})", rows)
        return bool(cursor.fetchone()[0])


@settings(deadline=None)
@given(before=VERSIONS, after=VERSIONS, same=st.sets(st.sampled_from(FIELDS)))
def test_the_database_and_python_agree_on_what_is_wider(
    before: PurposeVersion, after: PurposeVersion, same: set[str]
) -> None:
    for name in same:  # else hardly any two versions would be alike
        setattr(after, name, getattr(before, name))
    assert wider_by_sql(before, after) == bool(widening.between(before, after))


def test_a_version_without_an_end_is_longer_than_any_other_without_one() -> None:
    before = PurposeVersion(retention_duration="until then", retention_trigger="end")
    after = PurposeVersion(retention_duration="for ever", retention_trigger="end")
    assert widening.between(before, after) == [widening.Widening.LONGER]


def test_what_the_test_database_waives_no_other_does() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_functiondef('history_may_be_written'::regproc)")
        assert "test\\_%" in cursor.fetchone()[0]
