"""Whoever is no data protection officer finds nothing of the dashboard, however they ask."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import URLResolver, get_resolver

from tests.accounts import people

pytestmark = pytest.mark.django_db
METHODS = ["GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"]
SOMETHING = {
    "uuid": "00000000-0000-0000-0000-000000000000", "int": "1", "slug": "ai-training", "str": "x",
}  # fmt: skip


def addresses(patterns: Any, before: str = "") -> Iterator[str]:
    """Yield an address of every page of the dashboard."""
    for one in patterns:
        route = before + str(one.pattern)
        if isinstance(one, URLResolver):
            yield from addresses(one.url_patterns, route)
        elif route.startswith("dashboard/"):
            yield "/" + re.sub(r"<(\w+):\w+>", lambda part: SOMETHING[part[1]], route)


@pytest.mark.parametrize("role", ["support", "customer"])
def test_no_method_says_that_there_is_a_page(client: Client, role: str) -> None:
    """A 405 with the methods that are allowed would say so."""
    person = people.make("sam@regard.example", role=role)
    browser = people.sign_in(client, people.with_app(person))
    found = list(addresses(get_resolver().url_patterns))
    assert len(found) > 50
    said = {
        (method, path): status
        for path in found
        for method in METHODS
        if (status := browser.generic(method, path).status_code) != 404
    }
    assert not said


def test_to_who_is_not_signed_in_every_page_is_a_door(client: Client) -> None:
    for path in addresses(get_resolver().url_patterns):
        answer = client.get(path)
        assert answer.status_code == 302
        assert answer.headers["Location"].startswith("/account/login/")
