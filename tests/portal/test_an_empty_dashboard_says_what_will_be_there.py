"""On the first day nothing has happened: the pages say so, and what will stand there."""

from typing import Any

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.test import Client

from accounts.models import User
from portal.dashboard.cards import rollups
from portal.dashboard.models import CareRecord
from tests.portal.figures import Page

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser(settings: Any) -> Client:
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "SecondFactor" not in one]
    client = Client()
    client.force_login(User.objects.create_user("dina@staff.example.org", role="dpo"))
    return client


def test_the_day_has_no_request_and_nothing_to_decide(browser: Client) -> None:
    page = Page(browser, "/dashboard/")
    assert "<strong>No request</strong> is open." in page.text
    assert "Nothing waits for a decision" in page.text
    assert "nothing can become late" in page.text
    assert "No purpose asks for a choice." in page.text
    assert page.number("open") == page.number("asked") == 0


def test_before_the_worker_has_counted_the_page_says_so(browser: Client) -> None:
    first = browser.get("/dashboard/trends/").text
    assert "These days have <strong>not been counted</strong> yet." in first
    assert "These figures have not been counted yet." in first
    rollups.refresh()
    text = browser.get("/dashboard/trends/").text
    assert "Figures as of" in text
    assert "Nothing was answered in this period" in text
    assert "Nothing in this period." in text


@pytest.mark.parametrize("what", ["choices", "uses", "gate"])
def test_a_list_without_rows_says_so(browser: Client, what: str) -> None:
    for query in ("", "?since=garbage&purpose=none&act=%00&older=x_y", "?older=9999-12-31T00:00_1"):
        assert "No such row" in browser.get(f"/dashboard/trends/{what}/{query}").text


def test_a_backup_and_a_drill_are_recorded_by_a_command() -> None:
    call_command("record_backup", "--label", "nightly", "--bytes", "12", verbosity=0)
    call_command("record_drill", "--at", "2026-05-01T03:00+02:00", "--replayed", verbosity=0)
    call_command("record_backup", "--failed", verbosity=0)
    rows = CareRecord.objects.order_by("pk").values_list("kind", "succeeded", "label", "replayed")
    assert list(rows) == [
        ("backup", True, "nightly", False),
        ("drill", True, "", True),
        ("backup", False, "", False),
    ]
    for wrong in ("yesterday", "2026-13-01", "2999-01-01T00:00Z"):
        with pytest.raises(CommandError):
            call_command("record_backup", "--at", wrong)
