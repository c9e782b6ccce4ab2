"""The one way in which the portal calls an address that somebody else has named.

Such an address could be made to point inwards, at a database, at the host's metadata, at this very
site (server-side request forgery, CWE-918, OWASP ASVS 12.6). So: https only, no credentials in the
address, every address that the name resolves to must be a public one, the connection goes to the
very address that was looked at (a name may resolve to another a moment later), no redirect is
followed, no proxy is taken from the environment, time and size of the answer are bounded.
"""

import contextlib
import http.client
import ipaddress
import re
import socket
import ssl
import threading
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import SplitResult, urlsplit

from django.conf import settings

MOST_BYTES = 64 * 1024
MOST_ADDRESSES = 4  # of one name, tried one after the other
IPAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

# Ranges in which an IPv4 address hides that the rest of this check would not see, and ranges that
# some versions of Python take for public: 6to4, Teredo, NAT64, site-local, the relay of 6to4.
HIDING = [
    ipaddress.ip_network(text)
    for text in (
        "0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.88.99.0/24", "198.18.0.0/15",
        "240.0.0.0/4", "::/96", "::ffff:0:0/96", "::ffff:0:0:0/96", "64:ff9b::/96",
        "64:ff9b:1::/48", "100::/64", "2001::/32", "2001:db8::/32", "2002::/16", "5f00::/16",
        "fec0::/10",
    )
]  # fmt: skip
# urlsplit drops some of these without a word; a browser reads a backslash as a slash.
NEVER_IN_AN_ADDRESS = re.compile(r"[\x00-\x20\x7f-\x9f\\]")


class Undelivered(Exception):
    """There was no answer; ``code`` says why: see ``CODES``. Never the other side's words."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


# Every code of :class:`Undelivered` that :func:`post` raises; who reads an answer meets
# ``too_large``, too.
CODES = frozenset(
    {"bad_url", "blocked_address", "unknown_host", "timeout", "tls", "no_connection", "bad_answer"}
)


@dataclass(frozen=True)
class Reply:
    """An answer: its status, its headers by their names in lower case, its body."""

    status: int
    headers: Mapping[str, str]
    body: bytes


@dataclass(frozen=True)
class Target:
    """An address that may be called: its parts, and where exactly the connection may go.

    ``addresses`` are pairs of family and socket address, tried in this order.
    """

    secure: bool
    host: str
    port: int
    path: str
    addresses: tuple[tuple[int, tuple[Any, ...]], ...]

    @property
    def authority(self) -> str:
        """Return what the Host header says."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.secure else 80) else f"{host}:{self.port}"


def post(
    url: str, body: bytes, *, headers: Mapping[str, str], connect: float = 5, total: float = 15
) -> int:
    """Send ``body`` to ``url`` and return the status of the answer, whatever it is.

    ``connect`` bounds each wait and ``total`` the whole exchange, in seconds. The answer's body is
    read up to 64 KiB and thrown away.

    Raises:
        Undelivered: nothing was sent, or no answer came.
    """
    with _exchange("POST", url, body, headers=headers, connect=connect, total=total) as answer:
        answer.read(MOST_BYTES)
        return answer.status


def ask(
    method: str,
    url: str,
    body: bytes | None = None,
    *,
    headers: Mapping[str, str],
    most: int,
    connect: float = 5,
    total: float = 30,
) -> Reply:
    """Call ``url`` and return the whole answer, of at most ``most`` bytes; see :func:`post`.

    Raises:
        Undelivered: nothing was sent, no answer came, or it is larger (``too_large``).
    """
    with _exchange(method, url, body, headers=headers, connect=connect, total=total) as answer:
        content = answer.read(most + 1)
        if len(content) > most:
            raise Undelivered("too_large")
        known = {name.lower(): value for name, value in answer.getheaders()}
        return Reply(answer.status, known, content)


@contextlib.contextmanager
def fetch(
    url: str, *, headers: Mapping[str, str], connect: float = 5, total: float = 900
) -> Iterator[http.client.HTTPResponse]:
    """Give the answer to a GET, to be read piece by piece; its size is for the reader to bound.

    Raises:
        Undelivered: nothing was sent, or no answer came; also from within the block.
    """
    with _exchange("GET", url, None, headers=headers, connect=connect, total=total) as answer:
        yield answer


