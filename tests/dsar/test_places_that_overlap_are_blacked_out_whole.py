"""Two places of one text that overlap: nothing of either stays in the copy."""

from hypothesis import given, settings
from hypothesis import strategies as st

from dsar.models import Redaction
from dsar.redaction.applying import Decisions

TEXT = "Call 0123456789 abcdefghijklmnopqrstuvwxyz now"
SPAN = st.tuples(st.integers(0, len(TEXT) - 1), st.integers(1, 30))


def blacked(*spans: tuple[int, int]) -> str:
    ordered = sorted(spans, key=lambda one: -one[0])  # as they come from the database
    places = [
        Redaction(kind="name", table="notes", row=0, field="note", start=start, end=end)
        for start, end in ordered
    ]
    row = {"values": {"note": TEXT}, "words": {}, "files": []}
    return str(Decisions(texts={("notes", 0): places}).row("notes", 0, row)["values"]["note"])


def test_a_place_within_another_leaves_nothing_of_it() -> None:
    assert blacked((5, 42), (20, 22)) == blacked((5, 42))
    assert "xyz" not in blacked((5, 42), (20, 22))


@settings(max_examples=40, deadline=None)
@given(st.lists(SPAN, min_size=1, max_size=5))
def test_what_is_outside_all_places_stays_and_nothing_else(spans: list[tuple[int, int]]) -> None:
    places = [(start, min(start + length, len(TEXT))) for start, length in spans]
    hidden = {at for start, end in places for at in range(start, end)}
    shown = "".join(one if at not in hidden else "\0" for at, one in enumerate(TEXT))
    gone = blacked((0, len(TEXT)))
    kept = [part for part in shown.split("\0") if part]
    assert [part for part in blacked(*places).split(gone) if part] == kept
