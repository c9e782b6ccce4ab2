"""Settings are read, searched, drafted with all that was typed, agreed to, and kept by version."""

import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.changes import actions
from accounts.changes.models import Change
from accounts.models import User
from accounts.office import SECOND_PERSON
from accounts.roles import Role
from consents.office import NOTICE_DAYS
from dsar.office import IDENTITY_DAYS, IDENTITY_LINK_DAYS, PACKAGE_DAYS
from portal.lib.models import OfficeVersion
from portal.lib.office import store
from portal.lib.office.contacts import CONTACTS, TRANSPARENCY_PAGE
from portal.lib.office.definitions import SETTINGS
from tests.accounts import people
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)
from tests.portal.officers import dina as dina
from tests.portal.officers import dora as dora
from tests.portal.officers import signed_in

pytestmark = pytest.mark.django_db
INDEX = "/dashboard/settings/"
NOTICE = f"{INDEX}setting/{NOTICE_DAYS.key}/"


def published(key: str, typed: dict[str, Any], dina: User, dora: User) -> Change:
    """Draft, propose and agree to a setting."""
    change = actions.draft("setting", key, {"typed": typed}, by=dina)
    actions.propose(change, by=dina, reason="People asked for it.")
    return actions.approve(change, by=dora)


def test_a_setting_is_drafted_agreed_to_and_counts_at_once(dina: User, dora: User) -> None:
    one, other = signed_in(dina), signed_in(dora)
    assert "the environment (PURPOSE_<wbr>NOTICE_<wbr>DAYS)" in one.get(NOTICE).text
    assert one.post(NOTICE, {"value": "45"}).status_code == 302
    change = Change.objects.get()
    acts = f"/dashboard/approvals/{change.uid}"
    assert one.post(f"{acts}/propose/", {"words": "Letters take long."}).status_code == 302
    assert NOTICE_DAYS.now() == 30
    change.refresh_from_db()
    sent = {"seen": change.fingerprint}
    assert other.post(f"{acts}/approve/", sent).status_code == 302
    assert NOTICE_DAYS.now() == 45
    page = one.get(NOTICE).text
    assert "drafted by Dina Moreau, agreed by Dora Lindt" in page
    assert "Letters take long." in page
    assert re.search(r"<del>30 days</del>\s*<ins>45 days</ins>", page)
    assert "version 1" in one.get(INDEX).text


def test_back_to_the_environment_is_a_version_too(dina: User, dora: User) -> None:
    published(NOTICE_DAYS.key, {"value": "45"}, dina, dora)
    client = signed_in(dina)
    assert client.post(NOTICE, {"act": "reset"}).status_code == 302
    change = Change.objects.get(status="draft")
    actions.propose(change, by=dina)
    actions.approve(change, by=dora)
    assert NOTICE_DAYS.now() == 30
    assert "again, by version 2" in client.get(NOTICE).text


def test_the_environment_too_has_to_fit_the_other_settings(dina: User, dora: User) -> None:
    published(IDENTITY_DAYS.key, {"value": "90"}, dina, dora)
    published(IDENTITY_LINK_DAYS.key, {"value": "60"}, dina, dora)
    change = actions.draft("setting", IDENTITY_DAYS.key, {"reset": True}, by=dina)
    with pytest.raises(actions.NotReady):
        actions.propose(change, by=dina)


def test_what_is_wrong_is_kept_and_said_at_its_field(dina: User) -> None:
    client = signed_in(dina)
    contacts = f"{INDEX}setting/{CONTACTS.key}/"
    typed = {"name": "", "email": "not an address", "address": "1, quai <des> Brumes"}
    assert client.post(contacts, typed).status_code == 302
    page = client.get(contacts).text
    assert "1, quai &lt;des&gt; Brumes" in page
    assert "not an address" in page
    assert page.count('class="field invalid"') == 3  # and the officer's address, left out
    assert "Write one e-mail address" in page
    with pytest.raises(actions.NotReady):
        actions.propose(Change.objects.get(), by=dina)
    assert not OfficeVersion.objects.exists()


@pytest.mark.parametrize(
    ("key", "typed"),
    [
        (NOTICE_DAYS.key, {"value": "13"}),
        (NOTICE_DAYS.key, {"value": "1e3"}),
        (NOTICE_DAYS.key, {"value": "٣٠"}),
        (NOTICE_DAYS.key, {}),
        (PACKAGE_DAYS.key, {"value": "6"}),
        (PACKAGE_DAYS.key, {"value": "91"}),
        ("erasure_grace_hours", {"value": "169"}),
        ("pause_within_days", {"value": "15"}),
        ("identity_link_days", {"value": "31"}),  # longer than a confirmation is waited for
        ("identity_days", {"value": "13"}),  # shorter than its link lasts
        ("backup_days", {"value": "0"}),
        ("many_in_an_hour", {"value": "4"}),
        ("many_in_an_hour", {"value": "201"}),
        ("without_request", {"value": "0"}),
        ("digest_hour", {"value": "24"}),
        (SECOND_PERSON.key, {"value": ["refuse"]}),  # two people may not give the rule up
        (SECOND_PERSON.key, {"value": ["change", "everything"]}),
        (TRANSPARENCY_PAGE.key, {"value": "perhaps"}),
    ],
)
def test_beyond_its_bounds_nothing_is_proposed(key: str, typed: dict[str, Any], dina: User) -> None:
    change = actions.draft("setting", key, {"typed": typed}, by=dina)
    with pytest.raises(actions.NotReady):
        actions.propose(change, by=dina)


