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
from django_q.models import OrmQ

from accounts.actions import look
from accounts.changes import actions as changes
from accounts.changes.models import Change
from accounts.models import AccessEvent, User
from accounts.roles import Role
from portal.dashboard.log import building, exports, search, writing
from portal.dashboard.log.wanted import EVERYTHING, Wanted
from portal.dashboard.models import LogExport, OfficeEvent
from portal.lib import keys
from tests.accounts import people
from tests.consents.worlds import make_person
from tests.dsar.conftest import files as files  # the file storage of the test
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)
from tests.portal.officers import signed_in

pytestmark = pytest.mark.django_db
EXPORTS = "/dashboard/log/exports/"
WHY = "CNIL, saisine 26-0042"


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


def opened(export: LogExport, by: User) -> zipfile.ZipFile:
    """Take an export and open its zip."""
    _found, stream = exports.take(exports.new_link(export, by=by), by=by)
    return zipfile.ZipFile(io.BytesIO(b"".join(stream)))


def test_it_holds_just_the_persons_events_and_can_be_checked(world: World) -> None:
    export = world.ask()
    building.build(export.pk)
    export.refresh_from_db()
    expected = list(search.walk(writing.wanted_of(export)))
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


@pytest.fixture
def long(world: World, monkeypatch: pytest.MonkeyPatch) -> LogExport:
    """An export that takes several jobs."""
    monkeypatch.setattr(building, "AT_ONCE", 3)
    for n in range(7):
        look(world.ada, by=world.sam, kind=AccessEvent.Kind.PERSON_VIEWED, reason=f"call {n}")
    export = world.ask(person=None, since=timezone.now() - timedelta(days=400))
    OrmQ.objects.all().delete()
    return export


def one_job(export: LogExport) -> LogExport:
    """Do one job of the worker; the next one is queued until it is ready."""
    building.build(export.pk)
    export.refresh_from_db()
    queued = OrmQ.objects.all().delete()[0]
    assert queued == (export.status == "building")
    return export


def test_as_much_as_there_is_comes_in_parts_that_can_be_checked(
    world: World, long: LogExport
) -> None:
    expected = [f"{one.family}-{one.id}" for one in search.walk(writing.wanted_of(long))]
    jobs = 0
    while one_job(long).status == "building":
        jobs += 1
        assert long.parts.count() == jobs
    assert jobs == -(-len(expected) // 3)
    assert long.events == len(expected)
    assert not long.parts.exists()
    assert default_storage.listdir(building.FOLDER)[1] == [long.name.partition("/")[2]]
    with opened(long, world.dina) as found:
        manifest = json.loads(found.read("manifest.json"))
        assert keys.verify(found.read("manifest.jws").decode()).payload == found.read(
            "manifest.json"
        )
        rows: list[dict[str, str]] = []
        table: list[dict[str, str]] = []
        for part in manifest["parts"]:
            with zipfile.ZipFile(io.BytesIO(found.read(part["name"]))) as inner:
                held = json.loads(inner.read("events.json"))
                assert len(held) == part["events"]
                rows += held
                table += csv.DictReader(io.StringIO(inner.read("events.csv").decode("utf-8-sig")))
        for one in manifest["files"]:
            assert hashlib.sha256(found.read(one["name"])).hexdigest() == one["sha256"]
        assert "events-0001.zip" in found.read("README.txt").decode()
    assert [row["number"] for row in rows] == expected
    assert [row["number"] for row in table] == expected


def test_a_worker_that_dies_leaves_the_parts_that_were_made(world: World, long: LogExport) -> None:
    one_job(long)
    held = exports.claim(long.pk)
    assert held is not None, "and dies"
    assert (held.attempts, held.events) == (1, 3)
    LogExport.objects.update(leased_until=timezone.now() - timedelta(seconds=1))
    exports.resume()
    OrmQ.objects.all().delete()
    one_job(long)
    assert [part.number for part in long.parts.all()] == [1, 2]
    page = signed_in(world.dina).get(f"{EXPORTS}{long.uid}/").content.decode()
    assert "6 events so far." in page


def test_what_is_not_made_after_all_leaves_no_part(long: LogExport) -> None:
    one_job(long)
    name = long.parts.get().name
    exports.fail(long, "worker_died")
    exports.tidy(timezone.now())
    assert not long.parts.exists()
    assert not default_storage.exists(name)


def test_the_readme_says_when_uses_of_a_persons_documents_are_not_in_it(world: World) -> None:
    whole, month = world.ask(), world.ask(since=timezone.now() - timedelta(days=30))
    said = []
    for export in (whole, month):
        building.build(export.pk)
        with opened(export, world.dina) as found:
            said.append("in a period of 92 days at most" in found.read("README.txt").decode())
    assert said == [True, False]


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
