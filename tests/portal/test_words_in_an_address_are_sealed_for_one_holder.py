"""What must stand in an address and may not be read there is sealed, for one holder and one use."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib.crypto import Unsealable, seal_text, unseal_text


@given(st.text(st.characters(codec="utf-8"), max_size=300))
def test_what_was_sealed_comes_out_again(text: str) -> None:
    token = seal_text(text, about="search", holder="ada")
    assert unseal_text(token, about="search", holder="ada") == text
    assert set(token) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_")


def test_the_same_words_are_another_text_each_time() -> None:
    assert seal_text("Ben", about="search", holder="ada") != seal_text(
        "Ben", about="search", holder="ada"
    )


@pytest.mark.parametrize(("about", "holder"), [("search", "ben"), ("else", "ada")])
def test_nobody_else_and_nothing_else_opens_it(about: str, holder: str) -> None:
    token = seal_text("Ben", about="search", holder="ada")
    with pytest.raises(Unsealable):
        unseal_text(token, about=about, holder=holder)


@given(st.text(max_size=200))
def test_whatever_is_no_sealed_text_is_refused(token: str) -> None:
    with pytest.raises(Unsealable):
        unseal_text(token, about="search", holder="ada")


def test_after_a_change_of_the_secret_former_texts_still_open(settings: Any) -> None:
    token = seal_text("Ben", about="search", holder="ada")
    before = settings.SECRET_KEY
    settings.SECRET_KEY = "another secret of this installation"
    with pytest.raises(Unsealable):
        unseal_text(token, about="search", holder="ada")
    settings.SECRET_KEY_FALLBACKS = [before]
    assert unseal_text(token, about="search", holder="ada") == "Ben"
