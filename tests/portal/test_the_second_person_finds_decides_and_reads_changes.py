"""On their page, officers find what waits for them, decide, and read who did what."""

from collections.abc import Callable, Iterator
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.changes import actions
from accounts.changes.kinds import KINDS, register
from accounts.changes.models import Change
from accounts.models import User
from accounts.roles import Role
from consents.changing.drafts import payload_of
from consents.models import PurposeVersion
from consents.register.fields import draft_of
from dsar.authorities import AUTHORITIES
from dsar.regimes import REGIMES
from portal.dashboard.alarms import rounds
from portal.dashboard.alarms.rules import RULES
from portal.dashboard.approvals import views
from portal.lib.office.definitions import SETTINGS
from tests.accounts import people
from tests.accounts.test_a_change_needs_a_second_person import Motto
from tests.consents.worlds import make_purpose
from tests.portal.officers import (
    _second_factor_is_not_the_point_here as _second_factor_is_not_the_point_here,
)
from tests.portal.officers import dina as dina
from tests.portal.officers import dora as dora
from tests.portal.officers import signed_in

pytestmark = pytest.mark.django_db
LIST = "/dashboard/approvals/"


@pytest.fixture
def motto() -> Iterator[Motto]:
    kind = Motto()
    register(kind)
    yield kind
    KINDS.pop("motto")


def proposed(dina: User, subject: str = "") -> Change:
    change = actions.draft("motto", subject, {"words": "as it shall be"}, by=dina)
    return actions.propose(change, by=dina, reason="It is time.")


def test_it_is_found_read_and_agreed_to(motto: Motto, dina: User, dora: User) -> None:
    change, client = proposed(dina), signed_in(dora)
    assert f"/dashboard/approvals/{change.uid}/" in client.get(LIST).content.decode()
    page = client.get(f"{LIST}{change.uid}/").content.decode()
    assert "It is time." in page
    assert "as it shall be" in page
    assert "as it was" in page
    answer = client.post(f"{LIST}{change.uid}/approve/", agreeing(change, "Yes."), follow=True)
    assert "Carried out." in answer.content.decode()
    assert motto.words == "as it shall be"


