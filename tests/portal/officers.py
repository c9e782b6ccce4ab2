"""Two data protection officers of a test: one drafts, the other agrees."""

from typing import Any

import pytest
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from tests.accounts import people


@pytest.fixture(autouse=True)
def _second_factor_is_not_the_point_here(settings: Any) -> None:
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "SecondFactor" not in one]


@pytest.fixture
def dina(db: None) -> User:
    return people.make("dina@regard.example", name="Dina Moreau", role=Role.DPO)


@pytest.fixture
def dora(db: None) -> User:
    return people.make("dora@regard.example", name="Dora Lindt", role=Role.DPO)


def signed_in(person: User) -> Client:
    """Return a browser of somebody who has just proven with the password who it is."""
    client = Client()
    client.force_login(person)
    return people.confirm(client)
