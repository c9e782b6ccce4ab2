"""HEAD, a browser that looks ahead, two tabs, a download that broke off, parts of a file."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from accounts.models import User
from dsar.actions import downloads
from dsar.models import SubjectRequest
from tests.dsar.worlds import Ask, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def ready(open_request: Ask) -> SubjectRequest:
    """An answered request."""
    return work(open_request())


@pytest.fixture
def browser(client: Client, alice: User) -> Client:
    """Alice's."""
    client.force_login(alice)
    return client


def link(request: SubjectRequest) -> str:
    """Make a link."""
    return reverse("dsar:copy", args=[downloads.new_link(request.package, by=request.person)])


def test_to_ask_what_it_is_does_not_spend_it(ready: SubjectRequest, browser: Client) -> None:
    url = link(ready)
    told = browser.head(url)
    assert (told.status_code, int(told["Content-Length"])) == (200, ready.package.size)
    assert browser.get(url, headers={"Sec-Purpose": "prefetch;prerender"}).status_code == 204
    given = browser.get(url, headers={"Range": "bytes=0-9"})
    assert (given.status_code, given["Accept-Ranges"]) == (200, "none")
    assert len(b"".join(given)) == ready.package.size
    assert browser.head(url).status_code == 404


def test_a_spent_link_leads_back_to_where_a_new_one_is_made(
    ready: SubjectRequest, browser: Client, bob: User
) -> None:
    first, second = link(ready), link(ready)
    back = browser.get(first)
    assert back["Location"] == reverse("dsar:detail", args=[ready.reference])
    b"".join(browser.get(second))
    assert browser.get(second).status_code == 302
    # A download that broke off begins anew, as often as one likes.
    b"".join(browser.get(link(ready)))
    ready.package.refresh_from_db()
    assert ready.package.downloads == 2


def test_a_stranger_with_the_link_learns_nothing(
    ready: SubjectRequest, client: Client, bob: User
) -> None:
    client.force_login(bob)
    url = link(ready)
    assert client.head(url).status_code == 404
    refused: Any = client.get(url)
    assert refused.status_code == 409
    assert ready.reference not in refused.content.decode()
    ready.package.refresh_from_db()
    assert ready.package.link_hash is not None
