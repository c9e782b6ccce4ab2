from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from consents import catalogue, vocabulary
from consents.actions import purposes
from consents.actions.purposes import publish, purpose_of
from consents.changing import drafts
from consents.changing.problems import problems
from consents.models import Purpose, PurposeVersion
from portal.lib.canonical import sha256_of
from tests.consents.worlds import make_purpose

pytestmark = pytest.mark.django_db

NOON = datetime(2026, 3, 2, 13, 0, tzinfo=UTC)


@pytest.fixture
def training() -> tuple[Purpose, catalogue.Wording]:
    purposes.load_systems()
    seed = next(seed for seed in catalogue.purposes("consent") if seed.is_ai_training)
    return purpose_of(seed), seed.wording


def put_out(purpose: Purpose, wording: catalogue.Wording, **changes: Any) -> PurposeVersion:
    at = changes.pop("at", NOON)
    return publish(
        purpose, replace(wording, **changes), published_at=at, effective_from=at + timedelta(30)
    )


def test_the_hash_is_that_of_what_the_database_gives_back(training: Any) -> None:
    pk = put_out(*training).pk
    version = PurposeVersion.objects.get(pk=pk)
    assert version.sha256 == sha256_of(version.published())


@pytest.mark.parametrize("basis", ["6(1)(b)", "6(1)(f)"])
def test_a_consent_purpose_has_no_other_basis_than_consent(training: Any, basis: str) -> None:
    with pytest.raises(purposes.BasisDoesNotFit):
        put_out(*training, legal_basis=basis)


def test_training_is_never_based_on_the_contract(training: Any) -> None:
    purpose, wording = training
    Purpose.objects.filter(pk=purpose.pk).update(control="not_used")
    with pytest.raises(purposes.BasisDoesNotFit):
        put_out(purpose, wording, legal_basis="6(1)(b)")


@pytest.mark.parametrize("term", sorted(vocabulary.TRAINING))
def test_no_other_purpose_becomes_training(
    training: Any, term: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The gate of "delivery" asks for no switch, and neither for minors nor special categories."""
    delivery, wording = make_purpose("delivery", "none"), training[1]
    changes: dict[str, Any] = {"legal_basis": "6(1)(b)", "dpv_processing": term}
    with pytest.raises(purposes.TrainingNotNamed):
        put_out(delivery, wording, **changes)
    draft = drafts.payload_of(delivery.versions.get()) | {"dpv_processing": term}
    found = problems("delivery", draft, at=timezone.now())
    assert found["dpv_processing"] == ["Models learn for the purpose of AI training alone."]
    monkeypatch.setattr(purposes, "trains_unnamed", lambda *_anything: False)
    with pytest.raises(IntegrityError, match="it trains a model"):
        put_out(delivery, wording, **changes)


def test_a_text_that_lacks_a_language_or_a_level_is_not_published(training: Any) -> None:
    purpose, wording = training
    english = wording.texts["en"]
    with pytest.raises(purposes.TextsIncomplete):
        put_out(purpose, wording, texts={"en": english})
    with pytest.raises(purposes.TextsIncomplete):
        put_out(purpose, wording, texts=wording.texts | {"en": replace(english, refusal=" ")})


def test_versions_follow_each_other_in_number_and_in_time(training: Any) -> None:
    purpose, wording = training
    assert put_out(purpose, wording).number == 1
    with pytest.raises(purposes.OutOfOrder):
        put_out(purpose, wording, at=NOON - timedelta(days=1))
    with pytest.raises(purposes.OutOfOrder):
        publish(purpose, wording, published_at=NOON, effective_from=NOON, number=7)
    assert put_out(purpose, wording, at=NOON + timedelta(days=90)).number == 2


def test_a_recipient_that_is_no_system_is_not_published(training: Any) -> None:
    with pytest.raises(purposes.UnknownRecipient):
        put_out(*training, recipients=["somebody"])


def test_what_was_published_cannot_be_changed_or_removed(training: Any) -> None:
    version = put_out(*training)
    with pytest.raises(IntegrityError), transaction.atomic():
        PurposeVersion.objects.filter(pk=version.pk).update(legal_basis="6(1)(f)")
    with pytest.raises(IntegrityError), transaction.atomic():
        version.delete()
