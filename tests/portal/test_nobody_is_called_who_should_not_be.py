"""Server-side request forgery: the portal calls public addresses over https, and nothing else."""

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from portal.lib import outgoing
from portal.lib.outgoing import Undelivered, is_public, post, resolve

JSON = {"Content-Type": "application/json"}

BAD = [
    "", "x", "//example.org/", "ftp://example.org/", "file:///etc/passwd", "gopher://example.org/",
    "javascript:alert(1)", "http://example.org/", "HTTP://example.org/", "https://",
    "https:///path", "https://user@example.org/", "https://user:secret@example.org/",
    "https://@example.org/", "https://example.org:0/", "https://example.org:99999/",
    "https://example.org:x/", "https://[::1/", "https://[fe80::1%25eth0]/",
    "https://exa mple.org/", "https://example.org/\r\nX: y", "https://example.org\\@127.0.0.1/",
    "https://example.org/\x00", "https://exämple.org/", "https://example.org/#part",
    "https://example.org\t/", " https://example.org/", "https://%31%32%37.0.0.1/",
]  # fmt: skip

INWARDS = [
    "127.0.0.1", "127.1", "2130706433", "0x7f000001", "0177.0.0.1", "0.0.0.1", "0", "localhost",
    "localhost.", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1",
    "224.0.0.1", "255.255.255.255", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]",
    "[::127.0.0.1]", "[fe80::1]", "[fc00::1]", "[ff02::1]", "[64:ff9b::7f00:1]",
    "[64:ff9b:1::7f00:1]", "[2002:7f00:1::]", "[2001:db8::1]", "[fec0::1]", "[2001::1]",
]  # fmt: skip


@pytest.mark.parametrize("url", BAD)
def test_an_address_of_a_wrong_form_is_refused(url: str) -> None:
    with pytest.raises(Undelivered) as refused:
        resolve(url)
    assert refused.value.code == "bad_url"


@pytest.mark.parametrize("host", INWARDS)
def test_an_address_that_leads_inwards_is_refused(host: str) -> None:
    with pytest.raises(Undelivered) as refused:
        resolve(f"https://{host}/hook")
    assert refused.value.code in ("blocked_address", "unknown_host")


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "2606:4700:4700::1111", "5.9.0.1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def found(*addresses: str) -> Callable[..., list[Any]]:
    """Return a resolver that answers with these addresses."""

    def getaddrinfo(host: str, port: int, **more: Any) -> list[Any]:
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (one, port)) for one in addresses]

    return getaddrinfo


def test_a_name_of_which_one_address_leads_inwards_is_refused(monkeypatch: Any) -> None:
    monkeypatch.setattr(socket, "getaddrinfo", found("1.1.1.1", "10.0.0.1"))
    with pytest.raises(Undelivered, match="blocked_address"):
        resolve("https://rebinding.example/")


def test_the_connection_goes_to_the_address_that_was_checked(monkeypatch: Any) -> None:
    """The name is looked up once: a second answer, pointing inwards, is never asked for."""
    asked = []

    def once(host: str, port: int, **more: Any) -> list[Any]:
        asked.append(host)
        return found("1.1.1.1" if len(asked) == 1 else "127.0.0.1")(host, port)

    went: list[Any] = []

    def connect(self: Any, address: Any) -> None:
        went.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", once)
    monkeypatch.setattr(socket.socket, "connect", connect)
    with pytest.raises(Undelivered, match="no_connection"):
        post("https://rebinding.example/", b"{}", headers=JSON)
    assert asked == ["rebinding.example"]
    assert went == [("1.1.1.1", 443)]


class Server:
    """A real server whose answer the test writes."""

    def __init__(self, answer: Callable[[BaseHTTPRequestHandler], None]) -> None:
        self.asked: list[tuple[str, dict[str, str], bytes]] = []
        server = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                server.asked.append((self.path, dict(self.headers.items()), body))
                answer(self)

            def log_message(self, *args: Any) -> None:
                """Say nothing."""

        self.http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.http.daemon_threads = True
        self.host = f"127.0.0.1:{self.http.server_port}"
        threading.Thread(target=self.http.serve_forever, args=(0.02,), daemon=True).start()

    def stop(self) -> None:
        self.http.shutdown()
        self.http.server_close()


@pytest.fixture
def serve(settings: Any) -> Iterator[Callable[..., Server]]:
    """A function that starts a server, of which the settings say that it is ours."""
    started: list[Server] = []

    def start(answer: Callable[[BaseHTTPRequestHandler], None]) -> Server:
        server = Server(answer)
        started.append(server)
        settings.OUTGOING_ALLOWED_HOSTS = [server.host]
        return server

    yield start
    for server in started:
        server.stop()


