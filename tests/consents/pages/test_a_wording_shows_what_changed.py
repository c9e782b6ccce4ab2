"""The difference of two wordings is readable, and complete: nothing is lost between the marks."""

from collections.abc import Callable
from dataclasses import replace

from django.test import Client
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from consents.actions.purposes import publish
from consents.catalogue import FOLDER, purpose
from consents.queries.diff import ADDED, REMOVED, SAME, pieces
from tests.consents.pages.conftest import Shop

TEXT = st.lists(st.sampled_from(["your", "data", "is", "«\xa0never\xa0»", "used,", "kept."])).map(
    " ".join
)


@given(old=TEXT, new=TEXT)
def test_both_texts_can_be_read_out_of_the_difference(old: str, new: str) -> None:
    found = pieces(old, new)
    assert " ".join(one.text for one in found if one.kind != REMOVED) == new
    assert " ".join(one.text for one in found if one.kind != ADDED) == old


def test_only_what_changed_is_marked() -> None:
    kinds = [(one.kind, one.text) for one in pieces("kept for ten years", "kept for a year")]
    assert kinds == [(SAME, "kept for"), (REMOVED, "ten years"), (ADDED, "a year")]


def test_a_very_long_text_is_shown_whole() -> None:
    old, new = "word " * 5000, "word " * 5001
    assert [one.kind for one in pieces(old, new)] == [REMOVED, ADDED]


def test_every_version_is_there_with_its_changes(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    wording = purpose(FOLDER / "ai-training.consent.toml").wording
    changed = replace(
        wording,
        recipients=["training-pipeline"],
        texts=wording.texts | {"en": replace(wording.texts["en"], retention="Three months.")},
    )
    now = timezone.now()
    publish(shop.training, changed, published_at=now, effective_from=now)
    page = signed_in(shop.ada).get("/purposes/ai-training/").content.decode()
    assert page.index('id="version-2"') < page.index('id="version-1"')
    part = page[page.index('id="version-2"') : page.index('id="version-1"')]
    assert "<ins>" in part
    assert "Three" in part
    assert "Outside model trainer" in part, "a recipient that is gone"
    assert "The first wording." in page


def test_the_purpose_is_complete_at_each_level(
    shop: Shop, signed_in: Callable[..., Client]
) -> None:
    client = signed_in(shop.ada)
    text = shop.training.versions.get().text("en")
    for path in ("/purposes/", "/purposes/ai-training/"):
        page = client.get(path).content.decode()
        for level in (text.summary, text.detail, text.legal, text.retention, text.refusal):
            assert level.replace("'", "&#x27;") in page
    assert "Masked, not anonymous." in client.get("/purposes/ai-training/").content.decode()
