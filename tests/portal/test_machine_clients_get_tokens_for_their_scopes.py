"""OAuth2 client credentials over real HTTP: from the command to the call."""

import base64
import io
import json
from datetime import timedelta
from typing import Any
from urllib.error import HTTPError
from urllib.parse import urlencode
from urllib.request import Request, urlopen

import pytest
import time_machine
from allauth.idp.oidc.models import Token
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import path
from django.utils import timezone
from rest_framework.request import Request as APIRequest
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts import machine_clients
from portal.api.authentication import scope
from portal.urls import urlpatterns as whole_map

TOKEN = "/identity/o/api/token"


class Probe(APIView):
    """A call of the API that asks for one scope."""

    permission_classes = [scope("uses:write")]

    def post(self, request: APIRequest) -> Response:
        return Response({"client": str(request.user), "got": request.data})


urlpatterns = [*whole_map, path("probe/", Probe.as_view())]
pytestmark = [pytest.mark.urls(__name__), pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _fresh_counters(db: None) -> None:
    cache.clear()


def http(
    url: str, data: bytes, headers: dict[str, str] | None = None
) -> tuple[int, dict[str, str], Any]:
    """POST and return status, headers and the JSON of the answer."""
    try:
        answer = urlopen(Request(url, data, headers or {}))  # noqa: S310
    except HTTPError as error:
        answer = error
    with answer:
        return answer.status, dict(answer.headers), json.loads(answer.read())


def token(live: str, client_id: str, secret: str, **more: str) -> tuple[int, dict[str, str], Any]:
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    form = urlencode({"grant_type": "client_credentials"} | more).encode()
    return http(live + TOKEN, form, {"Authorization": f"Basic {basic}"})


def call(live: str, bearer: str) -> tuple[int, dict[str, str], Any]:
    headers = {"Content-Type": "application/json"}
    if bearer:
        headers["Authorization"] = f"Bearer {bearer}"
    return http(live + "/probe/", b'{"a": 1}', headers)


def test_from_the_command_to_the_call(live: str) -> None:
    out = io.StringIO()
    scopes = ["--scope", "uses:write", "--scope", "documents:write"]
    call_command("create_client", "The signing service", *scopes, json=True, stdout=out)
    made = json.loads(out.getvalue())
    status, _headers, granted = token(live, made["client_id"], made["client_secret"])
    assert status == 200
    assert granted["token_type"] == "Bearer"
    assert granted["expires_in"] == 3600
    assert set(granted["scope"].split()) == {"uses:write", "documents:write"}
    assert "refresh_token" not in granted
    status, _headers, answer = call(live, granted["access_token"])
    assert (status, answer) == (200, {"client": made["client_id"], "got": {"a": 1}})


def test_the_secret_may_be_in_the_form_too(live: str) -> None:
    client_id, secret = machine_clients.create("x", scopes=["uses:write"])
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    assert http(live + TOKEN, urlencode(form).encode())[0] == 200


def test_only_hashes_of_secret_and_token_are_kept(live: str) -> None:
    client_id, secret = machine_clients.create("x", scopes=["uses:write"])
    access = token(live, client_id, secret)[2]["access_token"]
    stored = Token.objects.select_related("client").get()
    assert secret not in stored.client.secret
    assert access not in stored.hash


def test_a_wrong_secret_gets_nothing(live: str) -> None:
    client_id, _secret = machine_clients.create("x", scopes=["uses:write"])
    status, _headers, answer = token(live, client_id, "wrong")
    assert (status, answer["error"]) == (401, "invalid_client")


def test_a_scope_it_was_not_given_is_refused_with_the_token(live: str) -> None:
    client_id, secret = machine_clients.create("x", scopes=["uses:write"])
    status, _headers, answer = token(live, client_id, secret, scope="permits:read")
    assert (status, answer["error"]) == (400, "invalid_scope")


def test_a_token_without_the_scope_is_403(live: str) -> None:
    client_id, secret = machine_clients.create("x", scopes=["permits:read"])
    status, headers, answer = call(live, token(live, client_id, secret)[2]["access_token"])
    assert (status, answer["code"]) == (403, "insufficient_scope")
    assert "uses:write" in answer["message"]
    assert 'error="insufficient_scope"' in headers["WWW-Authenticate"]


def test_no_token_is_401(live: str) -> None:
    status, headers, answer = call(live, "")
    assert (status, answer["code"]) == (401, "not_authenticated")
    assert headers["WWW-Authenticate"] == 'Bearer realm="regard"'


def test_a_garbage_token_is_401(live: str) -> None:
    status, headers, answer = call(live, "garbage")
    assert (status, answer["code"]) == (401, "invalid_token")
    assert 'error="invalid_token"' in headers["WWW-Authenticate"]


def test_an_expired_token_is_401(live: str) -> None:
    client_id, secret = machine_clients.create("x", scopes=["uses:write"])
    access = token(live, client_id, secret)[2]["access_token"]
    with time_machine.travel(timezone.now() + timedelta(seconds=3601)):
        assert call(live, access)[2]["code"] == "invalid_token"


def test_a_revoked_client_is_out_at_once(live: str) -> None:
    client_id, secret = machine_clients.create("x", scopes=["uses:write"])
    access = token(live, client_id, secret)[2]["access_token"]
    call_command("revoke_client", client_id)
    assert call(live, access)[0] == 401
    with pytest.raises(CommandError):
        call_command("revoke_client", client_id)


def test_a_token_in_the_address_or_the_body_is_none(live: str) -> None:
    client_id, secret = machine_clients.create("x", scopes=["uses:write"])
    access = token(live, client_id, secret)[2]["access_token"]
    in_address = http(f"{live}/probe/?access_token={access}", b"{}")
    in_body = http(f"{live}/probe/", urlencode({"access_token": access}).encode())
    assert (in_address[0], in_body[0]) == (401, 401)


def test_a_session_of_a_person_is_no_way_into_the_api(client: Client) -> None:
    from tests.accounts import people

    people.sign_in(client, people.make("alice@paraphe.example"))
    assert client.post("/probe/", {}, content_type="application/json").status_code == 401


def test_broken_json_is_looked_at_only_after_the_token(live: str) -> None:
    headers = {"Content-Type": "application/json"}
    assert http(live + "/probe/", b"{broken", headers)[0] == 401


BROKEN_FORM = {"Content-Type": "multipart/form-data"}  # which has no end


def test_a_broken_form_is_answered_in_json_like_every_other_mistake(live: str) -> None:
    client_id, secret = machine_clients.create("x", scopes=["uses:write"])
    access = token(live, client_id, secret)[2]["access_token"]
    signed = BROKEN_FORM | {"Authorization": f"Bearer {access}"}
    status, _headers, answer = http(live + "/probe/", b"--x\r\nbad", signed)
    assert (status, answer["code"]) == (415, "unsupported_media_type")
    assert http(live + "/probe/", b"--x\r\nbad", BROKEN_FORM)[0] == 401
    status, _headers, answer = http(live + TOKEN, b"--x\r\nbad", BROKEN_FORM)
    assert (status, answer["error"]) == (400, "invalid_request")


@pytest.mark.parametrize("name", ["refresh_token", "authorization_code", "password", "", "urn:x"])
def test_no_other_grant_is_answered(live: str, name: str) -> None:
    client_id, secret = machine_clients.create("x", scopes=["uses:write"])
    status, _headers, answer = token(live, client_id, secret, grant_type=name)
    assert (status, answer["error"]) == (400, "unsupported_grant_type")


def test_device_codes_are_not_answered_either(live: str) -> None:
    device = "urn:ietf:params:oauth:grant-type:device_code"
    assert token(live, "x", "y", grant_type=device, device_code="z")[0] == 400


@pytest.mark.parametrize(
    "address",
    [
        "/identity/o/authorize",
        "/identity/o/device",
        "/identity/o/logout",
        "/identity/o/api/userinfo",
        "/identity/o/api/device/code",
        "/identity/o/api/introspect",
        "/identity/o/api/clients",
        "/.well-known/openid-configuration",
    ],
)
def test_the_pages_of_oauth_for_people_do_not_exist(client: Client, address: str) -> None:
    assert client.get(address).status_code == 404
    assert client.post(address).status_code == 404


def test_each_client_has_its_own_share_of_calls(live: str, settings: Any) -> None:
    settings.API_CALLS_PER_MINUTE = 3
    first, second = (
        token(live, *machine_clients.create(name, scopes=["uses:write"]))[2]["access_token"]
        for name in ("one", "two")
    )
    with time_machine.travel(timezone.now().replace(second=10)):
        statuses = [call(live, first)[0] for _ in range(4)]
        status, headers, answer = call(live, first)
        assert call(live, second)[0] == 200
    assert statuses == [200, 200, 200, 429]
    assert (status, answer["code"]) == (429, "throttled")
    assert 0 < int(headers["Retry-After"]) <= 60


def test_guessing_secrets_is_slowed_down(live: str, settings: Any) -> None:
    settings.TOKENS_PER_MINUTE = 2
    with time_machine.travel(timezone.now().replace(second=10)):
        statuses = [token(live, "x", "y")[0] for _ in range(3)]
    assert statuses == [401, 401, 429]


def test_a_scope_that_does_not_exist_makes_no_client() -> None:
    with pytest.raises(ValueError, match="scopes are some of"):
        machine_clients.create("x", scopes=["everything"])
    with pytest.raises(ValueError, match="scopes are some of"):
        machine_clients.create("x", scopes=[])


NUL = {"client_id": "a\0", "client_secret": "b\0", "token": "c\0"}
BASIC = "Basic " + base64.b64encode(b"a\0:b").decode()


@pytest.mark.parametrize("act", ["token", "revoke"])
@pytest.mark.parametrize(
    ("fields", "headers"),
    [(NUL, {}), ({"token": "c\0"}, {}), ({"token": "c"}, {"Authorization": BASIC})],
)
def test_what_no_client_can_be_called_is_refused(
    client: Client, act: str, fields: dict[str, str], headers: dict[str, str]
) -> None:
    form = {"grant_type": "client_credentials"} | fields
    answer = client.post(f"/identity/o/api/{act}", form, headers=headers)
    assert (answer.status_code, answer.json()) == (400, {"error": "invalid_request"})


def test_giving_tokens_back_is_counted_as_asking_for_them(client: Client, settings: Any) -> None:
    settings.TOKENS_PER_MINUTE = 2
    tries = [client.post("/identity/o/api/revoke", {"token": "x"}).status_code for _n in range(3)]
    assert tries[-1] == 429
    assert 429 not in tries[:2]
