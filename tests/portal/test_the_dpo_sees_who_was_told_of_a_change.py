"""The DPO sees of each change whom it touches, who was told, what failed and who read it."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from consents.actions import announcements
from consents.models import Announcement, Announcing, PurposeVersion
from portal.lib.models import OutgoingMail
from tests.consents.announced import announce
from tests.consents.worlds import World, make_person
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)

pytestmark = pytest.mark.django_db


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def dpo(client: Client) -> Client:
    person = make_person("helene")
    User.objects.filter(pk=person.pk).update(role="dpo")
    client.force_login(User.objects.get(pk=person.pk))
    return client


def page(client: Client) -> dict[str, str]:
    text = client.get("/dashboard/changes/").content.decode()
    figures = re.findall(r'data-figure="([\w-]+)"[^>]*>\s*([^<]*?)\s*<', text)
    return dict(figures) | {"text": text}


def batch(version: PurposeVersion) -> None:
    announcements.carry_on(Announcing.objects.get(version=version).pk)


def test_nothing_has_changed_yet(world: World, dpo: Client) -> None:
    shown = page(dpo)["text"]
    assert "No purpose has changed yet" in shown


def test_the_progress_is_said_in_words_and_as_a_bar(
    world: World, dpo: Client, monkeypatch: Any
) -> None:
    monkeypatch.setattr(announcements, "BATCH", 2)
    version = announce(world.purpose)
    batch(version)
    shown = page(dpo)["text"]
    assert "Told: 2 of 5" in shown
    assert re.search(r'<progress id="told-\d+" max="5" value="2">', shown)
    assert "People are being told now" in shown
    assert "every 5s" in shown
    for _ in range(3):
        batch(version)
    OutgoingMail.objects.update(status="sent", sent_at=timezone.now(), subject="", text="", html="")
    announcements.copy_deliveries()
    shown = page(dpo)["text"]
    assert "Told: 5 of 5" in shown
    assert "Everybody known was told" in shown
    assert "every 5s" not in shown


def test_what_failed_is_counted_and_sent_again(world: World, dpo: Client) -> None:
    version = announce(world.purpose)
    batch(version)
    batch(version)
    OutgoingMail.objects.filter(to="ada@example.org").update(status="failed", error="smtp_550")
    announcements.copy_deliveries()
    Announcement.objects.filter(person=world.ben).update(read_at=timezone.now(), read_by="portal")
    figures = page(dpo)
    assert (figures["sent"], figures["waiting"]) == ("0", "4")
    assert (figures["failed"], figures["read"]) == ("1", "1")
    answer = dpo.post(f"/dashboard/changes/{version.pk}/resend/", follow=True)
    assert "1 mail is sent again" in answer.content.decode()
    announcements.resend_some(version.pk, 0)
    assert not OutgoingMail.objects.filter(status="failed").exists()
    assert "example.org" not in figures["text"].replace("helene@example.org", "")


def test_nobody_but_the_dpo_sees_it(world: World, client: Client) -> None:
    version = announce(world.purpose)
    for role in ("customer", "support"):
        User.objects.filter(pk=world.ada.pk).update(role=role)
        client.force_login(User.objects.get(pk=world.ada.pk))
        assert client.get("/dashboard/changes/").status_code == 404
        assert client.post(f"/dashboard/changes/{version.pk}/resend/").status_code == 404


def test_the_page_costs_the_same_for_many_changes(world: World, dpo: Client) -> None:
    costs = []
    for _ in range(3):
        announce(world.purpose)
        with CaptureQueriesContext(connection) as asked:
            dpo.get("/dashboard/changes/")
        costs.append(len(asked))
    assert costs[1] == costs[2]


def test_an_address_that_names_no_version_leads_nowhere(world: World, dpo: Client) -> None:
    for number in (0, 99, 10**30):
        assert dpo.post(f"/dashboard/changes/{number}/resend/").status_code == 404
    assert dpo.get("/dashboard/changes/1/resend/").status_code == 405
    version = announce(world.purpose)
    answer = dpo.post(f"/dashboard/changes/{version.pk}/resend/", follow=True)
    assert "No mail about it has failed" in answer.content.decode()