@contextlib.contextmanager
def _exchange(
    method: str,
    url: str,
    body: bytes | None,
    *,
    headers: Mapping[str, str],
    connect: float,
    total: float,
) -> Iterator[http.client.HTTPResponse]:
    target = resolve(url)
    connection = _Pinned(target, timeout=connect)
    # Each wait is bounded by the socket; one byte every four seconds would pass that for ever.
    alarm = threading.Timer(total, connection.abort)
    alarm.daemon = True
    alarm.start()
    try:
        connection.request(method, target.path, body, {**headers, "Host": target.authority})
        yield connection.getresponse()
    except TimeoutError:
        raise Undelivered("timeout") from None
    except (ssl.SSLError, ssl.CertificateError):
        raise Undelivered("timeout" if connection.aborted else "tls") from None
    except OSError:
        raise Undelivered("timeout" if connection.aborted else "no_connection") from None
    except (http.client.HTTPException, ValueError):
        raise Undelivered("timeout" if connection.aborted else "bad_answer") from None
    finally:
        alarm.cancel()
        connection.close()


def resolve(url: str) -> Target:
    """Return where ``url`` leads, if it may be called.

    Raises:
        Undelivered: it may not, or its name is not known.
    """
    parts, port = checked(url)
    host = str(parts.hostname)
    known = _is_allowed(host, port)
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise Undelivered("unknown_host") from None
    # All of them, not only the first: who answers with a public and a private one means harm.
    if not known and not all(is_public(str(row[4][0])) for row in found):
        raise Undelivered("blocked_address")
    addresses = tuple((int(row[0]), row[4]) for row in found)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(parts.scheme == "https", host, port, path, addresses)


def checked(url: str) -> tuple[SplitResult, int]:
    """Return the parts of an address and its port, if its form is right; nothing is looked up.

    Raises:
        Undelivered: ``bad_url``.
    """
    if NEVER_IN_AN_ADDRESS.search(url) or not url.isascii():
        raise Undelivered("bad_url")
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError:
        raise Undelivered("bad_url") from None
    host = parts.hostname or ""
    port = port if port is not None else 80 if parts.scheme == "http" else 443
    plain = parts.scheme == "http" and _is_allowed(host, port)
    credentials = parts.username is not None or parts.password is not None
    wrong = credentials or not host or "%" in host or not port or "#" in url
    if wrong or not (parts.scheme == "https" or plain):
        raise Undelivered("bad_url")
    return parts, port


def is_public(text: str) -> bool:
    """Return whether an IP address is one of the public internet, and hides no other."""
    try:
        address: IPAddress = ipaddress.ip_address(text.partition("%")[0])
    except ValueError:
        return False
    if "%" in text or address.is_multicast or not address.is_global:
        return False
    return not any(address.version == net.version and address in net for net in HIDING)


def _is_allowed(host: str, port: int) -> bool:
    """Whether the operator says that this host is theirs: ``host`` or ``host:port``."""
    allowed: list[str] = settings.OUTGOING_ALLOWED_HOSTS
    return host.lower() in allowed or f"{host.lower()}:{port}" in allowed


class _Pinned(http.client.HTTPConnection):
    """A connection to the very address that was checked; the certificate is the name's."""

    def __init__(self, target: Target, *, timeout: float) -> None:
        super().__init__(target.host, target.port, timeout=timeout)
        self._target = target
        self.aborted = False

    def connect(self) -> None:
        """Connect to the pinned address, with TLS for the name."""
        raw = self._reach()
        if self._target.secure:
            context = ssl.create_default_context()
            context.minimum_version = ssl.TLSVersion.TLSv1_2
            self.sock = context.wrap_socket(raw, server_hostname=self._target.host)

    def _reach(self) -> socket.socket:
        """Return a connection to the first of the checked addresses that takes one."""
        problem = OSError("no address")
        for family, address in self._target.addresses[:MOST_ADDRESSES]:
            raw = socket.socket(family, socket.SOCK_STREAM)
            raw.settimeout(self.timeout)
            self.sock = raw
            try:
                raw.connect(address)
            except OSError as error:
                raw.close()
                problem = error
            else:
                return raw
        raise problem

    def abort(self) -> None:
        """End the exchange from another thread: whoever waits for it gets an error."""
        self.aborted = True
        sock = self.sock
        if sock is not None:
            with contextlib.suppress(OSError):
                sock.shutdown(socket.SHUT_RDWR)
