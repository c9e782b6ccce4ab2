"""The wizard: drafted page by page, kept right or wrong, decided by two, published or refused."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from accounts.changes import actions
from accounts.changes.models import Change
from accounts.models import Address, User
from accounts.roles import Role
from consents.actions import stopping
from consents.changing import drafts
from consents.models import Announcing, Canary, Document, Purpose, PurposeVersion, System
from consents.queries.touched import touched
from tests.accounts import people
from tests.consents.announced import announce
from tests.consents.worlds import World, make_document
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)

pytestmark = pytest.mark.django_db
ALL = "/dashboard/changes/"


@pytest.fixture
def world() -> World:
    return World()


@pytest.fixture
def officer(db: None) -> User:
    return people.make("dina@regard.example", name="Dina Roy", role=Role.DPO)


@pytest.fixture
def second(db: None) -> User:
    return people.make("dora@regard.example", name="Dora Lindt", role=Role.DPO)


@pytest.fixture
def dina(client: Client, officer: User) -> Client:
    client.force_login(officer)
    return client


def begin(client: Client, purpose: str = "ai-training", slug: str = "") -> Change:
    client.post(f"{ALL}new/", {"purpose": purpose, "slug": slug})
    return Change.objects.get(kind="purpose", status="draft")


def facts(change: Change, **typed: Any) -> dict[str, Any]:
    payload = change.payload
    return {
        "legal_basis": payload["legal_basis"], "recipients": payload["recipients"],
        "data_categories": payload["data_categories"],
        "retention_trigger": payload["retention_trigger"],
        "retention_duration": payload["retention_duration"],
        "dpv_purpose": payload["dpv_purpose"], "dpv_processing": payload["dpv_processing"],
        "recall": "", "method": "", "statement_en": "", "statement_fr": "", "go": "next",
    } | typed  # fmt: skip


def save(client: Client, change: Change, step: str, typed: dict[str, Any]) -> Any:
    change.refresh_from_db()
    answer = client.post(f"{ALL}{change.uid}/{step}/", {"opened": change.edition, **typed})
    change.refresh_from_db()
    return answer


def read(client: Client, change: Change, step: str = "") -> str:
    return client.get(f"{ALL}{change.uid}/{step + '/' if step else ''}").content.decode()


def agreed(change: Change, officer: User, second: User) -> Change:
    actions.propose(change, by=officer, reason="It is needed.")
    return actions.approve(change, by=second)


def test_a_draft_begins_with_what_is_published_and_is_gone_on_with(world: World, dina: Client):
    change = begin(dina)
    assert change.payload["texts"] == PurposeVersion.objects.get().texts
    again = dina.post(f"{ALL}new/", {"purpose": "ai-training"})
    assert again["Location"] == f"{ALL}{change.uid}/facts/"
    assert f"{ALL}{change.uid}/" in dina.get(ALL).content.decode()


def test_from_a_draft_to_a_published_version(
    world: World, dina: Client, officer: User, second: User
):
    change = begin(dina)
    assert save(dina, change, "facts", facts(change, data_categories="pd:Name"))[
        "Location"
    ].endswith("/words/")
    save(dina, change, "words", {
        f"{code}_{part}": f"{part} in {code}" for code in ("en", "fr") for part in drafts.PARTS
    } | {"go": "next"})  # fmt: skip
    text = read(dina, change, "difference")
    assert "It goes further than the version before." in text
    assert "More data" in text
    assert "<ins>" in text
    assert read(dina, change, "reach").count('data-figure="accounts">4<') == 1
    notice = read(dina, change, "notice")
    assert "“title in en” goes further from" in notice
    assert "« title in fr »" in notice.replace("\u202f", " ").replace("\xa0", " ")
    save(dina, change, "dates", {"when": "earliest", "effective_on": "", "go": "next"})
    assert "would <strong>go further</strong>" in read(dina, change)
    agreed(change, officer, second)
    version = PurposeVersion.objects.get(number=2)
    assert (version.widens, version.change, version.text("fr").title) == (
        True, change, "title in fr",
    )  # fmt: skip
    assert version.effective_from - version.published_at >= timedelta(days=30)
    assert Announcing.objects.filter(version=version).exists()
    assert f"{ALL}versions/{version.pk}/" in read(dina, change)


def test_words_that_do_not_follow_a_fact_are_named_until_they_do(world: World, dina: Client):
    change = begin(dina)
    save(dina, change, "facts", facts(change, retention_duration="P9Y"))
    for page in (read(dina, change, "difference"), read(dina, change)):
        assert "The words do not follow." in page
        assert "How long it is kept (English, French)" in page
    words = {
        f"{code}_{part}": change.payload["texts"][code][part]
        for code in ("en", "fr")
        for part in drafts.PARTS
    }
    save(dina, change, "words", words | {"en_retention": "Nine years.", "go": "next"})
    assert "How long it is kept (French)" in read(dina, change, "difference")
    save(dina, change, "words", words | {"en_retention": "Nine.", "fr_retention": "Neuf."})
    for page in (read(dina, change, "difference"), read(dina, change)):
        assert "The words do not follow." not in page


def test_a_new_purpose_that_nobody_can_refuse_says_so_to_both_officers(world: World, dina: Client):
    change = begin(dina, "-new-", "summaries")
    save(dina, change, "facts", facts(change, control="none", legal_basis="6(1)(b)"))
    assert "Nobody can refuse a purpose like this" in read(dina, change)
    save(dina, change, "facts", facts(change, control="objection", legal_basis="6(1)(f)"))
    assert "Nobody can refuse a purpose like this" not in read(dina, change)


def test_what_is_wrong_is_kept_and_said_beside_its_field(world: World, dina: Client):
    change = begin(dina)
    typed = facts(
        change, legal_basis="", recipients=["nobody"], data_categories="pd:Nonsense",
        retention_duration="for ever", recall="120", anonymised="on",
    )  # fmt: skip
    assert save(dina, change, "facts", typed)["Location"].endswith("/facts/?check=1")
    assert (change.payload["retention_duration"], change.payload["recall"]) == ("for ever", "120")
    text = (
        read(dina, change, "facts") + dina.get(f"{ALL}{change.uid}/facts/?check=1").content.decode()
    )
    for sentence in (
        "Choose a legal basis", "These are not among the systems: nobody",
        "Not a term of the Data Privacy Vocabulary: pd:Nonsense", "Write the time as P30D",
        "Write a percentage from 0 to 100.", "Say in this language what protects the data.",
    ):  # fmt: skip
        assert sentence in text
    assert "for ever" in text


def test_a_missing_language_keeps_it_from_being_proposed(world: World, dina: Client, officer: User):
    change = begin(dina)
    words = {f"en_{part}": "New words." for part in drafts.PARTS}
    save(dina, change, "words", words | {f"fr_{part}": "" for part in drafts.PARTS})
    text = dina.get(f"{ALL}{change.uid}/words/?check=1").content.decode()
    assert "is missing in this language: French" in text
    with pytest.raises(actions.NotReady):
        actions.propose(change, by=officer)
    assert "New words." in read(dina, change, "words")


@pytest.mark.parametrize(
    ("when", "sentence"),
    [("1999-01-01", "Too early"), ("tomorrow", "Write a day"), ("", "Write a day")],
)
def test_a_day_before_the_notice_is_over_is_refused(
    world: World, dina: Client, when: str, sentence: str
):
    change = begin(dina)
    save(dina, change, "facts", facts(change, data_categories="pd:Name"))
    save(dina, change, "dates", {"when": "day", "effective_on": when})
    assert sentence in dina.get(f"{ALL}{change.uid}/dates/?check=1").content.decode()


def test_a_day_that_has_come_too_near_refuses_the_agreement(
    world: World, dina: Client, officer: User, second: User, time_machine: Any
):
    change = begin(dina)
    save(dina, change, "facts", facts(change, data_categories="pd:Name"))
    day = (timezone.localdate() + timedelta(days=33)).isoformat()
    save(dina, change, "dates", {"when": "day", "effective_on": day})
    actions.propose(change, by=officer, reason="It is needed.")
    time_machine.move_to(timezone.now() + timedelta(days=10))
    with pytest.raises(actions.NotReady):
        actions.approve(change, by=second)
    assert PurposeVersion.objects.count() == 1
    client = Client()
    client.force_login(second)
    assert "Too early." in read(client, change)


def test_what_was_published_meanwhile_is_seen_before_anybody_agrees(
    world: World, dina: Client, officer: User, second: User
):
    change = begin(dina)
    save(dina, change, "facts", facts(change, data_categories="pd:Name"))
    actions.propose(change, by=officer, reason="It is needed.")
    announce(world.purpose)
    with pytest.raises(actions.Overtaken):
        actions.approve(change, by=second)


def test_a_narrower_version_needs_no_notice_and_no_mail(
    world: World, dina: Client, officer: User, second: User
):
    change = begin(dina)
    save(dina, change, "facts", facts(change, retention_duration="P6M"))
    assert "It goes no further" in read(dina, change, "difference")
    agreed(change, officer, second)
    version = PurposeVersion.objects.get(number=2)
    assert (version.widens, version.effective_from) == (False, version.published_at)
    assert not Announcing.objects.exists()


def test_a_new_purpose_is_drafted_from_nothing(
    world: World, dina: Client, officer: User, second: User
):
    refused = dina.post(f"{ALL}new/", {"purpose": "-new-", "slug": "à la carte"})
    assert refused.status_code == 422
    assert "à la carte" in refused.content.decode()
    System.objects.create(slug="index", name="Index", kind="internal", country="FR")
    change = begin(dina, "-new-", "summaries")
    assert change.payload["legal_basis"] == ""
    save(dina, change, "facts", facts(
        change, control="consent", legal_basis="6(1)(a)", data_categories="pd:Name",
        recipients=["index"], retention_trigger="end", retention_duration="P1Y",
        dpv_purpose="dpv:ServiceProvision", dpv_processing="dpv:Use", by_document="on",
    ))  # fmt: skip
    save(dina, change, "words", {
        f"{code}_{part}": "Words." for code in ("en", "fr") for part in drafts.PARTS
    })  # fmt: skip
    assert "is <strong>new</strong>" in read(dina, change)
    agreed(change, officer, second)
    purpose = Purpose.objects.get(slug="summaries")
    assert (purpose.control, purpose.is_ai_training, purpose.by_document) == (
        "consent",
        False,
        True,
    )
    assert purpose.versions.get().widens


def test_saving_the_same_again_takes_the_draft_from_nobody(
    world: World, dina: Client, second: User
):
    change = begin(dina)
    save(dina, change, "dates", {"when": "earliest", "effective_on": ""})
    client = Client()
    client.force_login(second)
    save(client, change, "dates", {"when": "earliest", "effective_on": ""})
    assert change.author != second
    save(client, change, "facts", facts(change, retention_duration="P6M"))
    assert change.author == second


def test_a_change_is_stopped_with_a_reason_and_the_typed_words_are_kept(
    world: World, dina: Client, officer: User, second: User
):
    change = begin(dina)
    save(dina, change, "facts", facts(change, data_categories="pd:Name"))
    agreed(change, officer, second)
    version = PurposeVersion.objects.get(number=2)
    path = f"{ALL}versions/{version.pk}/"
    assert "Stop this change" in dina.get(path).content.decode()
    people.confirm(dina)
    assert dina.post(f"{path}stop/", {"reason": " "}).status_code == 409
    dina.post(f"{path}stop/", {"reason": "Not now."})
    text = dina.get(path).content.decode()
    assert "<strong>stopped</strong> before its day" in text
    assert "Not now." in text
    assert "Stop this change" not in text
    change.refresh_from_db()
    assert change.status == Change.Status.STOPPED


def test_the_numbers_are_those_of_the_tables(world: World, django_assert_num_queries: Any):
    draft = make_document("draft", world.ada, Address.objects.create(email="d@example.org"))
    Document.objects.filter(pk=draft.pk).update(status="draft")
    canary = make_document("canary", Address.objects.create(email="canary@example.org"))
    Canary.objects.create(document=canary, kind="refused")
    world.allow(world.ada)
    world.refuse(world.cleo)
    with django_assert_num_queries(1):
        found = touched(world.purpose)
    assert (found.accounts, found.addresses, found.told) == (4, 1, 5)
    assert (found.documents, found.organisations) == (4, 1)
    assert (found.agreements, found.refusals) == (1, 1)


def test_what_was_announced_stands_on_a_page_for_everybody(world: World, officer: User):
    version = announce(world.purpose)
    text = Client().get("/purposes/changes/").content.decode()
    assert f'id="change-{version.pk}"' in text
    assert "More data" in text
    stopping.stop(version, by=officer, reason="Not now.")
    text = Client().get("/purposes/changes/").content.decode()
    assert re.search(r"Stopped on .* it never took effect", text)


@pytest.mark.parametrize(
    "path", ["new/", "{uid}/", "{uid}/facts/", "{uid}/page/fr/", "versions/1/"]
)
def test_support_does_not_find_it(world: World, officer: User, client: Client, path: str):
    change = actions.draft("purpose", "ai-training", drafts.blank(), by=officer)
    client.force_login(people.make("sam@regard.example", role=Role.SUPPORT))
    assert client.get(ALL + path.format(uid=change.uid)).status_code == 404
