"""Four people: Alice who asks, Bob who shares documents with her, Sam of support, Dina the DPO."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from accounts.models import User
from accounts.roles import Role
from dsar import actions
from dsar.models import SubjectRequest
from dsar.models.requests import Kind
from tests.consents.worlds import make_purpose
from tests.dsar.worlds import make_person, make_staff


@pytest.fixture(autouse=True)
def files(settings: Any, tmp_path: Path) -> Path:
    """A file storage of the test's own, and beside it one for the ledger of erasures."""
    place, apart = tmp_path / "files", tmp_path / "erasures"
    place.mkdir()
    storages = settings.STORAGES
    storage = storages["default"] | {"OPTIONS": {"location": str(place)}}
    ledger = storages["erasures"] | {"OPTIONS": {"location": str(apart)}}
    settings.STORAGES = storages | {"default": storage, "erasures": ledger}
    return place


@pytest.fixture(autouse=True)
def office_of_one(settings: Any) -> None:
    """Acts are tried out alone: that two persons are needed has tests of its own
    (test_two_persons_refuse_and_extend.py)."""
    settings.SECOND_PERSON = []


@pytest.fixture
def two_persons(settings: Any) -> None:
    """The office as it is shipped."""
    settings.SECOND_PERSON = ["refuse", "extend", "erase_evidence"]


@pytest.fixture
def purpose(db: None) -> Any:
    """AI training, with consent, in force."""
    return make_purpose()


@pytest.fixture
def alice(purpose: Any) -> User:
    """The person whose data it is."""
    return make_person("alice")


@pytest.fixture
def bob(purpose: Any) -> User:
    """Another customer."""
    return make_person("bob")


@pytest.fixture
def sam(db: None) -> User:
    """Support."""
    return make_staff("sam")


@pytest.fixture
def dina(db: None) -> User:
    """The data protection officer."""
    return make_staff("dina", Role.DPO)


@pytest.fixture
def open_request(alice: User) -> Callable[..., SubjectRequest]:
    """A function that opens a request of Alice's, by default for a copy."""

    def open_it(kind: str = "access", **fields: Any) -> SubjectRequest:
        defaults: dict[str, Any] = {"person": alice, "by": alice, "language": "en"}
        return actions.open_request(Kind(kind), **defaults | fields)

    return open_it
