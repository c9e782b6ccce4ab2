"""What a data protection officer changes is drafted, proposed, and decided by somebody else."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction
from django.utils.functional import Promise

from accounts.changes import actions
from accounts.changes.kinds import KINDS, Difference, Problems, register
from accounts.changes.models import Change
from accounts.models import User
from accounts.roles import Role
from tests.accounts import people

pytestmark = pytest.mark.django_db


class Motto:
    """A thing to change: one sentence, which may not be empty."""

    slug = "motto"
    label: str | Promise = "Motto"

    def __init__(self) -> None:
        self.words = "as it was"

    def titles(self, changes: Sequence[Change]) -> list[str]:
        return ["The motto"] * len(changes)

    def path(self, change: Change) -> str:
        return f"/motto/{change.uid}/"

    def base(self, subject: str) -> str:
        return self.words

    def problems(self, change: Change) -> Problems:
        return {} if change.payload.get("words") else {"words": ["Write something."]}

    def differences(self, change: Change) -> list[Difference]:
        return [Difference("Words", self.words, change.payload["words"])]

    def apply(self, change: Change) -> None:
        self.words = change.payload["words"]


@pytest.fixture
def motto() -> Iterator[Motto]:
    kind = Motto()
    register(kind)
    yield kind
    KINDS.pop("motto")


@pytest.fixture
def dora(db: None) -> User:
    """Another data protection officer."""
    return people.make("dora@regard.example", name="Dora Lindt", role=Role.DPO)


def proposed(dina: User, words: str = "as it shall be") -> Change:
    change = actions.draft("motto", "", {"words": words}, by=dina)
    return actions.propose(change, by=dina, reason="It is time.")


def test_it_is_carried_out_when_somebody_else_agrees(motto: Motto, dina: User, dora: User) -> None:
    change = proposed(dina)
    assert motto.words == "as it was"
    decided = actions.approve(change, by=dora, note="Yes.")
    assert motto.words == "as it shall be"
    assert (decided.status, decided.decided_by) == (Change.Status.APPLIED, dora)
    codes = [one.code for one in change.events.order_by("pk")]
    assert codes == ["drafted", "proposed", "approved"]
    newest = change.events.latest("pk")
    assert newest.data["payload"] == {"words": "as it shall be"}


def test_nobody_agrees_to_a_word_of_their_own(motto: Motto, dina: User, dora: User) -> None:
    change = proposed(dina)
    with pytest.raises(actions.OwnChange):
        actions.approve(change, by=dina)
    # Who edits it becomes its author, and both have written in it now.
    actions.propose(actions.edit(change, {"words": "mine"}, by=dora), by=dora)
    for writer in (dina, dora):
        change.refresh_from_db()
        assert not actions.may_decide(change, writer)
        with pytest.raises(actions.OwnChange):
            actions.approve(change, by=writer)
    assert motto.words == "as it was"


def test_an_office_of_one_carries_it_out_at_once(motto: Motto, dina: User, settings: Any) -> None:
    settings.SECOND_PERSON = []
    assert proposed(dina).status == Change.Status.APPLIED
    assert motto.words == "as it shall be"


def test_a_wrong_draft_is_kept_and_not_proposed(motto: Motto, dina: User) -> None:
    change = actions.draft("motto", "", {"words": "", "else": "typed"}, by=dina)
    with pytest.raises(actions.NotReady):
        actions.propose(change, by=dina)
    change.refresh_from_db()
    assert (change.status, change.payload["else"]) == (Change.Status.DRAFT, "typed")


def test_what_has_changed_meanwhile_is_looked_at_again(
    motto: Motto, dina: User, dora: User
) -> None:
    change = proposed(dina)
    motto.words = "changed by another way"
    with pytest.raises(actions.Overtaken):
        actions.approve(change, by=dora)
    again = actions.propose(actions.edit(change, change.payload, by=dina), by=dina)
    assert actions.approve(again, by=dora).status == Change.Status.APPLIED


def test_a_refusal_says_why_and_ends_it(motto: Motto, dina: User, dora: User) -> None:
    change = proposed(dina)
    with pytest.raises(actions.NotReady):
        actions.refuse(change, by=dora, note=" ")
    assert actions.refuse(change, by=dora, note="Too long.").status == Change.Status.REFUSED
    with pytest.raises(actions.NotOpen):
        actions.approve(change, by=dora)
    assert motto.words == "as it was"


def test_one_thing_has_one_open_change(motto: Motto, dina: User) -> None:
    change = actions.draft("motto", "", {"words": "a"}, by=dina)
    with pytest.raises(actions.DraftOpen):
        actions.draft("motto", "", {"words": "b"}, by=dina)
    actions.withdraw(change, by=dina)
    actions.draft("motto", "", {"words": "b"}, by=dina)


@pytest.mark.parametrize("act", ["draft", "edit", "propose", "approve", "withdraw"])
def test_support_does_none_of_it(motto: Motto, dina: User, sam: User, act: str) -> None:
    change = proposed(dina)
    given: dict[str, tuple[Any, ...]] = {
        "draft": ("motto", "x", {}), "edit": (change, {}), "propose": (change,),
        "approve": (change,), "withdraw": (change,),
    }  # fmt: skip
    with pytest.raises(actions.DpoOnly):
        getattr(actions, act)(*given[act], by=sam)


def test_what_was_done_is_not_edited(motto: Motto, dina: User) -> None:
    change = proposed(dina)
    with (
        pytest.raises(DatabaseError, match="append-only"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(
            "UPDATE accounts_changeevent SET note = '' WHERE change_id = %s", [change.pk]
        )


def test_what_waits_for_somebody_is_what_they_may_decide(
    motto: Motto, dina: User, dora: User, sam: User
) -> None:
    change = proposed(dina)
    assert list(actions.waiting_for(dora)) == [change]
    assert not actions.waiting_for(dina)
    assert not actions.waiting_for(sam)
    actions.propose(actions.edit(change, {"words": "mine"}, by=dora), by=dora)
    assert not actions.waiting_for(dora)
    assert not actions.waiting_for(dina)
