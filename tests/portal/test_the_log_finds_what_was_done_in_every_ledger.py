"""One list holds every append-only event, in one order, and each filter finds just its own."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.actions import look
from accounts.changes.models import Change, ChangeEvent
from accounts.models import AccessEvent, User
from accounts.roles import Role
from consents.actions import choices
from consents.models import (
    BulkAnswer,
    CanaryCheck,
    ChoiceEvent,
    ContractClause,
    Party,
    PermitAnswer,
    PurposeVersion,
    System,
    SystemEvent,
    Use,
)
from dsar import actions
from dsar.models import ErasureRecord, RequestEvent
from dsar.models.requests import Kind
from portal.dashboard.log import search
from portal.dashboard.log import wanted as wanting
from portal.dashboard.log.asked import seal
from portal.dashboard.log.families import BY_SLUG, FAMILIES, LEFT_OUT
from portal.dashboard.log.wanted import EVERYTHING, Wanted
from portal.dashboard.models import OfficeEvent
from portal.lib import append_only
from tests.accounts import people
from tests.consents.worlds import World as Consents
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)

pytestmark = pytest.mark.django_db
LOG = "/dashboard/log/"
# The same by hand, table by table: what the list has to hold.
TABLES: dict[str, tuple[Any, str]] = {
    "looks": (AccessEvent, "at"), "choices": (ChoiceEvent, "at"),
    "changes": (ChangeEvent, "at"), "office": (OfficeEvent, "at"),
    "requests": (RequestEvent, "at"), "erasures": (ErasureRecord, "at"),
    "versions": (PurposeVersion, "published_at"), "clauses": (ContractClause, "accepted_at"),
    "systems": (SystemEvent, "at"), "answers": (PermitAnswer, "at"), "bulk": (BulkAnswer, "at"),
    "canaries": (CanaryCheck, "at"), "uses": (Use, "at"),
}  # fmt: skip


class World:
    """A little of everything that leaves an event."""

    def __init__(self) -> None:
        self.consents = Consents()
        self.ada, self.cleo = self.consents.ada, self.consents.cleo
        self.dina = people.make("dina@regard.example", name="Dina Moreau", role=Role.DPO)
        self.sam = people.make("sam@regard.example", name="Sam Petit", role=Role.SUPPORT)
        self.asked = actions.open_request(Kind.ERASURE, person=self.ada, by=self.ada, language="en")
        choices.refuse(self.consents.purpose, person=self.ada, by=self.ada, language="en")
        viewed = AccessEvent.Kind.REQUEST_VIEWED
        look(self.ada, by=self.sam, kind=viewed, reference=self.asked.reference)
        look(self.cleo, by=self.sam, kind=AccessEvent.Kind.PERSON_VIEWED, reason="a call")
        self._machines()
        change = Change.objects.create(kind="motto", subject="x", author=self.dina)
        ChangeEvent.objects.create(change=change, code="drafted", by=self.dina)
        OfficeEvent.objects.create(code="rule_on", by=self.dina, about="late")

    def _machines(self) -> None:
        purpose, document = self.consents.purpose, self.consents.documents[0]
        now = timezone.now()
        # Several at the very same instant: the order among them must not depend on luck.
        for n in range(7):
            at = now - timedelta(minutes=n // 3)
            PermitAnswer.objects.create(
                at=at, client="pipeline", document=document, purpose=purpose, allowed=False,
                reason="refused", state="s",
            )  # fmt: skip
        BulkAnswer.objects.create(
            at=now, client="pipeline", kind="query", purpose=purpose, asked=9, allowed=2, state="s"
        )
        CanaryCheck.objects.create(at=now, outcome="held", asked=3)
        system = System.objects.create(slug="search", name="Search")
        SystemEvent.objects.create(system=system, kind="registered", by=self.dina)
        version = purpose.versions.get()
        Use.objects.create(at=now, document=document, version=version, system=system)


@pytest.fixture
def world(db: None) -> World:
    return World()


@pytest.fixture
def dina(world: World, client: Client) -> Client:
    client.force_login(world.dina)
    return client


def walked(wanted: Wanted, size: int) -> list[tuple[str, int]]:
    """Return the events of all pages, one after the other."""
    found: list[tuple[str, int]] = []
    older = ""
    while True:
        page = search.page(wanted, older=older, size=size)
        found += [(event.family, event.id) for event in page.events]
        older = page.older
        if not older:
            return found


def test_every_append_only_table_is_read_or_left_out_for_a_reason() -> None:
    read = {family.table for family in FAMILIES}
    assert append_only.TABLES - read - set(LEFT_OUT) == set(), (
        "add a family to portal/dashboard/log/families/, or a reason to LEFT_OUT"
    )
    assert not read & set(LEFT_OUT)
    assert all(LEFT_OUT.values())
    assert len(BY_SLUG) == len(FAMILIES)


def test_the_list_is_the_union_of_the_tables_in_one_order(world: World) -> None:
    by_hand = [
        (getattr(row, at), [one.slug for one in FAMILIES].index(slug), row, slug)
        for slug, (model, at) in TABLES.items()
        for row in model._default_manager.all()
    ]
    expected = [
        (slug, row.id)
        for _at, _rank, row, slug in sorted(
            by_hand, key=lambda one: (-one[0].timestamp(), one[1], -one[2].id)
        )
    ]
    everything = Wanted(what=EVERYTHING)
    assert walked(everything, size=1000) == expected
    assert walked(everything, size=3) == expected
    assert [(one.family, one.id) for one in search.walk(everything)] == expected


def test_the_way_back_shows_the_same_pages(world: World) -> None:
    everything = Wanted(what=EVERYTHING)
    first = search.page(everything, size=4)
    second = search.page(everything, older=first.older, size=4)
    third = search.page(everything, older=second.older, size=4)
    assert search.page(everything, newer=third.newer, size=4).events == second.events
    assert search.page(everything, newer=second.newer, size=4).events == first.events
    assert search.page(everything, newer=second.newer, size=4).newer == ""


FILTERS: dict[str, tuple[Callable[[World], Wanted], Callable[[World], set[str]]]] = {
    "what people did": (lambda _w: Wanted(), lambda _w: {
        "looks", "changes", "office", "requests", "choices", "versions", "systems"}),
    "a family": (lambda _w: Wanted(what="looks"), lambda _w: {"looks"}),
    "a member of staff": (lambda w: Wanted(staff=w.dina), lambda _w: {
        "changes", "office", "systems"}),
    "a person": (lambda w: Wanted(person=w.ada), lambda _w: {"looks", "requests", "choices"}),
    "a request": (lambda w: Wanted(request=w.asked.reference), lambda _w: {"looks", "requests"}),
    "a document": (lambda w: Wanted(document=w.consents.documents[0].reference), lambda _w: {
        "answers", "uses"}),
    "a purpose": (lambda w: Wanted(purpose="ai-training"), lambda _w: {"choices", "versions"}),
    "an unknown request": (lambda _w: Wanted(request="R-2026-XXXX-XXXX"), lambda _w: set()),
    "an unknown document": (lambda _w: Wanted(document="nowhere"), lambda _w: set()),
    "a future": (lambda _w: Wanted(since=timezone.now() + timedelta(days=9)), lambda _w: set()),
}  # fmt: skip


@pytest.mark.parametrize("name", list(FILTERS))
def test_a_filter_leaves_what_knows_of_it(world: World, name: str) -> None:
    wanted, families = FILTERS[name]
    assert {family for family, _id in walked(wanted(world), 50)} == families(world)


def test_a_kind_is_one_code_of_a_family(world: World) -> None:
    found = search.page(Wanted(what="looks.person_viewed")).events
    assert [(event.code, event.whose, event.why) for event in found] == [
        ("person_viewed", world.cleo, "a call")
    ]
    assert search.page(Wanted(what="looks.no_such")).events == []


def test_a_page_costs_the_same_with_more_rows(world: World, dina: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as found:
            assert dina.get(LOG, {"what": EVERYTHING}).status_code == 200
        return len(found)

    queries()
    before = queries()
    for _n in range(40):
        look(world.ada, by=world.sam, kind=AccessEvent.Kind.PERSON_VIEWED)
        PermitAnswer.objects.create(client="p", allowed=False, reason="refused", state="s")
    assert queries() <= before


def test_people_stand_by_number_and_staff_by_name(world: World, dina: Client) -> None:
    page = dina.get(LOG).content.decode()
    assert "Sam Petit" in page
    assert "Opened a request" in page
    assert world.ada.uid.hex[:8] in page
    assert "ada@example.org" not in page
    assert ">Ada<" not in page


def test_a_persons_events_are_opened_for_a_reason_they_can_read(world: World, dina: Client) -> None:
    words = {"email": "ADA@example.org", "reason": "Complaint 12 of the authority"}
    answer = dina.post(f"{LOG}person/", words)
    assert answer.status_code == 302
    assert "ada" not in answer["Location"].lower().split("person=")[0]
    page = dina.get(answer["Location"]).content.decode()
    assert "Only the events of Ada (ada@example.org)." in page
    assert "Cleo" not in page
    row = AccessEvent.objects.get(kind="events_viewed")
    assert (row.person, row.by, row.reason) == (world.ada, world.dina, words["reason"])
    reader = Client()
    reader.force_login(world.ada)
    shown = reader.get("/account/access/").content.decode()
    assert "Looked up who did what with your file" in shown
    assert words["reason"] in shown


def test_without_a_reason_nothing_is_opened(world: World, dina: Client) -> None:
    token = seal(world.ada, holder=world.dina)
    page = dina.get(LOG, {"person": token}).content.decode()
    assert "Open the events of person" in page
    assert "Sam Petit" not in page
    answer = dina.post(f"{LOG}person/", {"person": token, "reason": ""})
    assert answer.status_code == 422
    named = dina.post(f"{LOG}person/", {"person": token, "reason": "Ada called"})
    assert named.status_code == 422
    assert "without the name" in named.content.decode()
    assert not AccessEvent.objects.filter(kind="events_viewed").exists()


def test_the_reason_holds_for_an_hour(world: World, dina: Client) -> None:
    AccessEvent.objects.create(
        person=world.ada, by=world.dina, kind="events_viewed", reason="x",
        at=timezone.now() - timedelta(minutes=61),
    )  # fmt: skip
    page = dina.get(LOG, {"person": seal(world.ada, holder=world.dina)}).content.decode()
    assert "Open the events of person" in page


def test_what_was_sealed_for_another_opens_nothing(world: World, dina: Client) -> None:
    other = people.make("dora@regard.example", role=Role.DPO)
    stranger = seal(world.ada, holder=other)
    assert dina.get(LOG, {"person": stranger}).status_code == 404
    assert dina.get(LOG, {"person": "nonsense"}).status_code == 404
    answer = dina.post(f"{LOG}person/", {"person": stranger, "reason": "a reason"})
    assert answer.status_code == 422
    assert not AccessEvent.objects.filter(kind="events_viewed").exists()


def test_the_address_that_opens_a_person_leads_to_the_log_when_it_is_only_visited(
    dina: Client,
) -> None:
    assert dina.get("/dashboard/log/person/").headers["Location"] == "/dashboard/log/"


def test_an_erased_person_stays_a_number(world: World, dina: Client) -> None:
    User.objects.filter(pk=world.ada.pk).update(
        email=None, name="", is_active=False, erased_at=timezone.now()
    )
    token = seal(world.ada, holder=world.dina)
    dina.post(f"{LOG}person/", {"person": token, "reason": "An appeal"})
    page = dina.get(LOG, {"person": token}).content.decode()
    assert "who is erased" in page
    assert world.ada.uid.hex[:8] in page


def test_an_impossible_period_is_refused_with_the_reason(world: World, dina: Client) -> None:
    answer = dina.get(LOG, {"since": "2026-05-02", "until": "2026-05-01"})
    assert "The last day is before the first one." in answer.content.decode()
    assert "Sam Petit</" not in answer.content.decode().partition("<table")[2]


def test_support_finds_none_of_it(world: World, client: Client) -> None:
    client.force_login(world.sam)
    for path in ("", "staff/", f"staff/{world.sam.uid}/", "exports/"):
        assert client.get(f"{LOG}{path}").status_code == 404
    assert client.post(f"{LOG}person/", {"email": "ada@example.org"}).status_code == 404


def since(days: int) -> datetime:
    return timezone.now() - timedelta(days=days)


def test_what_machines_did_with_a_persons_documents_is_found_in_a_short_period(
    world: World,
) -> None:
    of_ada: dict[str, Any] = {"what": EVERYTHING, "person": world.ada}
    families = {event.family for event in search.page(Wanted(**of_ada, since=since(90))).events}
    assert families == {"looks", "requests", "choices", "answers", "uses"}
    hidden = Party.objects.filter(document=world.consents.documents[0])
    hidden.update(hidden_at=timezone.now())
    found = search.page(Wanted(what="uses", person=world.ada, since=since(90))).events
    assert [event.family for event in found] == ["uses"]
    nobodys = Wanted(what="uses", person=world.cleo, since=since(90))
    assert not search.page(nobodys).events
    periods: list[dict[str, Any]] = [
        {}, {"since": since(93)}, {"since": since(400), "until": since(10)},
    ]  # fmt: skip
    for period in periods:
        families = {event.family for event in search.page(Wanted(**of_ada, **period)).events}
        assert not families & {"answers", "uses"}


def test_whoever_has_many_documents_is_found_alike(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: dict[str, Any] = {"what": EVERYTHING, "person": world.ada, "since": since(90)}
    one_by_one = search.page(Wanted(**asked)).events
    monkeypatch.setattr(wanting, "MOST_DOCUMENTS", 0)
    assert search.page(Wanted(**asked)).events == one_by_one


@pytest.mark.parametrize("most", [0, 500], ids=["on the way", "one by one"])
def test_uses_and_answers_of_a_person_are_read_from_indexes(
    most: int, world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wanting, "MOST_DOCUMENTS", most)
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
    for family, indexes in (
        ("uses", ("document_id_at", "at_id", "pkey")),
        ("answers", ("permit_answer_of_document", "permit_answer_by_day")),
    ):
        rows = BY_SLUG[family].found(Wanted(what=family, person=world.ada, since=since(90)))
        assert rows is not None
        plan = rows.order_by("-at", f"-{BY_SLUG[family].id}")[:51].explain()
        assert "Seq Scan" not in plan
        assert any(index in plan for index in indexes), plan


def test_the_page_says_for_how_long_uses_of_a_person_can_be_looked_for(
    world: World, dina: Client
) -> None:
    dina.post(f"{LOG}person/", {"email": "ada@example.org", "reason": "she called"})
    token = seal(world.ada, holder=world.dina)
    long = dina.get(LOG, {"person": token, "what": "uses"}).content.decode()
    assert "in a period of 92 days at most" in long
    first = str(timezone.localdate() - timedelta(days=30))
    short = dina.get(LOG, {"person": token, "what": "uses", "since": first}).content.decode()
    assert "in a period of 92 days at most" not in short
    assert "Used a document" in short