def test_what_waits_for_me_is_not_pushed_out_by_what_waits_for_others(
    motto: Motto, dina: User, dora: User, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(views, "SHOWN", 2)
    change = proposed(dina, "the oldest")
    for subject in ("one", "two", "three"):
        proposed(dora, subject)
    answer = signed_in(dora).get(LIST)
    assert [row.change for row in answer.context["for_me"]] == [change]
    assert len(answer.context["open"]) == 2


def agreeing(change: Change, words: str = "") -> dict[str, str]:
    """Return what the page sends to agree to the change as it is now."""
    return {"words": words, "seen": Change.objects.get(pk=change.pk).fingerprint}


def test_nobody_agrees_to_words_that_came_after_they_looked(
    motto: Motto, dina: User, dora: User
) -> None:
    change, client = proposed(dina), signed_in(dora)
    looked_at = agreeing(change)
    assert looked_at["seen"] in client.get(f"{LIST}{change.uid}/").content.decode()
    actions.propose(actions.edit(change, {"words": "something else"}, by=dina), by=dina)
    for sent in (looked_at, {"words": ""}):
        answer = client.post(f"{LIST}{change.uid}/approve/", sent)
        assert answer.status_code == 409
        assert "It was edited since you looked at it." in answer.content.decode()
        assert motto.words == "as it was"
    client.post(f"{LIST}{change.uid}/approve/", agreeing(change))
    assert motto.words == "something else"


def test_the_author_is_offered_no_decision(motto: Motto, dina: User, dora: User) -> None:
    change = proposed(dina)
    page = signed_in(dina).get(f"{LIST}{change.uid}/").content.decode()
    assert "/approve/" not in page
    assert "Another data protection officer" in page
    answer = signed_in(dina).post(f"{LIST}{change.uid}/approve/")
    assert answer.status_code == 409
    assert motto.words == "as it was"


def test_a_refusal_without_a_reason_loses_nothing(motto: Motto, dina: User, dora: User) -> None:
    change, client = proposed(dina), signed_in(dora)
    answer = client.post(f"{LIST}{change.uid}/refuse/", {"words": " "})
    assert answer.status_code == 409
    assert "Say why" in answer.content.decode()
    client.post(f"{LIST}{change.uid}/refuse/", {"words": "Too long."})
    assert "Too long." in client.get(f"{LIST}{change.uid}/").content.decode()


@pytest.mark.parametrize("act", ["approve", "refuse"])
def test_a_sign_that_no_database_keeps_is_left_out_of_the_words(
    motto: Motto, dina: User, dora: User, act: str
) -> None:
    change = proposed(dina)
    answer = signed_in(dora).post(f"{LIST}{change.uid}/{act}/", agreeing(change, "Too\0 long."))
    assert answer.status_code == 302
    assert change.events.latest("pk").note == "Too long."


def test_support_finds_nothing_of_it(motto: Motto, dina: User) -> None:
    change = proposed(dina)
    sam = signed_in(people.make("sam@regard.example", role=Role.SUPPORT))
    for path in (LIST, f"{LIST}{change.uid}/"):
        assert sam.get(path).status_code == 404
    assert sam.post(f"{LIST}{change.uid}/approve/").status_code == 404
    assert signed_in(dina).post(f"{LIST}{change.uid}/nonsense/").status_code == 404


def test_the_list_asks_as_much_for_many_as_for_few(motto: Motto, dina: User, dora: User) -> None:
    client = signed_in(dora)
    proposed(dina)
    client.get(LIST)
    with CaptureQueriesContext(connection) as few:
        client.get(LIST)
    for number in range(8):
        proposed(dina, str(number))
    with CaptureQueriesContext(connection) as many:
        client.get(LIST)
    assert len(many) == len(few)


# Of each kind, a draft that can be written without more; its subject has to be one of many.
KINDS_OF_DRAFTS: dict[str, Callable[[int], tuple[str, dict[str, Any]]]] = {
    "purpose": lambda n: (f"purpose-{n}", {"texts": {"en": {"title": f"Purpose {n}"}}}),
    "purpose_stop": lambda n: (f"purpose-{n}", {"number": 1, "reason": "No."}),
    "evidence": lambda n: (f"purpose-{n}", {}),
    "evidence_policy": lambda n: (f"purpose-{n}", {"closes": True}),
    "register": lambda n: (f"purpose-{n}", draft_of(None)),
    "setting": lambda n: (list(SETTINGS)[n % len(SETTINGS)], {"typed": {}}),
    "regime": lambda n: (list(REGIMES)[n % len(REGIMES)].value, {"typed": {}}),
    "authority": lambda n: (sorted(AUTHORITIES)[n % len(AUTHORITIES)], {"typed": {}}),
    "letter": lambda n: ("refused.en" if n else "refused.fr", {"typed": {}}),
    "calendar": lambda n: (f"FR-2027-03-{n % 28 + 1:02}", {"typed": {}}),
    "log-export": lambda _n: (str(uuid4()), {}),
    "alarm-off": lambda n: (list(RULES)[n % len(RULES)], {}),
    "alarm-quiet": lambda n: (list(RULES)[n % len(RULES)], {"threshold": 1}),
}
LISTS = {
    "purpose": "/dashboard/changes/",
    "evidence": "/dashboard/evidence/",
    "evidence_policy": "/dashboard/evidence/",
    "register": "/dashboard/register/",
    "setting": "/dashboard/settings/",
    "regime": "/dashboard/settings/regime/",
    "authority": "/dashboard/settings/authority/",
    "letter": "/dashboard/settings/letter/",
    "calendar": "/dashboard/settings/calendar/",
}


def drafted(kind: str, numbers: range, by: User) -> None:
    """Draft so many of one kind, decided ones where there is no other subject left."""
    for number in numbers:
        subject, payload = KINDS_OF_DRAFTS[kind](number)
        if Change.objects.filter(kind=kind, subject=subject, status="draft").exists():
            Change.objects.filter(kind=kind, subject=subject).update(status="withdrawn")
        actions.draft(kind, subject, payload, by=by)


def test_every_kind_is_in_these_lists() -> None:
    assert set(KINDS) == set(KINDS_OF_DRAFTS)


@pytest.mark.parametrize("kind", KINDS_OF_DRAFTS)
def test_thirty_of_a_kind_cost_as_many_questions_as_one(kind: str, dina: User, dora: User) -> None:
    for number in range(30):
        make_purpose(f"purpose-{number}")
    rounds.ensure()
    client, lists = signed_in(dora), [LIST, *([LISTS[kind]] if kind in LISTS else [])]

    def asked(path: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert client.get(path).status_code == 200
        return len(queries)

    drafted(kind, range(1), dina)
    for path in lists:
        client.get(path)
    few = [asked(path) for path in lists]
    drafted(kind, range(1, 30), dina)
    assert Change.objects.filter(kind=kind).count() == 30
    assert [asked(path) for path in lists] == few


@pytest.mark.parametrize(
    ("kind", "payload", "page", "keeps"),
    [
        ("setting", {"typed": {"value": "45"}}, "", "Keep as a draft"),
        ("register", {}, "", "Save the draft"),
        ("evidence", {}, "", 'name="opened"'),
        ("purpose", {"retention_duration": "P1M"}, "", "Who did what with it"),
        ("setting", {"typed": {"value": "45"}}, "approvals", "Give it to a second person"),
    ],
)  # fmt: skip
def test_what_ends_a_draft_stands_after_all_that_keeps_it(
    kind: str, payload: dict[str, Any], page: str, keeps: str, dina: User
) -> None:
    make_purpose()
    subject = "purpose_notice_days" if kind == "setting" else "ai-training"
    if kind == "purpose":
        payload = payload_of(PurposeVersion.objects.get()) | payload
    change = actions.draft(kind, subject, payload, by=dina)
    path = f"{LIST}{change.uid}/" if page else KINDS[kind].path(change)
    text = signed_in(dina).get(path).content.decode()
    ends = text.index(f"/dashboard/approvals/{change.uid}/withdraw/")
    assert text.rindex(keeps, 0, ends)
    assert keeps not in text[ends:]
