"""A cursor comes back from a stranger: what is none of ours means the first page, never a 500."""

import base64
import json
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from accounts.actions import look
from accounts.models import AccessEvent, User
from portal.lib import keyset

pytestmark = pytest.mark.django_db
NOW = "2026-01-01T00:00:00+00:00"
SIZE = 3


@pytest.fixture
def looks(db: None) -> Any:
    person = User.objects.create_user("ada@example.org", name="Ada")
    staff = User.objects.create_user("zoe@staff.example.org", name="Zoe", role="support")
    for n in range(5):
        look(person, by=staff, kind=AccessEvent.Kind.PERSON_VIEWED, reference=str(n))
    return person.looks_at_my_file.all()


def coded(text: str) -> str:
    raw = text.encode("utf-8", "surrogatepass")
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def newest(looks: Any) -> list[int]:
    return list(looks.order_by("-at", "-pk").values_list("pk", flat=True)[:SIZE])


def shown(looks: Any, cursor: str, by: str = "at") -> list[int]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        for newer, older in ((cursor, ""), ("", cursor)):
            page = keyset.page(looks, by=by, size=SIZE, newer=newer, older=older)
    return [row.pk for row in page.rows]


MALFORMED = [
    "[null,1]", "[Infinity,1]", "[NaN,1]", f'["{NOW}",Infinity]', f'["{NOW}",null]',
    f'["{NOW}",true]', f'["{NOW}",1.5]', f'["{NOW}","1"]', f'["{NOW}",{2**63}]',
    f'["{NOW}",{10**30}]', f'["{NOW}",[1]]', f'["{NOW}",1,1]', f'["{NOW}"]', '{"a":1}', "[1,2]",
    "[true,1]", '["\\u0000",1]', '["\\ud800",1]', '["2026-13-45T00:00:00Z",1]',
    '["0001-01-01T00:00:00+14:00",1]', '["9999-12-31T23:59:59-12:00",1]', "[" * 100_000,
    '{"a":' * 100_000, "9" * 5000, "", "\ud800", "null",
]  # fmt: skip


@pytest.mark.parametrize("by", ["at", "id"])
@pytest.mark.parametrize("text", MALFORMED, ids=range(len(MALFORMED)))
def test_a_malformed_cursor_gives_the_first_page(looks: Any, text: str, by: str) -> None:
    if (by, text) == ("id", "[1,2]"):
        pytest.skip("that is a cursor of this list")
    assert shown(looks, coded(text), by) == newest(looks)


@given(cursor=st.text())
def test_no_text_at_all_is_an_error(looks: Any, cursor: str) -> None:
    assert shown(looks, cursor) == newest(looks)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=5,
)


@given(pair=st.tuples(JSON, JSON) | JSON)
@pytest.mark.parametrize("by", ["at", "id"])
def test_no_json_at_all_is_an_error(looks: Any, pair: Any, by: str) -> None:
    cursor = coded(json.dumps(pair))
    assert set(shown(looks, cursor, by)) <= set(looks.values_list("pk", flat=True))


def test_a_time_without_a_zone_is_read_as_utc(looks: Any) -> None:
    tomorrow = datetime.now(UTC) + timedelta(days=1)
    cursor = coded(json.dumps([tomorrow.replace(tzinfo=None).isoformat(), 1]))
    page = keyset.page(looks, by="at", size=SIZE, older=cursor)
    assert [row.pk for row in page.rows] == newest(looks)


def test_pages_lead_to_the_end_and_back(looks: Any) -> None:
    first = keyset.page(looks, by="at", size=SIZE)
    second = keyset.page(looks, by="at", size=SIZE, older=first.older)
    assert [row.pk for row in (*first.rows, *second.rows)] == list(
        looks.order_by("-at", "-pk").values_list("pk", flat=True)
    )
    assert keyset.page(looks, by="at", size=SIZE, newer=second.newer).rows == first.rows
