"""Addresses, telephone numbers, accounts by their checksum, names; and what is the person's own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dsar.masks import NeverDisclose, masked
from dsar.redaction.finding import Found, Known, find

KNOWN = Known(("Bob Martin", "李明华", "Zoë O’Neil"), frozenset({"alice@example.org"}), "FR")


def kinds(text: str, known: Known = KNOWN) -> list[tuple[str, str]]:
    """Return what was found, with its words."""
    return [(one.kind.value, text[one.start : one.end]) for one in find(text, known)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("write to bob@elsewhere.example.", [("email", "bob@elsewhere.example")]),
        ("write to Alice@Example.org", []),
        ("call 06 12 34 56 78 or +44 20 7946 0958", ["phone", "phone"]),
        ("on 2026-11-24 at 10:30, 1,200.00 euros", []),
        ("IBAN DE89 3704 0044 0532 0130 00 today", [("iban", "DE89 3704 0044 0532 0130 00")]),
        ("IBAN DE89 3704 0044 0532 0130 01 today", []),
        ("GB82WEST12345698765432.", [("iban", "GB82WEST12345698765432")]),
        ("signed: MARTIN, Bob", [("name", "MARTIN, Bob")]),
        ("signed: Bob\n  Martin", [("name", "Bob\n  Martin")]),
        ("Bobby Martinez", []),
        ("李明华 签署", [("name", "李明华")]),
        ("ZOË O’NEIL", [("name", "ZOË O’NEIL")]),
    ],
)
def test_each_kind(text: str, expected: list[object]) -> None:
    found = kinds(text)
    assert (
        [kind if isinstance(expected[0], str) else (kind, words) for kind, words in found]
        == (expected)
        if expected
        else found == []
    )


@settings(max_examples=40, deadline=None)
@given(st.text(max_size=300))
def test_places_lie_within_the_text_in_order_and_apart(text: str) -> None:
    end = 0
    for one in find(text + " bob@elsewhere.example " + text, KNOWN):
        assert isinstance(one, Found)
        assert end <= one.start < one.end
        end = one.end


def test_words_that_staff_typed_are_looked_for_alone() -> None:
    text = "the Red House, bob@elsewhere.example, red  house"
    assert kinds(text, Known(words="red house")) == [
        ("marked", "Red House"),
        ("marked", "red  house"),
    ]


@pytest.mark.parametrize(
    ("text", "gone", "said"),
    [
        ("my SSN is 078-05-1120.", "078-05-1120", "social security number"),
        ("card 4111 1111 1111 1111", "1111", "payment card number"),
        ("paid to GB82WEST12345698765432", "WEST", "bank account number"),
        ("Account number: 000123456789", "000123456789", "bank account number"),
    ],
)
def test_california_forbids_to_disclose_it_and_asks_to_say_what_is_held(
    text: str, gone: str, said: str
) -> None:
    shown = masked(text)
    assert gone not in shown
    assert said in shown


def test_a_number_that_is_no_card_stays() -> None:
    assert masked("order 4111 1111 1111 1112") == "order 4111 1111 1111 1112"


def test_a_field_that_a_source_marks_is_named_and_not_given() -> None:
    row = NeverDisclose().row(
        {"iban": "anything", "empty": None, "n": 3}, {"iban": "x"}, {"iban": "bank account number"}
    )
    assert row["values"] == {
        "iban": "[we hold this, and must not give it out: bank account number]",
        "empty": None,
        "n": 3,
    }
    assert row["words"] == {}
