"""System checks: an installation that would harm people does not start."""

from typing import Any

import pytest
from django.core.checks import run_checks
from django.db import connection

from portal import checks
from portal.lib import append_only


def errors() -> set[str]:
    """Return the ids of our own errors, with those that only production asks for."""
    found = run_checks(include_deployment_checks=True)
    return {str(message.id) for message in found if str(message.id).startswith("regard.")}


@pytest.fixture
def sound(settings: Any) -> Any:
    """Settings of which nothing is to be said."""
    settings.EMBEDDED_DATABASE = False
    return settings


def test_sound_settings_pass(sound: Any) -> None:
    assert errors() == set()


@pytest.mark.parametrize(
    ("setting", "value", "error"),
    [
        ("AI_TRAINING_SHAPE", "opt-out", "regard.E002"),
        ("RECEIPT_KEYS", {"keys": []}, "regard.E003"),
        ("RECEIPT_KEYS", {"keys": [{"kty": "OKP", "crv": "Ed25519"}]}, "regard.E003"),
        ("Q_CLUSTER", {"retry": 60, "timeout": 60}, "regard.E004"),
        ("EMBEDDED_DATABASE", True, "regard.E005"),
        ("DEMO", True, "regard.E006"),
        ("PURPOSE_NOTICE_DAYS", 13, "regard.E009"),
    ],
)
def test_a_wrong_setting_is_named(sound: Any, setting: str, value: Any, error: str) -> None:
    setattr(sound, setting, value)
    assert errors() == {error}


def test_a_public_key_alone_cannot_seal(sound: Any) -> None:
    [key] = sound.RECEIPT_KEYS["keys"]
    sound.RECEIPT_KEYS = {"keys": [{k: v for k, v in key.items() if k != "d"}]}
    assert errors() == {"regard.E003"}


@pytest.mark.parametrize("field", checks.CONTACT)
def test_people_must_know_whom_to_turn_to(sound: Any, field: str) -> None:
    sound.CONTROLLER = sound.CONTROLLER | {field: ""}
    assert errors() == {"regard.E001"}


@pytest.mark.django_db
def test_a_ledger_without_its_trigger_is_found() -> None:
    assert checks.unguarded("default") == []
    table = sorted(append_only.TABLES)[0]
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER {table}_append_only ON {table}")
    assert checks.unguarded("default") == [table]
    [found] = checks.append_only_tables(databases=["default"])
    assert found.id == "regard.E007"


@pytest.mark.django_db
def test_a_ledger_whose_trigger_is_switched_off_is_found() -> None:
    table = sorted(append_only.TABLES)[0]
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {table}_no_truncate")
    assert checks.unguarded("default") == [table]


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("table", "trigger"),
    [
        ("consents_purposeversion", "consents_purposeversion_lawful"),
        ("consents_purpose", "consents_purpose_stays"),
    ],
)
def test_a_lost_law_of_purposes_is_found(table: str, trigger: str) -> None:
    assert list(checks.lawful_versions(databases=["default"])) == []
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE {table} DISABLE TRIGGER {trigger}")
    [found] = checks.lawful_versions(databases=["default"])
    assert (found.id, trigger in found.msg) == ("regard.E010", True)
