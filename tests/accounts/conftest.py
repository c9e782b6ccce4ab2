"""The people of these tests: Alice and Bruno are customers, Sam is support, Dina is the DPO."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client

from accounts.models import User
from accounts.roles import Role
from tests.accounts import people


@pytest.fixture(autouse=True)
def _no_limits_left_over(db: None) -> None:
    """Rate limits lie in a table, and some tests really commit."""
    cache.clear()


@pytest.fixture
def alice(db: None) -> User:
    """A customer, in French."""
    return people.make("alice@paraphe.example", name="Alice Martin", language="fr")


@pytest.fixture
def bruno(db: None) -> User:
    """Another customer, who chose no language."""
    return people.make("bruno@paraphe.example", name="Bruno Keller")


@pytest.fixture
def sam(db: None) -> User:
    """Support, with an authenticator app."""
    return people.with_app(people.make("sam@regard.example", name="Sam Roy", role=Role.SUPPORT))


@pytest.fixture
def dina(db: None) -> User:
    """The data protection officer, with an authenticator app."""
    return people.with_app(people.make("dina@regard.example", name="Dina Moreau", role=Role.DPO))


@pytest.fixture
def signed_in() -> Callable[[User], Client]:
    """A function that signs a person in with the password, and the app where there is one."""

    def sign_in(person: User, **options: Any) -> Client:
        return people.sign_in(Client(**options), person)

    return sign_in
