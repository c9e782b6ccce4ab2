"""AIPREF, draft-ietf-aipref-vocab-07 and -attach-05: every input of the drafts, and of nobody."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from portal.lib import aipref
from portal.lib.aipref import SEARCH, TRAIN_AI, Preference
from tests.portal.robots import preference

Y, N, NOTHING = Preference.ALLOW, Preference.DISALLOW, Preference.UNKNOWN

INPUTS = [
    ("train-ai=n", N, NOTHING),
    ("train-ai=y, search=n", Y, N),
    ('train-ai=y, train-ai, search=n, search="n"', NOTHING, NOTHING),
    ("train-ai;allow=n, train-ai=y", Y, NOTHING),
    ('train-ai;has;parameters="?";', NOTHING, NOTHING),  # the draft's own: the last ";" is an error
    ("Train-AI=n", NOTHING, NOTHING),
    ("train-ai = n", NOTHING, NOTHING),
    ("train-ai=n,", NOTHING, NOTHING),
    ("train-ai=N", NOTHING, NOTHING),
    ("train-ai=?0", NOTHING, NOTHING),
    ("train-ai=(n)", NOTHING, NOTHING),
    ("", NOTHING, NOTHING),
    ('train-ai=n;reason="x", ai-input=n', N, NOTHING),
    ("train-ai=n, train-ai=y", Y, NOTHING),
    ("  train-ai=n  ", N, NOTHING),
    ("train-ai=n é", NOTHING, NOTHING),
    ("train-ai=n" + ", x=1" * aipref.LONGEST, NOTHING, NOTHING),
    ("\0", NOTHING, NOTHING),
]
# attach-05: the example of robots.txt.
ROBOTS = """
User-Agent: *
Allow: /
Disallow: /never/
Content-Usage: train-ai=n
Content-Usage: /ai-ok/ train-ai=y

User-Agent: ExampleBot
Allow: /
Content-Usage: train-ai=y
"""

statements = st.sampled_from([text for text, _train, _search in INPUTS])
preferences = st.dictionaries(st.sampled_from(aipref.CATEGORIES), st.sampled_from([Y, N]))


@pytest.mark.parametrize(("statement", "train_ai", "search"), INPUTS)
def test_each_input_says_what_the_table_says(
    statement: str, train_ai: Preference, search: Preference
) -> None:
    assert aipref.parse(statement) == {TRAIN_AI: train_ai, SEARCH: search}


@given(st.text())
def test_nothing_can_make_it_fail(statement: str) -> None:
    assert set(aipref.parse(statement)) == set(aipref.CATEGORIES)


@given(preferences)
def test_what_is_written_is_read_again(said: dict[str, Preference]) -> None:
    everything = dict.fromkeys(aipref.CATEGORIES, NOTHING) | said
    assert aipref.parse(aipref.serialise(said)) == everything


@pytest.mark.parametrize(
    ("said", "expected"),
    [([Y, N], N), ([N, Y], N), ([NOTHING, N], N), ([Y, NOTHING], Y), ([NOTHING], NOTHING),
     ([], NOTHING)],
)  # fmt: skip
def test_of_several_statements_the_strictest_counts(
    said: list[Preference], expected: Preference
) -> None:
    combined = aipref.combine([{TRAIN_AI: one, SEARCH: NOTHING} for one in said])
    assert combined[TRAIN_AI] is expected


@given(st.lists(statements), statements)
def test_a_further_statement_never_lifts_a_refusal(before: list[str], more: str) -> None:
    if aipref.forbids_training(*before):
        assert aipref.forbids_training(*before, more)


@pytest.mark.parametrize(
    ("agent", "path", "expected"),
    [
        ("Other", "/test", N),
        ("Other", "/never/test", None),
        ("Other", "/ai-ok/test", Y),
        ("ExampleBot", "/test", Y),
        ("ExampleBot", "/never/test", Y),
        ("ExampleBot", "/ai-ok/test", Y),
    ],
)
def test_the_example_of_robots_txt_says_what_the_draft_says(
    agent: str, path: str, expected: Preference | None
) -> None:
    assert preference(ROBOTS, agent, path) is expected
