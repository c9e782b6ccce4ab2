"""Nobody saves over what they have not seen: who wrote what is said, and what is typed is kept."""

import html
import re
import threading
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils import timezone

from accounts.changes import actions
from accounts.changes.models import Change
from accounts.models import User
from accounts.roles import Role
from consents.actions.purposes import load_catalogue
from consents.changing import drafts
from consents.models import EvidenceFile, PurposeVersion
from portal.dashboard.wizard import forms
from tests.accounts import people
from tests.consents.worlds import make_purpose
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)
from tests.portal.officers import dina as dina
from tests.portal.officers import dora as dora
from tests.portal.officers import signed_in

NOTICE = "/dashboard/settings/setting/purpose_notice_days/"
PDF = b"%PDF-1.7\n1 0 obj<<>>endobj\ntrailer<<>>\n%%EOF\n"


def opened(client: Client, path: str) -> str:
    """Return the edition that the page carries when it is opened."""
    found = re.search(r'name="opened" value="([^"]*)"', client.get(path).content.decode())
    assert found
    return found[1]


def said(answer: Any) -> str:
    return " ".join(html.unescape(answer.content.decode()).split())


def purpose_draft(by: User) -> Change:
    make_purpose()
    payload = drafts.payload_of(PurposeVersion.objects.get())
    return actions.draft("purpose", "ai-training", payload, by=by)


def words(change: Change, **typed: str) -> dict[str, Any]:
    return forms.words_of(change.payload) | typed


def test_a_stale_page_of_the_wizard_is_refused_with_theirs_and_mine(dina: User, dora: User) -> None:
    change = purpose_draft(dina)
    one, two = signed_in(dina), signed_in(dora)
    path = f"/dashboard/changes/{change.uid}/words/"
    seen = {client: opened(client, path) for client in (one, two)}
    hers = words(change, en_title="Hers", fr_detail="Le sien")
    assert one.post(path, hers | {"opened": seen[one]}).status_code == 302
    mine = words(change, en_title="Mine", en_detail="Typed for an hour")
    answer = two.post(path, mine | {"opened": seen[two], "go": "next"})
    assert answer.status_code == 409
    shown = said(answer)
    assert "edited by Dina Moreau" in shown
    for value in ("Hers", "Mine", "Le sien", "Typed for an hour"):
        assert value in shown
    assert 'value="Mine"' in shown, "what was typed stands in its field"
    change.refresh_from_db()
    assert (change.author, change.payload["texts"]["en"]["title"]) == (dina, "Hers")
    # Knowingly: the page now carries the edition that she has read.
    again = re.search(r'name="opened" value="([^"]*)"', answer.content.decode())
    assert again
    assert "Save mine over theirs" in shown
    assert two.post(path, mine | {"opened": again[1]}).status_code == 302
    change.refresh_from_db()
    assert (change.author, change.payload["texts"]["en"]["title"]) == (dora, "Mine")


def test_two_pages_of_one_draft_are_saved_beside_each_other(dina: User, dora: User) -> None:
    change = purpose_draft(dina)
    one, two = signed_in(dina), signed_in(dora)
    path = f"/dashboard/changes/{change.uid}/"
    seen = opened(two, f"{path}dates/")
    one.post(f"{path}words/", words(change, en_title="Hers") | {"opened": change.edition})
    day = (timezone.localdate() + timedelta(days=90)).isoformat()
    sent = {"when": "day", "effective_on": day, "opened": seen}
    assert two.post(f"{path}dates/", sent).status_code == 302
    change.refresh_from_db()
    assert change.payload["texts"]["en"]["title"] == "Hers"
    assert change.payload["effective_on"] == day


def test_what_was_proposed_meanwhile_is_not_taken_back_by_a_save(dina: User, dora: User) -> None:
    change = purpose_draft(dina)
    two = signed_in(dora)
    path = f"/dashboard/changes/{change.uid}/words/"
    seen = opened(two, path)
    change = actions.edit(change, change.payload | {"retention_duration": "P1M"}, by=dina)
    actions.propose(change, by=dina)
    answer = two.post(path, words(change, en_title="Mine") | {"opened": seen})
    assert answer.status_code == 409
    assert "given to a second person by Dina Moreau" in said(answer)
    assert Change.objects.get().status == Change.Status.PROPOSED


def test_whoever_writes_in_it_reads_that_they_cannot_agree_to_it(dina: User, dora: User) -> None:
    change = purpose_draft(dina)
    path = f"/dashboard/changes/{change.uid}/words/"
    assert "Dina Moreau wrote this draft. Who saves a page of it" in said(signed_in(dora).get(path))
    change = actions.edit(change, change.payload | {"retention_duration": "P1M"}, by=dora)
    actions.propose(change, by=dora)
    shown = said(signed_in(dina).get(f"/dashboard/approvals/{change.uid}/"))
    assert "Nobody is left to decide about it" in shown
    people.make("doro@regard.example", name="Doro", role=Role.DPO)
    shown = said(signed_in(dina).get(f"/dashboard/approvals/{change.uid}/"))
    assert "Nobody is left to decide about it" not in shown
    assert "Another data protection officer" in shown


