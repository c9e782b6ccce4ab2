"""``POST /api/v1/uses/``: what documents were really used for, each use once."""

from datetime import UTC, datetime, timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from consents import months
from consents.models import Document, ManifestLine, PurposeVersion, System, TrainingRun, Use
from tests.consents.worlds import WORDS, make_document, make_purpose

pytestmark = pytest.mark.django_db
URL = "/api/v1/uses/"


@pytest.fixture
def world(db):
    make_purpose("ai-training")
    make_purpose("analytics", "objection")
    System.objects.create(slug="trainer", name="Trainer")
    System.objects.create(slug="search", name="Search")
    make_document("doc-1")
    Document.objects.update(
        sent_at=timezone.now() - timedelta(days=300), completed_at=timezone.now()
    )


@pytest.fixture
def post(world, machine):
    client = machine("uses:write")
    return lambda body: client.post(URL, body, content_type="application/json")


def use(days=1, **fields):
    at = timezone.now().replace(microsecond=0) - timedelta(days=days)
    return {
        "document": "doc-1", "purpose": "analytics", "at": at.isoformat(), "system": "search",
    } | fields  # fmt: skip


def test_each_use_is_recorded_and_a_repeat_is_not(post):
    batch = [use(1), use(2), use(1)]
    assert post(batch).json() == {"recorded": 2, "duplicate": 1, "rejected": []}
    assert post(batch).json() == {"recorded": 0, "duplicate": 3, "rejected": []}
    assert post(use(3)).json() == {"recorded": 1, "duplicate": 0, "rejected": []}
    assert Use.objects.count() == 3


def test_what_is_wrong_is_listed_and_not_fatal(post):
    training = {"purpose": "ai-training", "system": "trainer", "training_run": "run-1"}
    answer = post([
        use(document="doc-9"),
        use(purpose="magic"),
        use(system="unknown"),
        use(-1),
        use(301),
        use(1),
        use(1, training_run="run-1"),
        use(1, **training),
        use(1, **training | {"system": "search"}),
        use(1, at="yesterday"),
        {},
        7,
    ])  # fmt: skip
    assert answer.status_code == 200
    body = answer.json()
    assert (body["recorded"], body["duplicate"]) == (2, 0)
    assert [(one["index"], one["code"]) for one in body["rejected"]] == [
        (0, "unknown_document"),
        (1, "unknown_purpose"),
        (2, "unknown_system"),
        (3, "in_the_future"),
        (4, "before_the_document"),
        (6, "not_a_training"),
        (8, "run_of_other_system"),
        (9, "invalid"),
        (10, "invalid"),
        (11, "invalid"),
    ]
    assert body["rejected"][0]["message"]


def test_a_use_rests_on_the_words_that_were_in_force_then(post):
    first = PurposeVersion.objects.get(purpose__slug="analytics")
    change = timezone.now() - timedelta(days=100)
    second = PurposeVersion.objects.create(
        purpose=first.purpose, number=2, published_at=change, effective_from=change,
        legal_basis="6(1)(f)", texts={"en": WORDS, "fr": WORDS}, retention_trigger="end",
        retention_duration="P1Y", dpv_purpose="dpv:ServiceProvision", sha256="0" * 64,
    )  # fmt: skip
    post([use(101), use(99)])
    assert list(Use.objects.order_by("at").values_list("version", flat=True)) == [
        first.pk,
        second.pk,
    ]


def test_a_purpose_that_did_not_hold_yet_is_named(post):
    Document.objects.update(sent_at=timezone.now() - timedelta(days=900))
    assert post(use(400)).json()["code"] == "purpose_not_in_force"


