"""An authority gets one person's events, or a period's: agreed to, sealed, signed, taken once."""

import csv
import hashlib
import io
import json
import zipfile
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.utils import timezone

from accounts.actions import look
from accounts.changes import actions as changes
from accounts.changes.models import Change
from accounts.models import AccessEvent, User
from accounts.roles import Role
from portal.dashboard.log import building, exports, search
from portal.dashboard.log.wanted import EVERYTHING, Wanted
from portal.dashboard.models import LogExport, OfficeEvent
from portal.lib import keys
from tests.accounts import people
from tests.consents.worlds import make_person
from tests.dsar.conftest import files as files  # the file storage of the test

pytestmark = pytest.mark.django_db
EXPORTS = "/dashboard/log/exports/"
WHY = "CNIL, saisine 26-0042"


@pytest.fixture(autouse=True)
def _second_factor_is_not_the_point_here(settings: Any) -> None:
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "SecondFactor" not in one]


class World:
    """Two officers, one of support, two customers whose files were opened."""

    def __init__(self) -> None:
        self.dina = people.make("dina@regard.example", name="Dina Moreau", role=Role.DPO)
        self.dora = people.make("dora@regard.example", name="Dora Lindt", role=Role.DPO)
        self.sam = people.make("sam@regard.example", name="Sam Petit", role=Role.SUPPORT)
        self.ada, self.ben = make_person("ada"), make_person("ben")
        for person in (self.ada, self.ben):
            look(person, by=self.sam, kind=AccessEvent.Kind.PERSON_VIEWED, reason="=1+1")

    def ask(self, **fields: Any) -> LogExport:
        """Ask for an export, and have the second officer agree."""
        given = {"person": self.ada, "since": None, "until": None, "reason": WHY, "by": self.dina}
        change = exports.ask(**given | fields)
        changes.approve(change, by=self.dora)
        return LogExport.objects.get(uid=change.subject)


@pytest.fixture
def world(db: None, files: Path) -> World:
    return World()


def signed_in(person: User) -> Client:
    client = Client()
    client.force_login(person)
    return people.confirm(client)


def opened(export: LogExport, by: User) -> zipfile.ZipFile:
    """Take an export and open its zip."""
    _found, stream = exports.take(exports.new_link(export, by=by), by=by)
    return zipfile.ZipFile(io.BytesIO(b"".join(stream)))


def test_it_holds_just_the_persons_events_and_can_be_checked(world: World) -> None:
    export = world.ask()
    building.build(export.pk)
    export.refresh_from_db()
    expected = list(search.walk(building.wanted_of(export)))
    with opened(export, world.dina) as found:
        rows = json.loads(found.read("events.json"))
        table = list(csv.DictReader(io.StringIO(found.read("events.csv").decode("utf-8-sig"))))
        manifest = json.loads(found.read("manifest.json"))
        readme = found.read("README.txt").decode()
        hashes = {name: hashlib.sha256(found.read(name)).hexdigest() for name in found.namelist()}
        sealed = keys.verify(found.read("manifest.jws").decode()).payload
        assert sealed == found.read("manifest.json")
    assert [row["number"] for row in rows] == [f"{one.family}-{one.id}" for one in expected]
    assert {row["file_of"] for row in rows} == {str(world.ada.uid)}
    assert [row["number"] for row in table] == [row["number"] for row in rows]
    assert {row["why"] for row in table} >= {"'=1+1"}, "no spreadsheet computes a cell"
    assert all(hashes[one["name"]] == one["sha256"] for one in manifest["files"])
    assert "ada@example.org" in readme
    assert WHY in readme
    assert export.manifest_sha256 == hashes["manifest.json"]


def test_the_person_and_the_office_can_read_that_it_was_exported(world: World) -> None:
    export = world.ask()
    building.build(export.pk)
    row = AccessEvent.objects.get(person=world.ada, kind="events_exported")
    assert (row.by, row.reason) == (world.dina, WHY)
    opened(LogExport.objects.get(pk=export.pk), world.dora).close()
    codes = OfficeEvent.objects.order_by("pk").values_list("code", flat=True)
    assert list(codes) == ["export_asked", "export_built", "export_taken"]
    taken = OfficeEvent.objects.get(code="export_taken")
    assert (taken.by, taken.person) == (world.dora, world.ada)


