"""Tick, see what would change, choose, take back: without a script, and whatever is sent."""

import re
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from consents import permits
from consents.models import ChoiceEvent
from consents.models.ledger import Act
from tests.reading import without_tokens

SELECTION = reverse("consents:selection")
CHOOSE = reverse("consents:choose-selection")


@pytest.fixture
def ada(shop, signed_in):
    """Ada has twelve documents with Ben; both allow; Ben refused two; one is about health."""
    shop.allow(shop.ada)
    shop.allow(shop.ben)
    shop.papers = [shop.document(f"Paper {n}", shop.ada, shop.ben) for n in range(12)]
    for one in shop.papers[:2]:
        shop.refuse(shop.ben, document=one)
    shop.papers[2].special_category = True
    shop.papers[2].save()
    return signed_in(shop.ada)


def tick(client, documents, **more):
    return client.post(SELECTION, {"document": [one.uid for one in documents], **more})


def confirm(client, way, page=None, **more):
    """Press the button of one way, with all that the form holds."""
    content = (page or client.get(SELECTION)).content.decode()
    found = re.search(rf'<form method="post" action="{CHOOSE}">.*?</form>', content, re.S)
    assert found is not None
    data = {"act": way}
    for name, value in re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', found[0]):
        data.setdefault(name, []).append(value) if name == "document" else data.update(
            {name: value}
        )
    return client.post(CHOOSE, data | more)


def test_the_preview_says_in_numbers_what_each_choice_changes(shop, ada):
    tick(ada, shop.papers)
    page = ada.get(SELECTION).content.decode()
    assert "<strong>12 documents</strong>" in page
    assert "9 documents change from allowed to not allowed" in page
    assert "2 documents stay as they are. Not allowed: at least one other party refused." in page
    assert "1 document cannot be allowed. Not allowed, whatever anybody chooses" in page
    assert "9 documents stay allowed" in page
    assert "Ben" not in without_tokens(page)  # never who


def test_what_was_foreseen_is_done_and_proven(shop, ada):
    tick(ada, shop.papers)
    answer = confirm(ada, "refuse")
    assert answer.status_code == 303
    acts = ChoiceEvent.objects.filter(person=shop.ada, document__isnull=False)
    assert acts.count() == 12
    assert acts.filter(receipt__isnull=False).count() == 12
    assert len(set(acts.values_list("batch", flat=True))) == 1
    page = ada.get(answer["Location"]).content.decode()
    assert "You refused for <strong>12 documents</strong>." in page
    assert "9 documents change from not allowed to allowed" in page  # what taking back would do
    assert not permits.allowed([one.reference for one in shop.papers], "ai-training")


def test_taking_back_restores_and_can_be_pressed_twice(shop, ada):
    tick(ada, shop.papers)
    done = confirm(ada, "refuse")["Location"]
    for _ in range(2):
        assert ada.post(f"{done}undo/").status_code == 303
    references = [one.reference for one in shop.papers]
    assert permits.allowed(references, "ai-training") == set(references[3:])
    assert ChoiceEvent.objects.filter(act=Act.FOLLOWS_AGAIN).count() == 12
    page = ada.get(done).content.decode()
    assert "You took this back on" in page
    assert "undo/" not in page


def test_a_form_that_is_sent_twice_is_one_act(shop, ada):
    tick(ada, shop.papers)
    page = ada.get(SELECTION)
    first, second = confirm(ada, "refuse", page), confirm(ada, "refuse", page)
    assert first["Location"] == second["Location"]
    assert ChoiceEvent.objects.filter(document__isnull=False, person=shop.ada).count() == 12


def test_a_no_from_a_page_that_was_used_already_is_taken(shop, ada):
    tick(ada, shop.papers[3:5])
    page = ada.get(SELECTION)
    allowed = confirm(ada, "allow", page)  # and then: back, and the other button
    refused = confirm(ada, "refuse", page)
    assert not permits.may(shop.papers[3].reference, "ai-training").allowed
    assert allowed["Location"] != refused["Location"]
    assert (
        "You refused for <strong>2 documents</strong>."
        in ada.get(refused["Location"]).content.decode()
    )
    assert confirm(ada, "allow", page)["Location"] == allowed["Location"]
    assert not permits.may(shop.papers[3].reference, "ai-training").allowed


def test_a_no_that_was_taken_back_can_be_sent_again_from_the_same_page(shop, ada):
    tick(ada, shop.papers[3:5])
    page = ada.get(SELECTION)
    ada.post(f"{confirm(ada, 'refuse', page)['Location']}undo/")
    assert permits.may(shop.papers[3].reference, "ai-training").allowed
    assert confirm(ada, "refuse", page).status_code == 303
    assert not permits.may(shop.papers[3].reference, "ai-training").allowed


def test_both_directions_and_the_way_back_take_the_same_steps(shop, ada):
    tick(ada, shop.papers[3:5])
    assert confirm(ada, "refuse").status_code == 303
    tick(ada, shop.papers[3:5])
    assert confirm(ada, "allow").status_code == 303
    assert permits.may(shop.papers[3].reference, "ai-training").allowed
    tick(ada, shop.papers[3:5])
    assert confirm(ada, "follow").status_code == 303
    last = ChoiceEvent.objects.latest("id")
    assert last.act == Act.FOLLOWS_AGAIN