def test_a_training_run_is_made_on_first_sight_and_found_again(post):
    training = {"purpose": "ai-training", "system": "trainer", "training_run": "run-1"}
    post([use(5, **training, model_name="Paraphe 7B"), use(9, **training)])
    post(use(2, **training))
    run = TrainingRun.objects.get()
    assert (run.reference, run.model_name, run.uses.count()) == ("run-1", "Paraphe 7B", 3)
    assert run.started_at == Use.objects.earliest("at").at
    assert post(use(1, purpose="ai-training", system="trainer")).json()["recorded"] == 1


def test_a_training_that_nobody_names_gets_the_name_of_its_system_and_month(post):
    training = use(1, purpose="ai-training", system="trainer")
    assert post([training, training]).json() == {"recorded": 1, "duplicate": 1, "rejected": []}
    assert TrainingRun.objects.get().reference == f"trainer:{Use.objects.get().at:%Y-%m}"


def test_the_first_use_by_a_run_stands_beside_its_line(post):
    training = {"purpose": "ai-training", "system": "trainer", "training_run": "run-1"}
    for days in (3, 5, 4):
        post(use(days, **training))
    line = ManifestLine.objects.get()
    assert line.used_at == Use.objects.earliest("at").at
    assert line.excluded == ""


def test_a_use_of_a_document_that_is_gone_is_still_evidence(post):
    Document.objects.update(status="deleted")
    assert post(use()).json()["recorded"] == 1


def test_a_single_wrong_use_is_a_bad_request(post):
    answer = post(use(document="doc-9"))
    assert (answer.status_code, answer.json()["code"]) == (400, "unknown_document")


def test_a_use_can_neither_be_changed_nor_deleted(post):
    post(use())
    with pytest.raises(IntegrityError), transaction.atomic():
        Use.objects.update(system=2)
    with pytest.raises(IntegrityError), transaction.atomic():
        Use.objects.all()._raw_delete("default")


def partitions():
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname FROM pg_inherits JOIN pg_class c ON c.oid = inhrelid"
            " WHERE inhparent = 'consents_use'::regclass"
        )
        return {name for (name,) in cursor.fetchall()}


def test_every_use_lies_in_the_partition_of_its_month(post):
    post([use(days) for days in (1, 40, 80, 120)])
    with connection.cursor() as cursor:
        cursor.execute("SELECT DISTINCT tableoid::regclass::text, to_char(at AT TIME ZONE 'UTC',"
                       " '\"consents_use_\"YYYY_MM') FROM consents_use")  # fmt: skip
        rows = cursor.fetchall()
    assert len(rows) == 4
    assert all(table == expected for table, expected in rows)


def test_the_coming_months_are_ready_before_they_begin(world):
    months.prepare()
    months.prepare()
    today = datetime.now(UTC).date()
    coming = {f"consents_use_{months.month_of(today, n):%Y_%m}" for n in range(4)}
    assert coming <= partitions()


def test_uses_of_a_far_past_go_to_the_default_partition(post):
    Document.objects.update(sent_at=None, completed_at=datetime(1980, 1, 1, tzinfo=UTC))
    before = partitions()
    months.ensure([datetime(1981, 5, 5, tzinfo=UTC).date()])
    assert partitions() == before


def test_a_month_that_the_default_partition_has_begun_stays_there(world):
    month = months.month_of(months.today(), -60)
    document = Document.objects.get()
    version = PurposeVersion.objects.earliest("pk")
    Use.objects.create(
        at=datetime(month.year, month.month, 5, tzinfo=UTC), document=document, version=version,
        system=System.objects.earliest("pk"),
    )  # fmt: skip
    months.ensure([month])
    assert f"consents_use_{month:%Y_%m}" not in partitions()


def test_a_batch_costs_a_fixed_number_of_queries(post, django_assert_max_num_queries):
    post(use(1))  # its month is there
    today = timezone.now().replace(hour=0, minute=0, second=0, microsecond=0) - timedelta(days=1)
    batch = [use(at=(today - timedelta(seconds=n)).isoformat()) for n in range(300)]
    with django_assert_max_num_queries(25):
        assert post(batch).json()["recorded"] == 300
