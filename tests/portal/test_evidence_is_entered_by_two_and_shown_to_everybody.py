"""What is called anonymous is shown with its evidence, which two officers have agreed to."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError, transaction
from django.template.defaultfilters import filesizeformat
from django.test import Client
from django.utils import timezone

from accounts.changes import actions
from accounts.changes.kinds import KINDS
from accounts.changes.models import Change
from accounts.models import User
from accounts.roles import Role
from consents import permits
from consents.changing.evidence import GoesOnAsking
from consents.models import Evidence, EvidenceFile, Purpose
from tests.accounts import people
from tests.consents.evidence import claim, expired, prove
from tests.consents.worlds import World
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)

pytestmark = pytest.mark.django_db
ALL = "/dashboard/evidence/"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


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


def typed(**changes: Any) -> dict[str, Any]:
    today = timezone.localdate()
    words = {
        f"{name}_{code}": f"{name} in {code}"
        for name in ("method_words", "dataset", "attack")
        for code in ("en", "fr")
    }
    return words | {
        "method": "manual_review", "measured_on": (today - timedelta(days=9)).isoformat(),
        "valid_until": (today + timedelta(days=300)).isoformat(), "documents": "1 200",
        "labelled": "41870", "found": "41284", "attempts": "400", "successes": "9",
        "reviewer": "Cabinet Mesure", "reviewer_function": "auditor", "is_independent": "on",
        "report": SimpleUploadedFile("report.pdf", PDF),
    } | changes  # fmt: skip


def begin(client: Client) -> Change:
    client.post(f"{ALL}ai-training/new/")
    return Change.objects.get(kind="evidence", status="draft")


def save(client: Client, change: Change, **changes: Any) -> str:
    path = f"{ALL}draft/{change.uid}/"
    change.refresh_from_db()
    client.post(path, typed(opened=change.edition, **changes))
    change.refresh_from_db()
    return client.get(f"{path}?check=1").content.decode()


def page(person: User, path: str = "/purposes/ai-training/") -> str:
    client = Client()
    client.force_login(person)
    return client.get(path).content.decode()


def test_one_enters_another_agrees_and_everybody_reads_it(
    world: World, dina: Client, officer: User, second: User
):
    claim(world)
    change = begin(dina)
    assert "Not ready yet" not in save(dina, change)
    actions.propose(change, by=officer, reason="The audit is done.")
    assert not Evidence.objects.exists()
    actions.approve(change, by=second)
    one = Evidence.objects.get()
    assert (one.by, one.change, one.found, one.documents) == (officer, change, 41284, 1200)
    text = page(world.cleo).replace("\xa0", " ").replace("\u202f", " ")
    for words in (
        "Called anonymous, with evidence: 98.6%", "41,284 of 41,870: 98.60%",
        "lies between 98.48% and 98.71%", "9 in 400 attempts", "at most 4.22%",
        "independent of the service", "Cabinet Mesure, auditor", "method_words in en",
    ):  # fmt: skip
        assert words in text
    assert "with evidence" in page(world.cleo, "/purposes/")


def test_who_agrees_sees_the_report_by_name_size_and_hash_and_opens_it(
    world: World, dina: Client, officer: User, second: User
):
    claim(world)
    change = begin(dina)
    save(dina, change)
    actions.propose(change, by=officer)
    client = Client()
    client.force_login(second)
    text = client.get(f"/dashboard/approvals/{change.uid}/").content.decode()
    file = EvidenceFile.objects.get()
    size = filesizeformat(file.size).replace("\xa0", " ")
    assert f"report.pdf, {size}" in text.replace("\xa0", " ")
    assert f"SHA-256 {hashlib.sha256(PDF).hexdigest()}" in text
    path = f"{ALL}file/{file.uid}/"
    assert f'<a href="{path}">' in text
    assert b"".join(client.get(path).streaming_content) == PDF  # type: ignore[attr-defined]
    for words in ("EN: method_words in en", "FR: dataset in fr", "EN: attack in en", "1200"):
        assert words in text


def test_the_figures_can_be_kept_and_the_report_only_if_it_is_published(
    world: World, dina: Client, officer: User, second: User
):
    for public in ("", "on"):
        change = begin(dina)
        save(dina, change, is_file_public=public)
        actions.propose(change, by=officer, reason="Done.")
        actions.approve(change, by=second)
    hidden, shown = Evidence.objects.order_by("pk")
    client = Client()
    client.force_login(world.cleo)
    assert client.get(f"/evidence/{hidden.uid}.json").json()["identifiers"]["found"] == 41284
    assert client.get(f"/evidence/{hidden.uid}.pdf").status_code == 404
    answer = client.get(f"/evidence/{shown.uid}.pdf")
    assert b"".join(answer.streaming_content) == PDF  # type: ignore[attr-defined]
    assert hidden.file is not None
    with default_storage.open(hidden.file.stored) as stored:
        assert PDF not in stored.read()


def test_a_claim_without_evidence_is_called_so(world: World, officer: User):
    claim(world, closes=False)
    assert "claimed, without evidence" in page(world.cleo)
    assert "Nothing proves the claim now." in page(world.cleo)
    Purpose.objects.update(needs_evidence=True)
    assert "it is not done with anybody’s documents" in page(world.cleo)
    expired(world.purpose, by=officer)
    assert "Its evidence has expired." in page(world.cleo)


def test_who_claims_nothing_has_nothing_to_prove(world: World, officer: User):
    prove(world.purpose, by=officer)
    assert "evidence" not in page(world.cleo).split("<main")[1]


@pytest.mark.parametrize(
    ("wrong", "sentence"),
    [
        ({"labelled": "many"}, "Write a whole number."),
        ({"found": "99999"}, "More were found than there are."),
        ({"successes": "500"}, "More succeeded than were tried."),
        ({"measured_on": "2199-01-01"}, "made in the future"),
        ({"valid_until": "2001-01-01"}, "expired already"),
        ({"valid_until": "2199-01-01"}, "Two years after the measurement"),
        ({"valid_until": "soon"}, "Write a day"),
        ({"dataset_fr": ""}, "Say it in this language, too."),
        ({"method": "guessed"}, "Choose how it was measured."),
        ({"reviewer": " "}, "Say who answers for it"),
        ({"report": SimpleUploadedFile("report.pdf", b"MZ")}, "Only a PDF is taken"),
    ],
)
def test_what_is_wrong_is_kept_and_said(
    world: World, dina: Client, officer: User, wrong: dict[str, Any], sentence: str
):
    change = begin(dina)
    assert sentence in save(dina, change, **wrong)
    for name, words in wrong.items():
        if isinstance(words, str) and not name.endswith("_fr"):
            assert change.payload[name] == words.strip()
    with pytest.raises(actions.NotReady):
        actions.propose(change, by=officer)


def test_a_file_that_is_too_large_is_not_taken(world: World, dina: Client, settings: Any):
    settings.ENCLOSURE_BYTES = 20
    assert "larger than" in save(dina, begin(dina))
    assert not EvidenceFile.objects.exists()


def test_that_the_gate_asks_is_decided_by_two(
    world: World, dina: Client, officer: User, second: User
):
    claim(world, closes=False)
    assert "not be taken back" in dina.get(f"{ALL}ai-training/").content.decode()
    dina.post(f"{ALL}ai-training/policy/", {"closes": "yes"})
    change = Change.objects.get(kind="evidence_policy")
    actions.propose(change, by=officer, reason="Nothing is measured.")
    assert not Purpose.objects.get().needs_evidence
    actions.approve(change, by=second)
    assert Purpose.objects.get().needs_evidence
    assert permits.may("private", "ai-training").reason == permits.Reason.UNPROVEN


def test_that_the_gate_asks_is_not_taken_back_and_the_page_says_what_to_do(
    world: World, dina: Client, officer: User, second: User
):
    claim(world, closes=True)
    answer = dina.post(f"{ALL}ai-training/policy/", {"closes": "no"})
    assert answer.status_code == 409
    shown = answer.content.decode()
    assert "goes on asking" in shown
    assert "no longer claims that the data are anonymous" in shown
    assert 'name="purpose" value="ai-training"' in shown
    assert not Change.objects.exists()
    # A draft of an earlier release gets no further, whoever agrees.
    change = actions.draft("evidence_policy", "ai-training", {"closes": False}, by=officer)
    with pytest.raises(actions.NotReady):
        actions.propose(change, by=officer)
    Change.objects.filter(pk=change.pk).update(status="proposed", proposed_at=timezone.now())
    with pytest.raises(actions.NotReady):
        actions.approve(change, by=second)
    with pytest.raises(GoesOnAsking):
        KINDS["evidence_policy"].apply(change)
    # And the database holds to it by itself.
    with pytest.raises(IntegrityError, match="goes on asking"), transaction.atomic():
        Purpose.objects.update(needs_evidence=False)
    assert permits.may("private", "ai-training").reason == permits.Reason.UNPROVEN


def test_evidence_is_withdrawn_with_a_reason(world: World, dina: Client, officer: User):
    claim(world)
    one = prove(world.purpose, by=officer)
    people.confirm(dina)
    assert dina.post(f"{ALL}withdraw/{one.uid}/", {"reason": ""}).status_code == 409
    dina.post(f"{ALL}withdraw/{one.uid}/", {"reason": "The set was leaked."})
    assert "The set was leaked." in page(world.cleo)
    assert "Withdrawn" in dina.get(f"{ALL}ai-training/").content.decode()


def test_the_list_counts_what_is_not_proven(world: World, dina: Client, officer: User):
    assert "No purpose claims" in dina.get(ALL).content.decode()
    claim(world)
    assert "<strong>1 claim</strong> is not proven now" in dina.get(ALL).content.decode()
    prove(world.purpose, by=officer)
    assert "Every claim is proven." in dina.get(ALL).content.decode()


def test_support_does_not_find_it(world: World, client: Client):
    client.force_login(people.make("sam@regard.example", role=Role.SUPPORT))
    assert client.get(ALL).status_code == client.get(f"{ALL}ai-training/").status_code == 404


def test_evidence_that_contradicts_the_claim_is_not_taken(world: World, dina: Client) -> None:
    claim(world, anonymised=True, recall=0.99)
    change = begin(dina)
    shown = save(dina, change, labelled="1000", found="500")
    assert "People read that 99% are found, and this measures 50%" in shown
    with pytest.raises(actions.NotReady):
        actions.propose(change, by=change.author)
    assert "People read that" not in save(dina, change, labelled="1000", found="990")


def test_a_claim_is_not_raised_above_what_was_measured(world: World, officer: User) -> None:
    claim(world, anonymised=True, recall=0.98)
    kind = KINDS["purpose"]
    change = actions.draft("purpose", "ai-training", {"recall": "99"}, by=officer)
    assert "recall" not in kind.problems(change), "nothing was measured: it is shown as a claim"
    prove(world.purpose, by=officer)
    assert kind.problems(change)["recall"] == [
        "The evidence that counts measured 98.6%: claim no more."
    ]
    change = actions.edit(change, {"recall": "98.6"}, by=officer)
    assert "recall" not in kind.problems(change)
