"""The door of DocuSign opens to a right signature of the exact bytes, and to nothing else."""

import json

import pytest
from django.db import OperationalError
from django.test import Client

from consents.actions import envelopes
from consents.models import Document, InboundEvent
from tests.consents.conftest import KEY, sign
from tests.consents.envelopes import completed

pytestmark = pytest.mark.django_db
RAW = json.dumps(completed()).encode()


def nothing_came_in():
    return not Document.objects.exists() and not InboundEvent.objects.exists()


@pytest.mark.parametrize(
    "headers",
    [
        {"X-DocuSign-Signature-1": sign(RAW, "another-key")},
        {"X-DocuSign-Signature-1": sign(RAW + b" ", KEY)},
        {"X-DocuSign-Signature-1": ""},
        {"X-DocuSign-Signature-1": "not base64 é"},
        {"X-DocuSign-Signature": sign(RAW, KEY)},
        {"X-Other": sign(RAW, KEY)},
    ],
)
def test_a_missing_or_wrong_signature_is_refused(hook, headers):
    answer = hook(RAW, **headers)
    assert (answer.status_code, answer.json()["code"]) == (401, "bad_signature")
    assert nothing_came_in()


def test_any_of_the_signatures_by_any_of_our_keys_will_do(hook, settings):
    settings.DOCUSIGN_HMAC_KEYS = ["the-old-key", "the-new-key"]
    headers = {
        "X-DocuSign-Signature-1": sign(RAW, "a-key-of-theirs"),
        "X-DocuSign-Signature-2": sign(RAW, "the-new-key"),
    }
    assert hook(RAW, **headers).status_code == 200


@pytest.mark.parametrize("keys", [[], [""]])
def test_without_a_key_of_ours_nothing_is_signed(hook, settings, keys):
    settings.DOCUSIGN_HMAC_KEYS = keys
    assert hook(RAW, **{"X-DocuSign-Signature-1": sign(RAW, "")}).status_code == 401
    assert nothing_came_in()


@pytest.mark.parametrize(
    ("raw", "code"),
    [
        (b"", "malformed_json"),
        (b"{", "malformed_json"),
        (b'{"event": NaN}', "malformed_json"),
        (b"[" * 100_000, "malformed_json"),
        (b"1" * 10_000, "malformed_json"),
        (RAW.decode().encode("utf-16"), "not_utf8"),
        ('{"event": "é"}'.encode("latin-1"), "not_utf8"),
    ],
)
def test_what_is_no_json_is_a_bad_request(hook, raw, code):
    answer = hook(raw)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert nothing_came_in()


def test_too_large_an_event_is_refused_without_being_read(hook, settings):
    settings.HOOK_MAX_BYTES = len(RAW) - 1
    answer = hook(RAW)
    assert (answer.status_code, answer.json()["code"]) == (413, "too_large")
    settings.HOOK_MAX_BYTES = len(RAW)
    assert hook(RAW).status_code == 200


def test_while_the_database_is_down_the_event_is_to_be_sent_again(hook, monkeypatch):
    def down(*args):
        raise OperationalError("the server closed the connection unexpectedly")

    monkeypatch.setattr(envelopes, "receive", down)
    answer = hook(RAW)
    assert (answer.status_code, answer.json()["code"]) == (503, "unavailable")
    assert answer["Retry-After"]


def test_only_post_is_understood():
    answer = Client().get("/hooks/docusign/")
    assert (answer.status_code, answer["Allow"]) == (405, "POST")
    assert answer.json()["code"] == "method_not_allowed"