@pytest.mark.parametrize("act", ["withdraw", "refuse"])
def test_what_is_not_open_any_more_takes_nothing_and_loses_nothing(
    act: str, dina: User, dora: User
) -> None:
    change = purpose_draft(dina)
    change = actions.edit(change, change.payload | {"retention_duration": "P1M"}, by=dina)
    one = signed_in(dina)
    path = f"/dashboard/changes/{change.uid}/words/"
    seen = opened(one, path)
    if act == "withdraw":
        actions.withdraw(change, by=dora)
    else:
        actions.refuse(actions.propose(change, by=dina), by=dora, note="Not so.")
    answer = one.post(path, words(change, en_title="Mine") | {"opened": seen})
    assert answer.status_code == 409
    assert "by Dora Lindt" in said(answer)
    assert 'value="Mine"' in said(answer)
    assert "Save mine over theirs" not in said(answer)


def test_a_stale_setting_is_refused_and_kept(dina: User, dora: User) -> None:
    one, two = signed_in(dina), signed_in(dora)
    seen = {client: opened(client, NOTICE) for client in (one, two)}
    assert one.post(NOTICE, {"value": "45", "opened": seen[one]}).status_code == 302
    answer = two.post(NOTICE, {"value": "60", "opened": seen[two]})
    assert answer.status_code == 409
    shown = said(answer)
    assert "drafted by Dina Moreau" in shown
    assert 'value="60"' in shown
    assert ">45<" in shown
    # The same as hers is no conflict.
    assert two.post(NOTICE, {"value": "45", "opened": seen[two]}).status_code == 302
    assert Change.objects.get().author == dina


def test_a_setting_that_was_decided_meanwhile_begins_no_draft_unseen(
    dina: User, dora: User
) -> None:
    change = actions.draft("setting", "purpose_notice_days", {"typed": {"value": "45"}}, by=dina)
    one = signed_in(dina)
    seen = opened(one, NOTICE)
    actions.approve(actions.propose(change, by=dina), by=dora)
    answer = one.post(NOTICE, {"value": "50", "opened": seen})
    assert answer.status_code == 409
    assert "agreed to by Dora Lindt" in said(answer)
    assert not Change.objects.filter(status="draft").exists()
    assert one.post(NOTICE, {"value": "50", "opened": ""}).status_code == 302


def test_a_stale_record_of_the_register_is_refused_and_kept(dina: User, dora: User) -> None:
    load_catalogue("consent")
    one, two = signed_in(dina), signed_in(dora)
    path = "/dashboard/register/delivery/edit/"
    seen = {client: opened(client, path) for client in (one, two)}
    assert one.post(path, {"measures_en": "Hers", "opened": seen[one]}).status_code == 302
    answer = two.post(path, {"measures_en": "Mine", "opened": seen[two]})
    assert answer.status_code == 409
    assert "Hers" in said(answer)
    assert ">Mine</textarea>" in said(answer).replace("> Mine", ">Mine")
    assert Change.objects.get().payload["measures_en"] == "Hers"


def test_a_stale_measurement_is_refused_and_its_file_is_kept(dina: User, dora: User) -> None:
    make_purpose()
    change = actions.draft("evidence", "ai-training", {}, by=dina)
    one, two = signed_in(dina), signed_in(dora)
    path = f"/dashboard/evidence/draft/{change.uid}/"
    seen = {client: opened(client, path) for client in (one, two)}
    one.post(path, {"reviewer": "Hers", "opened": seen[one]})
    report = SimpleUploadedFile("mine.pdf", PDF)
    answer = two.post(path, {"reviewer": "Mine", "report": report, "opened": seen[two]})
    assert answer.status_code == 409
    file = EvidenceFile.objects.get()
    assert f'name="sent" value="{file.uid}"' in said(answer)
    assert "mine.pdf" in said(answer)
    change.refresh_from_db()
    assert change.payload["reviewer"] == "Hers"
    sent = {"reviewer": "Mine", "sent": str(file.uid), "opened": change.edition}
    assert two.post(path, sent).status_code == 302
    change.refresh_from_db()
    assert (change.payload["reviewer"], change.payload["file"]) == ("Mine", str(file.uid))
    # A file of somebody else is not taken over by its number.
    one.post(path, {"reviewer": "Hers", "sent": "x", "opened": change.edition})
    assert Change.objects.get().payload["file"] == str(file.uid)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("place", ["wizard", "setting"])
def test_of_two_saves_at_the_same_moment_one_is_kept_and_one_is_told(
    place: str, dina: User, dora: User
) -> None:
    clients = [signed_in(one) for one in (dina, dora)]
    if place == "wizard":
        change = purpose_draft(dina)
        path = f"/dashboard/changes/{change.uid}/words/"
        sent = [words(change, en_title=title) for title in ("Hers", "Mine")]
    else:
        path, sent = NOTICE, [{"value": value} for value in ("45", "60")]
    seen = [opened(client, path) for client in clients]
    start, answers = threading.Barrier(2), list[int]()

    def run(at: int) -> None:
        start.wait()
        try:
            answers.append(clients[at].post(path, sent[at] | {"opened": seen[at]}).status_code)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[at]) for at in (0, 1)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(answers) == [302, 409]
    kept = Change.objects.get()
    assert kept.events.count() == (2 if place == "wizard" else 1)