@pytest.mark.parametrize(
    ("key", "typed", "value"),
    [
        (NOTICE_DAYS.key, {"value": "14"}, 14),
        (NOTICE_DAYS.key, {"value": "365"}, 365),
        (PACKAGE_DAYS.key, {"value": "7"}, 7),
        ("link_days", {"value": "30"}, 30),
        ("received_within_days", {"value": "90"}, 90),
        ("draft_days", {"value": "1"}, 1),
        ("erasure_grace_hours", {"value": "12"}, 12),
        ("backup_days", {"value": "14"}, 14),
        ("many_in_an_hour", {"value": "40"}, 40),
        ("without_request", {"value": "3"}, 3),
        ("digest_hour", {"value": "0"}, 0),
        ("pause_within_days", {"value": "0"}, 0),
        ("identity_days", {"value": "90"}, 90),
        ("identity_link_days", {"value": "1"}, 1),
        ("review_every_copy", {"value": "yes"}, True),
        (SECOND_PERSON.key, {"value": ["change", "release"]}, ["release", "change"]),
        (TRANSPARENCY_PAGE.key, {"value": "yes"}, True),
        (
            CONTACTS.key,
            {"name": "N", "address": "A", "email": "e@x.example", "dpo_email": "d@x.example"},
            {
                "name": "N", "address": "A", "email": "e@x.example", "dpo_name": "",
                "dpo_email": "d@x.example", "representative_name": "",
                "representative_address": "", "representative_email": "",
            },
        ),
    ],
)  # fmt: skip
def test_within_its_bounds_each_setting_counts(
    key: str, typed: dict[str, Any], value: Any, dina: User, dora: User
) -> None:
    assert published(key, typed, dina, dora).status == Change.Status.APPLIED
    assert SETTINGS[key].now() == value
    assert SETTINGS[key].shape.read(SETTINGS[key].shape.typed(value)) == (value, {})


def test_the_second_person_reads_that_people_get_less(dina: User, dora: User) -> None:
    actions.draft("setting", NOTICE_DAYS.key, {"typed": {"value": "20"}}, by=dina)
    assert "with less than now" in signed_in(dora).get(NOTICE).text


def test_a_setting_is_found_by_its_name_its_law_and_its_variable(dina: User) -> None:
    client = signed_in(dina)
    for words in ("wider purpose", "13(3)", "PURPOSE_NOTICE_DAYS", "notice 30"):
        page = client.get(INDEX, {"q": words}).text
        assert NOTICE in page, words
        assert f"setting/{PACKAGE_DAYS.key}/" not in page, words
    assert "No setting has these words" in client.get(INDEX, {"q": "zebra <b>"}).text
    assert f"{INDEX}authority/PL/" in client.get(INDEX, {"q": "uodo"}).text


def test_two_do_not_draft_the_same_at_once(dina: User, dora: User) -> None:
    """Who comes second sees what is there, and may go on with it: then it becomes theirs."""
    assert signed_in(dina).post(NOTICE, {"value": "45"}).status_code == 302
    assert signed_in(dora).post(NOTICE, {"value": "50"}).status_code == 409
    change = Change.objects.get()
    assert (change.author, change.payload) == (dina, {"typed": {"value": "45"}})
    again = {"value": "50", "opened": change.edition}
    assert signed_in(dora).post(NOTICE, again).status_code == 302
    change.refresh_from_db()
    assert (change.author, change.payload) == (dora, {"typed": {"value": "50"}})


@pytest.mark.parametrize(
    "at",
    [
        INDEX, NOTICE, f"{INDEX}calendar/", f"{INDEX}regime/", f"{INDEX}regime/gdpr/",
        f"{INDEX}authority/", f"{INDEX}authority/FR/", f"{INDEX}letter/",
        f"{INDEX}letter/refused.fr/", f"{INDEX}calendar/FR-2026-05-04/",
    ],
)  # fmt: skip
def test_for_support_it_does_not_exist_and_for_the_officer_it_is_quick(at: str, dina: User) -> None:
    sam = people.make("sam@regard.example", role=Role.SUPPORT)
    assert signed_in(sam).get(at).status_code == 404
    assert signed_in(sam).post(at, {}).status_code in (404, 405)
    client = signed_in(dina)
    client.get(at)
    with CaptureQueriesContext(connection) as asked:
        assert client.get(at).status_code == 200
    assert len(asked) <= 32, [one["sql"][:90] for one in asked]


@pytest.mark.parametrize(
    "at", ["nothing/", "setting/nothing/", "regime/xx/", "authority/QQ/", "letter/refused.de/",
           "letter/refused/", "calendar/FR-2026-02-30/", "calendar/fr-2026-05-04/", "letter/x.fr/"],
)  # fmt: skip
def test_what_is_no_setting_does_not_exist(at: str, dina: User) -> None:
    assert signed_in(dina).get(INDEX + at).status_code == 404


def test_a_history_is_long_and_read_by_the_page(
    dina: User, dora: User, django_assert_max_num_queries: Any
) -> None:
    for days in range(14, 44):
        store.publish(NOTICE_DAYS.key, days)
    client = signed_in(dina)
    with django_assert_max_num_queries(32):
        page = client.get(NOTICE).text
    assert "Version 30" in page
    assert "Version 20<" not in page
    older = re.search(r'href="(\?older=[^"]+)"', page)
    assert older
    assert "Version 20" in client.get(NOTICE + older[1].replace("&amp;", "&")).text