def test_a_whole_page_is_ticked_by_one_button(shop, ada):
    shown = [one.uid for one in shop.papers]
    ada.post(SELECTION, {"all": "1", "shown": shown})
    assert "<strong>12 documents</strong>" in ada.get(SELECTION).content.decode()
    ada.post(SELECTION, {"remove": str(shown[0])})
    assert "<strong>11 documents</strong>" in ada.get(SELECTION).content.decode()
    ada.post(SELECTION, {"clear": "1"})
    assert "Nothing selected" in ada.get(SELECTION).content.decode()


def test_list_and_grid_offer_a_box_for_each_document(shop, ada):
    for path in (reverse("consents:documents"), reverse("consents:grid")):
        page = ada.get(path).content.decode()
        assert page.count('name="document"') == 12
        assert "Choose for all 12 documents on this page" in page


def test_what_is_not_theirs_or_gone_is_left_out(shop, ada):
    foreign = shop.document("Secret", shop.cleo)
    tick(ada, [*shop.papers[3:5], foreign])
    page = ada.get(SELECTION).content.decode()
    assert "<strong>2 documents</strong>" in page
    assert "1 document is no longer in your space" in page
    assert "Secret" not in page
    confirm(ada, "refuse", document=[str(foreign.uid), str(shop.papers[3].uid)])
    assert not ChoiceEvent.objects.filter(document=foreign).exists()


def test_a_yes_to_words_that_changed_meanwhile_is_refused_a_no_is_taken(shop, ada):
    tick(ada, shop.papers[3:5])
    assert confirm(ada, "allow", version="7").status_code == 409
    assert confirm(ada, "refuse", version="7").status_code == 303


@pytest.mark.parametrize(
    "sent",
    [
        {},
        {"act": "refuse"},
        {"act": "sell", "purpose": "ai-training", "batch": str(uuid4())},
        {"act": "refuse", "purpose": "ai-training", "batch": "x\0"},
        {"act": "refuse", "purpose": "\0", "batch": str(uuid4())},
        {"act": "refuse", "purpose": "none", "batch": str(uuid4())},
        {"act": "refuse", "purpose": "ai-training", "batch": str(uuid4()), "document": ["x", "\0"]},
    ],
)
def test_nonsense_has_a_designed_answer(ada, sent):
    assert ada.post(CHOOSE, sent).status_code in (303, 400, 404)
    ada.post(SELECTION, sent)
    assert ada.get(SELECTION, {"purpose": "\0"}).status_code == 200


def test_a_stranger_finds_neither_result_nor_undo(shop, ada, signed_in):
    tick(ada, shop.papers)
    done = confirm(ada, "refuse")["Location"]
    ben = signed_in(shop.ben)
    assert ben.get(done).status_code == 404
    assert ben.post(f"{done}undo/").status_code == 404


def test_the_preview_costs_the_same_for_three_and_for_sixty(shop, ada):
    shop.papers += [shop.document(f"More {n}", shop.ada) for n in range(48)]
    costs = []
    for amount in (4, 60):
        ada.post(SELECTION, {"clear": "1"})
        tick(ada, shop.papers[:amount])
        with CaptureQueriesContext(connection) as captured:
            ada.get(SELECTION)
        costs.append(len(captured))
    assert costs[0] == costs[1]


def test_the_history_holds_one_line_that_unfolds(shop, ada):
    tick(ada, shop.papers)
    done = confirm(ada, "refuse")["Location"]
    page = ada.get("/history/")
    assert len(page.context["history"].entries) == 2  # the selection, and the first yes
    content = page.content.decode()
    assert f'<a href="{done}">12 documents</a>' in content
    assert content.count("Paper ") == 12
    lines = ada.get("/history/choices.csv").getvalue().decode().splitlines()
    assert len(lines) == 1 + 12 + 1  # the file holds every act


def test_the_history_says_what_holds_after_an_exception_went(shop, ada):
    tick(ada, shop.papers[3:4])
    done = confirm(ada, "refuse")["Location"]
    ada.post(f"{done}undo/")
    newest = ada.get("/history/").context["history"].entries[0]
    assert (newest.what, newest.before, newest.after) == (
        "You removed the exception", "not allowed", "allowed",
    )  # fmt: skip


def test_another_site_cannot_choose(shop, signed_in):
    client = signed_in(shop.ada, enforce_csrf_checks=True)
    for path in (SELECTION, CHOOSE, f"/documents/selection/{uuid4()}/undo/"):
        assert client.post(path, {"act": "refuse"}).status_code == 403


def test_a_document_that_left_the_space_after_the_choice_is_left_alone(shop, ada):
    tick(ada, shop.papers[3:6])
    done = confirm(ada, "refuse")["Location"]
    shop.papers[3].parties.update(hidden_at="2026-01-01T00:00Z")
    page = ada.get(done).content.decode()
    assert "2 documents. Not allowed: you refused." in page
    assert "1 document stays as it is now: you chose again since" in page
    assert ada.post(f"{done}undo/").status_code == 303
