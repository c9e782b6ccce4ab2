from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from consents import catalogue
from consents.actions import purposes
from consents.actions.purposes import publish, purpose_of
from consents.models import Purpose, PurposeVersion
from portal.lib.canonical import sha256_of

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