def test_a_period_holds_what_happened_in_it(world: World) -> None:
    now = timezone.now()
    AccessEvent.objects.create(
        person=world.ada, by=world.sam, kind="person_viewed", at=now - timedelta(days=40)
    )
    export = world.ask(person=None, since=now - timedelta(days=9), until=now + timedelta(days=9))
    assert export.until <= timezone.now(), "what comes after it was asked for is not in it"
    building.build(export.pk)
    export.refresh_from_db()
    wanted = Wanted(since=export.since, until=export.until, what=EVERYTHING)
    assert export.events == len(list(search.walk(wanted)))
    assert not AccessEvent.objects.filter(kind="events_exported").exists()


def test_nothing_is_made_before_a_second_officer_agrees(world: World) -> None:
    client = signed_in(world.dina)
    answer = client.post(EXPORTS, {"email": "ada@example.org", "reason": WHY})
    export = LogExport.objects.get()
    assert answer["Location"] == f"{EXPORTS}{export.uid}/"
    assert export.status == "asked"
    building.build(export.pk)
    assert LogExport.objects.get().status == "asked"
    assert "Waits for a second person" in client.get(answer["Location"]).content.decode()
    change = Change.objects.get(kind=exports.KIND)
    assert client.post(f"/dashboard/approvals/{change.uid}/approve/").status_code == 409
    sent = {"words": "", "seen": change.fingerprint}
    signed_in(world.dora).post(f"/dashboard/approvals/{change.uid}/approve/", sent)
    assert LogExport.objects.get().status == "building"


def test_where_the_office_wants_no_second_person_it_is_made_at_once(
    world: World, settings: Any
) -> None:
    settings.SECOND_PERSON = []
    exports.ask(person=None, since=timezone.now(), until=None, reason=WHY, by=world.dina)
    assert LogExport.objects.get().status == "building"


def test_it_is_downloaded_once_after_saying_who_one_is(world: World) -> None:
    export = world.ask()
    building.build(export.pk)
    stranger = Client()
    stranger.force_login(world.dina)
    way = f"{EXPORTS}{export.uid}/link/"
    assert "reauthenticate" in stranger.post(way)["Location"]
    client = signed_in(world.dina)
    link = client.post(way)["Location"]
    answer = client.get(link)
    content = b"".join(answer.streaming_content)  # type: ignore[attr-defined]
    export.refresh_from_db()
    assert hashlib.sha256(content).hexdigest() == export.sha256
    assert int(answer["Content-Length"]) == len(content)
    assert (export.status, export.key) == ("taken", None)
    again = client.get(link, follow=True).content.decode()
    assert "This link has been used or is too old." in again
    assert client.post(way).status_code == 409
    assert "Downloaded by Dina Moreau" in client.get(f"{EXPORTS}{export.uid}/").content.decode()


def test_two_at_once_make_one(world: World) -> None:
    export = world.ask()
    held = exports.claim(export.pk)
    assert held is not None
    building.build(export.pk)  # another worker: somebody is at it
    assert LogExport.objects.get().status == "building"
    LogExport.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    building.build(export.pk)  # the first one died
    assert LogExport.objects.get().status == "ready"
    assert OfficeEvent.objects.filter(code="export_built").count() == 1


def test_what_nobody_took_is_destroyed(world: World) -> None:
    export = world.ask()
    building.build(export.pk)
    export.refresh_from_db()
    later = timezone.now() + exports.LASTS + timedelta(seconds=1)
    name = export.name
    assert default_storage.exists(name)
    assert exports.tidy(later) == 1
    export.refresh_from_db()
    assert (export.status, export.key, export.name) == ("ended", None, "")
    assert not default_storage.exists(name)


def test_too_much_is_said_and_not_made(world: World, monkeypatch: Any) -> None:
    monkeypatch.setattr(building, "MOST", 1)
    export = world.ask(person=None, since=timezone.now() - timedelta(days=400))
    building.build(export.pk)
    assert LogExport.objects.get().error == "too_large"
    page = signed_in(world.dina).get(f"{EXPORTS}{export.uid}/").content.decode()
    assert "Ask for shorter periods" in page


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        ({}, "Name a person, or the first day of a period."),
        ({"email": "nobody@example.org"}, "No account has this address."),
        ({"since": "2026-05-02", "until": "2026-05-01"}, "The last day is before the first one."),
        ({"email": "ada@example.org", "reason": "about Ada"}, "without the name"),
        ({"since": "2026-05-02", "reason": ""}, "This field is required."),
    ],
)
def test_what_is_missing_is_said(world: World, sent: dict[str, str], said: str) -> None:
    answer = signed_in(world.dina).post(EXPORTS, {"reason": WHY, **sent})
    assert answer.status_code == 422
    assert said in answer.content.decode()
    assert not LogExport.objects.exists()
    assert not Change.objects.exists()
