"""Whatever the bytes are, the answer is JSON that names the fault, and never a 500."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

pytestmark = pytest.mark.django_db
DOORS = ["/api/v1/documents/", "/api/v1/uses/"]


@pytest.fixture
def client(machine):
    return machine("documents:write", "uses:write")


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "invalid"),
        (b"{", "malformed_json"),
        (b"\x00\x01\x02", "malformed_json"),
        (b'{"reference": NaN}', "malformed_json"),
        (b"[" * 200_000, "malformed_json"),
        (b"9" * 5000, "malformed_json"),
        (b'{"reference": "a", "reference": "b"}', "duplicate_name"),
        ("{\"reference\": \"é\"}".encode("latin-1"), "not_utf8"),
        ("{}".encode("utf-16"), "not_utf8"),
    ],
)  # fmt: skip
def test_what_is_no_json_is_a_bad_request(client, door, raw, code):
    answer = client.post(door, raw, content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (400, code)


@pytest.mark.parametrize("door", DOORS)
def test_ten_megabytes_of_garbage_are_refused(client, door):
    answer = client.post(door, b"x" * (11 * 1024 * 1024), content_type="application/json")
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    just_under = client.post(door, b"x" * (9 * 1024 * 1024), content_type="application/json")
    assert just_under.status_code == 400


@pytest.mark.parametrize("door", DOORS)
@pytest.mark.parametrize("kind", ["text/plain", "application/x-www-form-urlencoded", "text/csv"])
def test_another_kind_of_body_is_not_taken(client, door, kind):
    answer = client.post(door, b"reference=a", content_type=kind)
    assert (answer.status_code, answer.json()["code"]) == (415, "unsupported_media_type")


@pytest.mark.parametrize("door", DOORS)
def test_a_byte_order_mark_does_no_harm(client, door):
    answer = client.post(door, b"\xef\xbb\xbf[]", content_type="application/json; charset=utf-8")
    assert answer.status_code == 200


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=6),
    lambda inner: st.lists(inner, max_size=3)
    | st.dictionaries(
        st.sampled_from(["reference", "status", "parties", "role", "email", "at", "document",
                         "purpose", "system", "training_run", "sent_at", "title"]), inner),
    max_leaves=8,
)  # fmt: skip


@settings(deadline=None, max_examples=150, suppress_health_check=[*HealthCheck])
@given(body=JSON)
def test_any_json_gets_an_answer(client, body):
    for door in DOORS:
        answer = client.post(door, body, content_type="application/json")
        assert answer.status_code in (200, 400)
        assert isinstance(answer.json(), dict)
