"""gpc.json, tdmrep.json, the policy, robots.txt and security.txt, as machines read them."""

import json
import re
from datetime import date, datetime, timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from portal.lib import reservations
from portal.lib.aipref import Preference
from tests.portal.robots import preference

FILES = ["/robots.txt", "/tdm-policy.json", "/.well-known/gpc.json", "/.well-known/tdmrep.json",
         "/.well-known/security.txt"]  # fmt: skip


@pytest.fixture(autouse=True)
def _controller(settings: Any) -> None:
    settings.SITE_URL = "https://privacy.example"
    settings.CONTROLLER = settings.CONTROLLER | {
        "name": "Sign SAS", "email": "contact@sign.example", "dpo_email": "dpo@sign.example",
    }  # fmt: skip


def fetch(path: str, **headers: str) -> Any:
    return Client().get(path, headers=headers)


@pytest.mark.parametrize("path", FILES)
def test_anybody_may_read_it_and_nobody_is_in_it(path: str, db: None) -> None:
    answer = fetch(path)
    assert answer.status_code == 200
    assert "public" in answer["Cache-Control"]
    assert not answer.cookies
    assert Client().post(path).status_code == 405


def test_gpc_json_says_yes_and_since_when(db: None) -> None:
    answer = fetch("/.well-known/gpc.json")
    assert answer["Content-Type"] == "application/json"
    said = answer.json()
    assert said["gpc"] is True
    assert date.fromisoformat(said["lastUpdate"]) <= timezone.now().date() + timedelta(days=1)


def first_match(rules: list[dict[str, Any]], path: str) -> dict[str, Any]:
    return next((rule for rule in rules if path.startswith(rule["location"])), {})


@pytest.mark.parametrize("path", ["/documents/x/file/", "/d/token/", "/api/v1/documents/"])
def test_tdmrep_reserves_where_documents_are(path: str, db: None) -> None:
    rules = fetch("/.well-known/tdmrep.json").json()
    assert isinstance(rules, list)
    rule = first_match(rules, path)
    assert rule["tdm-reservation"] == 1
    assert rule["tdm-policy"] == "https://privacy.example/tdm-policy.json"
    assert not first_match(rules, "/help/")


def test_the_policy_is_an_offer_that_asks_for_consent(db: None) -> None:
    answer = fetch("/tdm-policy.json")
    assert answer["Content-Type"] == "application/ld+json"
    said = json.loads(answer.content)
    assert said["@type"] == "Offer"
    assert said["profile"] == "http://www.w3.org/ns/tdmrep"
    assert said["assigner"]["vcard:hasEmail"] == "mailto:dpo@sign.example"
    assert said["permission"] == [{"action": "tdm:mine", "duty": [{"action": "obtainConsent"}]}]


@pytest.mark.parametrize(
    ("path", "expected"),
    [("/documents/x/file/", Preference.DISALLOW), ("/d/token/", Preference.DISALLOW),
     ("/help/", Preference.UNKNOWN), ("/staff/", None)],
)  # fmt: skip
def test_robots_txt_says_the_same(path: str, expected: Preference | None, db: None) -> None:
    assert preference(fetch("/robots.txt").content.decode(), "AnyBot", path) is expected


def test_what_is_reserved_is_never_disallowed_or_nothing_would_be_said() -> None:
    for rule in reservations.PATHS:
        assert rule.crawl or not rule.reserved
        assert not any(
            other is not rule and other.path.startswith(rule.path) for other in reservations.PATHS
        )


def test_security_txt_names_a_contact_and_expires_within_a_year(db: None) -> None:
    text = fetch("/.well-known/security.txt").content.decode()
    assert "Contact: mailto:contact@sign.example" in text
    expires = re.search(r"^Expires: (.+)$", text, re.MULTILINE)
    assert expires
    left = datetime.fromisoformat(expires[1]) - timezone.now()
    assert timedelta(days=90) < left < timedelta(days=365)
