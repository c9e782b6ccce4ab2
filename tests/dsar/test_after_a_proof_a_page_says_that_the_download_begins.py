"""A download that waits for a proof does not leave the person at the form of the proof."""

import io
import zipfile

import pytest
from django.test import Client

from accounts.actions import claim_address
from consents.models import Purpose
from dsar import actions
from dsar.models.requests import Kind
from tests.accounts import people
from tests.dsar.worlds import work

pytestmark = pytest.mark.django_db


def test_the_page_leads_to_the_file_and_back(purpose: Purpose) -> None:
    alice = people.make("alice@example.org", name="Alice")
    claim_address(alice.email or "", person=alice)
    found = work(actions.open_request(Kind.ACCESS, person=alice, by=alice, language="en"))
    client = Client()
    client.force_login(alice)

    asked = client.post(f"/requests/{found.reference}/download/")
    page = client.post(asked["Location"], {"password": people.PASSWORD})
    assert page.status_code == 200
    assert page["Cache-Control"] == "no-store"
    assert "Your download begins." in page.text
    assert f'href="/requests/{found.reference}/"' in page.text

    # Without JavaScript the page itself fetches the file; the link beside it is the same one.
    link = page["Refresh"].removeprefix("1; url=")
    assert f'href="{link}"' in page.text
    content = client.get(link).getvalue()
    assert "index.html" in zipfile.ZipFile(io.BytesIO(content)).namelist()


def test_whoever_proved_it_before_gets_the_file_at_once(purpose: Purpose) -> None:
    alice = people.make("alice@example.org", name="Alice")
    claim_address(alice.email or "", person=alice)
    found = work(actions.open_request(Kind.ACCESS, person=alice, by=alice, language="en"))
    client = people.confirm(people.sign_in(Client(), alice))
    answer = client.post(f"/requests/{found.reference}/download/")
    assert answer.status_code == 302
    assert answer["Location"].startswith("/requests/copy/")