def say(status: int, body: bytes = b"", **headers: str) -> Callable[[BaseHTTPRequestHandler], None]:
    def answer(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(status)
        for name, value in {"Content-Length": str(len(body)), **headers}.items():
            handler.send_header(name, value)
        handler.end_headers()
        handler.wfile.write(body)

    return answer


def test_a_host_that_the_settings_name_is_called_also_without_tls(serve: Any) -> None:
    server = serve(say(204))
    assert post(f"http://{server.host}/hook?a=b", b'{"a": 1}', headers=JSON) == 204
    [(path, headers, body)] = server.asked
    assert (path, body) == ("/hook?a=b", b'{"a": 1}')
    assert headers["Host"] == server.host
    assert headers["Content-Type"] == "application/json"


def test_another_port_of_that_host_is_not_meant(serve: Any, settings: Any) -> None:
    serve(say(204))
    with pytest.raises(Undelivered, match="bad_url"):
        resolve("http://127.0.0.1:1/hook")
    with pytest.raises(Undelivered, match="blocked_address"):
        resolve("https://127.0.0.1:1/hook")


def test_a_redirect_is_an_answer_and_not_followed(serve: Any) -> None:
    server = serve(say(302, Location="http://169.254.169.254/latest/meta-data/"))
    assert post(f"http://{server.host}/", b"{}", headers=JSON) == 302
    assert len(server.asked) == 1


def test_no_proxy_of_the_environment_is_asked(serve: Any, monkeypatch: Any) -> None:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "ALL_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:1")
    server = serve(say(204))
    assert post(f"http://{server.host}/", b"{}", headers=JSON) == 204


def test_an_answer_without_end_is_cut_off(serve: Any) -> None:
    def endless(handler: BaseHTTPRequestHandler) -> None:
        handler.send_response(200)
        handler.end_headers()
        try:
            while True:
                handler.wfile.write(b"x" * 65536)
        except OSError:
            return

    server = serve(endless)
    assert post(f"http://{server.host}/", b"{}", headers=JSON) == 200


def test_who_says_nothing_is_not_waited_for(serve: Any) -> None:
    release = threading.Event()
    server = serve(lambda handler: release.wait(30))
    with pytest.raises(Undelivered, match="timeout"):
        post(f"http://{server.host}/", b"{}", headers=JSON, connect=0.2)
    release.set()


def test_who_drips_is_not_waited_for_either(serve: Any) -> None:
    def drip(handler: BaseHTTPRequestHandler) -> None:
        try:
            for letter in b"HTTP/1.1 200 OK\r\n" + b"X: " + b"y" * 600:
                handler.wfile.write(bytes([letter]))
                time.sleep(0.05)
        except OSError:
            return

    server = serve(drip)
    start = time.monotonic()
    with pytest.raises(Undelivered, match="timeout"):
        post(f"http://{server.host}/", b"{}", headers=JSON, connect=5, total=0.5)
    assert time.monotonic() - start < 20


def test_what_is_no_http_is_an_error_with_a_code(serve: Any) -> None:
    server = serve(lambda handler: handler.wfile.write(b"220 smtp.example ESMTP\r\n"))
    with pytest.raises(Undelivered, match="bad_answer"):
        post(f"http://{server.host}/", b"{}", headers=JSON)


def test_nobody_there_is_an_error_with_a_code(settings: Any) -> None:
    settings.OUTGOING_ALLOWED_HOSTS = ["127.0.0.1"]
    with pytest.raises(Undelivered, match="no_connection"):
        post("http://127.0.0.1:1/", b"{}", headers=JSON)


def test_a_certificate_that_nobody_vouches_for_is_refused(
    serve: Any, settings: Any, tmp_path: Path
) -> None:
    server = serve(say(204))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path))
    server.http.socket = context.wrap_socket(server.http.socket, server_side=True)
    with pytest.raises(Undelivered, match="tls"):
        post(f"https://{server.host}/", b"{}", headers=JSON)
    assert server.asked == []


def self_signed(folder: Path) -> str:
    """Return a file with a key and a certificate of it for 127.0.0.1."""
    from datetime import UTC, datetime, timedelta

    from cryptography import x509
    from cryptography.hazmat.primitives import hashes, serialization
    from cryptography.hazmat.primitives.asymmetric import ec
    from cryptography.x509.oid import NameOID

    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name).issuer_name(name).public_key(key.public_key())
        .serial_number(1).not_valid_before(now).not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )  # fmt: skip
    file = folder / "server.pem"
    file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return str(file)


def test_every_code_is_known() -> None:
    from consents.queries.deliveries import CAUSES, cause

    assert set(CAUSES) >= outgoing.CODES
    for status in (301, 403, 429, 500, 503):
        assert cause(f"http_{status}") is not None
