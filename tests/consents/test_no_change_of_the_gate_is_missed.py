"""The feed: whoever applies it to an old snapshot has the new one, whatever was done in between."""

import importlib
import json
import re
import threading
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from accounts.actions import claim_address, join
from accounts.models import Address, Membership
from consents import feed, permits
from consents.actions import restricting
from consents.actions.documents import register
from consents.bulk import Tally
from consents.models import (
    BulkAnswer,
    Document,
    Party,
    PermitChange,
    Purpose,
    PurposeVersion,
    Standing,
)
from consents.moments import Moment, moment_of
from consents.snapshots import Walk
from portal.lib.canonical import sha256_of
from portal.lib.errors import DomainError
from tests.consents.test_adding_a_refusal_never_opens_the_gate import (
    MOVES,
    REPORTS,
    SHAPES,
    forgotten,
    play,
)
from tests.consents.worlds import WORDS, World, make_document, make_person, make_purpose
from tests.servers import wait_until

LATEST = 2**62  # in one transaction nothing is ever over: here everything counts as if it were
URL = "/api/v1/permits/changes"
LONG = settings(
    # Each is a small world of its own; the profile "explore" makes four times as many.
    max_examples=settings().max_examples // 4,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
# What the doors of the portal do not offer (yet), and the database would let somebody do.
DEEDS = {
    "restrict": lambda w, n: Document.objects.filter(pk=doc(w, n).pk).update(
        restricted_at=timezone.now()
    ),
    "objection": lambda w, n: restricting.object_to(w.purpose, person=w.people[n % 4]),
    "no objection": lambda w, n: restricting.end_objection(
        w.purpose, person=w.people[n % 4], at=timezone.now()
    ),
    "unrestrict": lambda w, n: Document.objects.update(restricted_at=None),
    "special": lambda w, n: Document.objects.filter(pk=doc(w, n).pk).update(special_category=True),
    "upload": lambda w, n: Document.objects.filter(pk=doc(w, n).pk).update(refused_at_upload=True),
    "purge": lambda w, n: Document.objects.filter(pk=doc(w, n).pk).update(status="purged"),
    "claim": lambda w, n: claim_address("signer@example.org", person=w.people[n % 4]),
    "join": lambda w, n: join(w.organisation, person=w.people[n % 4]),
    "leave": lambda w, n: Membership.objects.filter(person=w.people[n % 4]).delete(),
    "joined": lambda w, n: Membership.objects.update(joined_at=timezone.now()),
    "minor": lambda w, n: Party.objects.filter(document=doc(w, n)).update(is_minor=True),
    "grown": lambda w, n: Party.objects.update(is_minor=False),
    "depart": lambda w, n: Party.objects.filter(
        document=doc(w, n), address__person=w.people[n % 4]
    ).delete(),
    "unknown": lambda w, n: Party.objects.filter(document=doc(w, n)).update(address=None),
    "new": lambda w, n: make_document(
        f"new-{Document.objects.count()}", w.people[n % 4], organisation=w.organisation
    ),
    "forget": lambda w, n: Address.objects.filter(person=w.people[n % 4]).update(email=None),
    "control": lambda w, n: Purpose.objects.update(control=["consent", "objection"][n % 2]),
    "wider": lambda w, n: widen(w.purpose),
    "erase": lambda w, n: type(w.ada).objects.filter(pk=w.people[n % 4].pk).update(
        erased_at=timezone.now(), email=None, name="", is_active=False
    ),
}  # fmt: skip
ACTS = st.lists(
    MOVES.map(lambda moves: [("move", move) for move in moves[:3]])
    | st.tuples(st.sampled_from(sorted(DEEDS)), st.integers(0, 7)).map(lambda deed: [deed])
    | REPORTS.map(lambda reports: [("report", one) for one in reports[:1]]),
    max_size=6,
)


def doc(world: World, n: int) -> Document:
    return world.documents[n % 4]


def widen(purpose: Purpose, *, at: Any = None) -> None:
    number = purpose.versions.count() + 1
    first = purpose.versions.earliest("number")
    at = at or timezone.now()
    PurposeVersion.objects.create(
        purpose=purpose, number=number, published_at=at - timedelta(days=40), effective_from=at,
        legal_basis=first.legal_basis, texts={"en": WORDS, "fr": WORDS}, retention_trigger="end",
        retention_duration="P1Y", dpv_purpose="dpv:ServiceProvision", widens=True,
        sha256=sha256_of(f"{number}"),
    )  # fmt: skip


def act(world: World, deed: tuple[str, Any]) -> None:
    what, about = deed
    with transaction.atomic():
        if what == "move":
            play(world, about)
        elif what == "report":
            register(about)
        else:
            DEEDS[what](world, about)


def here(world: World) -> Moment:
    return moment_of(world.purpose, now=timezone.now(), horizon=LATEST)


def snapshot(moment: Moment) -> set[str]:
    return {one.reference for one in Walk(moment, Tally())}


def follow(world: World, since: feed.Cursor, *, limit: int) -> tuple[dict[str, bool], feed.Cursor]:
    """Read the feed to its end, page by page, each cursor as a client would send it back."""
    told: dict[str, bool] = {}
    for _page in range(1000):
        moment = here(world)
        page = feed.page(moment, feed.Cursor.read(str(since), moment), Tally(), limit=limit)
        assert len(page.decisions) <= limit
        for _cursor, decision in page.decisions:
            told[decision.reference] = decision.allowed
        since = page.cursor
        if not page.more:
            return told, since
    raise AssertionError("the feed has no end")


def start(world: World) -> feed.Cursor:
    """Return the cursor after all that has happened: in one transaction, after its last row."""
    moment = here(world)
    last = PermitChange.objects.order_by("transaction", "pk").last()
    assert last is not None
    return feed.Cursor(moment.cluster, moment.ground, last.transaction, last.pk)


@pytest.mark.django_db
@LONG
@given(shape=SHAPES, before=MOVES, acts=ACTS, limit=st.integers(1, 5))
def test_the_feed_on_top_of_a_snapshot_is_a_fresh_snapshot(shape, before, acts, limit):
    with forgotten():
        world = World(shape)
        for move in before:
            play(world, move)
        allowed, cursor = snapshot(here(world)), start(world)
        for deed in [one for some in acts for one in some]:
            with suppress(IntegrityError, DomainError):  # what is refused changes nothing
                act(world, deed)
        told, _end = follow(world, cursor, limit=limit)
        allowed = {one for one in allowed if told.get(one, True)}
        assert allowed | {one for one, yes in told.items() if yes} == snapshot(here(world))


@pytest.mark.django_db
@LONG
@given(shape=SHAPES, moves=MOVES)
def test_many_at_once_are_answered_as_one_by_one(shape, moves):
    with forgotten():
        world = World(shape)
        for move in moves:
            play(world, move)
        names = [one.reference for one in Document.objects.all()]
        assert snapshot(here(world)) == {n for n in names if permits.may(n, "ai-training").allowed}


@pytest.mark.django_db
def test_everything_of_somebody_with_many_documents_comes_page_by_page(
    django_assert_max_num_queries,
):
    world = World()
    documents = [make_document(f"d{n}", world.cleo) for n in range(250)]
    cursor = start(world)
    world.refuse(world.cleo)
    moment = here(world)
    with django_assert_max_num_queries(8):
        page = feed.page(moment, cursor, Tally(), limit=100)
    assert (len(page.decisions), page.more) == (100, True)
    told, _end = follow(world, cursor, limit=100)
    assert set(told) == {one.reference for one in documents} | {"org:shared", "private"}
    # Also from the middle of a page: from the cursor of any of its lines.
    middle = page.decisions[49][0]
    rest, _end = follow(world, middle, limit=100)
    assert len(rest) == 252 - 50


@pytest.mark.django_db
def test_a_version_that_takes_effect_changes_everything_although_nobody_wrote_anything():
    world = World("objection")
    widen(world.purpose, at=timezone.now() + timedelta(days=1))
    cursor, tomorrow = start(world), timezone.now() + timedelta(days=2)
    assert follow(world, cursor, limit=10)[0] == {}
    state = here(world).state
    later = moment_of(world.purpose, now=tomorrow, horizon=LATEST)
    assert later.state != state
    first = feed.page(later, feed.Cursor.read(str(cursor), later), Tally(), limit=3)
    assert (len(first.decisions), first.more) == (3, True)
    rest = feed.page(later, feed.Cursor.read(str(first.cursor), later), Tally(), limit=3)
    told = {one.reference: one for _cursor, one in first.decisions + rest.decisions}
    assert set(told) == {one.reference for one in world.documents}
    assert not any(one.allowed for one in told.values())
    assert not rest.more


@pytest.mark.django_db
def test_a_new_release_of_the_rule_tells_everything_anew(monkeypatch):
    world = World()
    cursor = start(world)
    monkeypatch.setattr(permits, "RULE", permits.RULE + "-- a word more")
    assert len(follow(world, cursor, limit=3)[0]) == 4


def test_every_table_that_the_rule_reads_tells_of_its_changes():
    """Whoever teaches the rule to read another table is told here that the feed must know."""
    read = set(re.findall(r"\b((?:consents|accounts|dsar)_\w+)", permits.RULE))
    told = set(importlib.import_module("consents.migrations.0008_permit_changes").TOLD)
    told.add(importlib.import_module("consents.migrations.0016_objections").TABLE)
    told |= set(importlib.import_module("consents.migrations.0020_evidence").TOLD)
    # Append-only; the rule reads an act only where a standing choice names it.
    without = {"consents_choiceevent"}
    # Moment.ground sees which versions are in effect.
    by_time = {"consents_purposeversion", "consents_purposestop"}
    assert read - told - without - by_time == set()


# --- With real transactions, by the real door -------------------------------------------------


@pytest.fixture
def ask(machine):
    client = machine("permits:read")

    def get(cursor="", **more):
        asked = {"purpose": "ai-training", "cursor": cursor, **more}
        return client.get(URL, {name: value for name, value in asked.items() if value})

    return get


def read(answer) -> list[dict[str, Any]]:
    assert answer.status_code == 200, answer.content
    return [json.loads(line) for line in answer.content.splitlines()]


@pytest.mark.django_db(transaction=True)
def test_what_is_committed_late_is_told_late_and_not_skipped(ask):
    """Two connections: the one that began first commits last."""
    world = World()
    [begin] = read(ask())
    assert begin["more"] is False
    written, go_on = threading.Event(), threading.Event()

    def slow() -> None:
        with transaction.atomic():
            Document.objects.filter(reference="private").update(special_category=True)
            written.set()
            go_on.wait(60)
        connection.close()

    thread = threading.Thread(target=slow)
    thread.start()
    written.wait(60)
    Document.objects.filter(reference="org:shared").update(special_category=True)
    before = read(ask(begin["cursor"]))
    documents = {one["document"] for one in before if "document" in one}
    # What committed is not told before what began earlier is over: else its cursor would pass it.
    assert "org:shared" not in documents
    go_on.set()
    thread.join()
    told: dict[str, str] = {}
    cursor = [before[-1]["cursor"]]

    def both() -> bool:
        lines = read(ask(cursor[0]))
        told.update({one["document"]: one["reason"] for one in lines if "document" in one})
        cursor[0] = lines[-1]["cursor"]
        return {"private", "org:shared"} <= set(told)

    # Transactions of other databases of this server hold the feed back too.
    wait_until(both, seconds=600)
    assert told["private"] == told["org:shared"] == "special_category"
    kinds = set(BulkAnswer.objects.values_list("kind", flat=True))
    assert kinds == {"changes"}
    assert world


@pytest.mark.django_db(transaction=True)
def test_a_choice_and_its_change_are_one_transaction(ask):
    world = World()
    before = PermitChange.objects.count()
    try:
        with transaction.atomic():
            world.refuse(world.cleo)
            assert PermitChange.objects.count() > before
            raise RuntimeError("the process dies")
    except RuntimeError:
        pass
    assert PermitChange.objects.count() == before
    assert not Standing.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_a_cursor_that_leads_nowhere_is_said_to(ask):
    World()
    good = read(ask())[0]["cursor"]
    moment = "0" * 8
    foreign = feed.Cursor(moment, "0" * 16, 5)
    for bad in ("x", "%", "é", "a" * 5000, str(foreign), good[:-3], good + "AAAA", "\x00"):
        answer = ask(bad)
        assert (answer.status_code, answer.json()["code"]) == (410, "cursor_unknown"), bad
    for limit in ("0", "10001", "-1", "x", "٣", "9" * 50):
        assert ask(good, limit=limit).status_code == 400
    assert ask(good, purpose="magic").status_code == 404
    assert ask(good, purpose="a\x00").json()["code"] == "unknown_purpose"


@pytest.mark.django_db(transaction=True)
def test_a_cursor_for_another_purpose_tells_everything(ask):
    World()
    make_purpose("audit", "objection")
    cursor = read(ask(purpose="audit"))[0]["cursor"]
    assert len(read(ask(cursor))) == 4 + 1


@pytest.mark.django_db
def test_titles_and_sign_ins_are_no_changes():
    eve = make_person("eve")
    World()
    before = PermitChange.objects.count()
    Document.objects.update(title="Another")
    Party.objects.update(name="Somebody")
    for person in type(eve).objects.all():
        person.last_login = timezone.now()
        person.save()
    assert PermitChange.objects.count() == before
