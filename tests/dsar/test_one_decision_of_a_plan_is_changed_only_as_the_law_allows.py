"""Staff may keep what a claim needs, and erase evidence by two people; the rest is the rules'."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.utils import timezone

from accounts.actions import NamesSomebody
from accounts.models import User
from consents.models import Document
from dsar import actions, certificates, states
from dsar.actions import approvals, evidence, plan
from dsar.actions.evidence import NotYoursToDecide
from dsar.grounds import ErasureGround
from dsar.models import Approval, ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.rules import EvidenceMissing, NotYourOwn, StaffOnly
from tests.dsar.worlds import Ask, make_life, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def documents(alice: User, bob: User) -> dict[str, Document]:
    return make_life(alice, bob)


@pytest.fixture
def planned(documents: dict[str, Document], open_request: Ask) -> Any:
    return work(open_request("erasure"))


def item_of(request: SubjectRequest, document: Document) -> ErasureItem:
    return request.items.get(key=f"document:{document.pk}")


def keep(item: ErasureItem, by: User, **changed: Any) -> Any:
    later = timezone.localdate() + timedelta(days=400)
    given: dict[str, Any] = {"why": "A claim was announced to us.", "until": later}
    return plan.decide(item, by=by, decision=Decision.RESTRICT, **given | changed)


def test_what_was_to_go_is_kept_with_ground_end_and_reason(
    planned: SubjectRequest, documents: dict[str, Document], sam: User
) -> None:
    item = keep(item_of(planned, documents["draft"]), sam, ground=ErasureGround.LEGAL_CLAIMS)
    assert (item.decision, item.decided_by) == ("restrict", sam)
    done = work(actions.approve(planned, by=sam))
    assert done.outcome == "fulfilled"
    documents["draft"].refresh_from_db()
    assert documents["draft"].erased_at is None
    kept = certificates.context(done.certificate)["kept"]
    assert "A claim was announced to us." in {one.get("why") for one in kept}
    assert not done.items.exclude(
        why=""
    ).exists()  # the row is emptied; the certificate has said it


def test_evidence_that_is_nobody_elses_goes_by_two_people(
    planned: SubjectRequest, documents: dict[str, Document], sam: User, dina: User
) -> None:
    item = item_of(planned, documents["own"])
    asked = plan.decide(item, by=sam, decision=Decision.ERASE, why="The contract was never used.")
    assert isinstance(asked, Approval)
    item.refresh_from_db()
    assert item.decision == "restrict"  # nothing changes before somebody else agrees
    approvals.agree(asked, by=dina)
    item.refresh_from_db()
    assert (item.decision, item.decided_by, item.agreed_by) == ("erase", sam, dina)
    done = work(actions.approve(planned, by=sam))
    assert done.outcome == "fulfilled"
    documents["own"].refresh_from_db()
    assert documents["own"].erased_at is not None
    assert not default_storage.exists("own.pdf")


def test_what_others_have_a_part_in_and_what_we_must_prove_is_not_theirs_to_decide(
    planned: SubjectRequest, documents: dict[str, Document], sam: User
) -> None:
    fixed = [item_of(planned, documents["shared"]), item_of(planned, documents["sent"])]
    fixed += list(planned.items.exclude(source="documents"))
    for item in fixed:
        assert evidence.options(item) == []
        for decision in (Decision.ERASE, Decision.RESTRICT, Decision.KEEP):
            with pytest.raises(NotYoursToDecide):
                plan.decide(item, by=sam, decision=decision, why="why not", until=item.until)


def test_what_is_owed_to_the_person_is_asked_for(
    planned: SubjectRequest, documents: dict[str, Document], sam: User, alice: User
) -> None:
    item, today = item_of(planned, documents["draft"]), timezone.localdate()
    for missing in (
        {"why": "  "},
        {"until": today},
        {"until": today + timedelta(days=366 * 21)},
        {"until": None},
        {"ground": ErasureGround.NOT_NEEDED},
    ):
        with pytest.raises(EvidenceMissing):
            keep(item, sam, **missing)
    with pytest.raises(NamesSomebody):
        keep(item, sam, why="Alice said so")
    with pytest.raises((StaffOnly, NotYourOwn)):
        keep(item, alice)
    work(actions.approve(planned, by=sam))
    with pytest.raises((states.IllegalMove, NotYoursToDecide)):
        keep(item, sam)


def test_a_plan_made_again_keeps_what_was_decided(
    planned: SubjectRequest, documents: dict[str, Document], sam: User, dina: User
) -> None:
    keep(item_of(planned, documents["draft"]), sam)
    hold = actions.place_hold(
        planned.person, by=dina, reason="x", review_on=timezone.localdate() + timedelta(days=9)
    )
    actions.lift_hold(hold, by=dina)
    assert item_of(planned, documents["draft"]).sentence == "kept_by_decision"
