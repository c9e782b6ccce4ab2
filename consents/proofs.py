"""Checking a receipt: what its seal proves, or at which step it proves nothing.

Needs no database and no network: the same check runs on the public page, in ``manage.py
verify_receipt`` and on a machine that has only the file and the public keys. What comes in is a
stranger's file; nothing in it can do more than be found wrong.
"""

import json
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from itertools import islice
from pathlib import Path
from typing import Any

from jsonschema import Draft202012Validator

from portal.lib import keys, strict_json
from portal.lib.canonical import sha256_of

LIMIT = 2 * 1024 * 1024  # bytes of a file; a receipt is 20 kB
LIMIT_ATTACHED = 256 * 1024  # bytes of a receipt inside a PDF, unpacked
SCHEMA = Path(__file__).resolve().parent / "schemas" / "receipt.schema.json"
READABLE = ("receipt", "certificate")  # the member of a file that shows what its seal seals
JWS = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+", re.ASCII)
# We do not parse a stranger's PDF: its structure can unpack to gigabytes. An attached file is found
# by its type, near the stream that holds it, and unpacked up to our limit; so many are looked at.
ATTACHED = re.compile(rb"/EmbeddedFile(?![A-Za-z])")
STREAM = re.compile(rb"stream\r?\n")
NEAR = 2000
MOST_ATTACHED = 32


class Verdict(StrEnum):
    """What a check found."""

    GENUINE = "genuine"
    ALTERED = "altered"  # the seal is good, and the readable part is not what it seals
    BROKEN = "broken"  # the seal does not fit: it, or what it seals, was changed
    OTHER = "other"  # sealed by us and unchanged, and no receipt
    UNKNOWN_KEY = "unknown_key"
    NO_SEAL = "no_seal"
    NOT_A_RECEIPT = "not_a_receipt"
    NO_ATTACHMENT = "no_attachment"
    NOT_JSON = "not_json"
    NOT_TEXT = "not_text"
    TOO_LARGE = "too_large"
    EMPTY = "empty"


@dataclass(frozen=True)
class Finding:
    """The outcome. ``body`` is what the seal proves, and None unless the seal is good.

    ``claimed`` is what the file says in readable form; ``altered`` are JSON pointers (RFC 6901) to
    where it says something else. ``text`` is the text shown, if it fits the sealed hash.
    """

    verdict: Verdict
    body: dict[str, Any] | None = None
    is_receipt: bool = False
    claimed: dict[str, Any] | None = None
    altered: tuple[str, ...] = ()
    text: dict[str, str] | None = None
    kid: str = ""


class _Unreadable(Exception):
    """The file cannot be read up to its seal."""

    def __init__(self, verdict: Verdict, claimed: dict[str, Any] | None = None) -> None:
        super().__init__(verdict)
        self.verdict = verdict
        self.claimed = claimed


def examine(data: bytes, *, jwks: dict[str, Any] | None = None) -> Finding:
    """Check a receipt: our JSON file, our PDF, or the seal (JWS) alone.

    ``jwks`` are the public keys to trust (default: the installation's). Never raises for any bytes.
    """
    try:
        seal, claimed, text = _read(data)
    except _Unreadable as unreadable:
        return Finding(unreadable.verdict, claimed=unreadable.claimed)
    try:
        verified = keys.verify(seal, jwks)
    except keys.BadSeal as bad:
        verdict = Verdict.UNKNOWN_KEY if bad.code == "unknown_key" else Verdict.BROKEN
        return Finding(verdict, claimed=claimed if claimed is not None else _unproven(seal))
    body = _object(verified.payload)
    if body is None:
        return Finding(Verdict.NOT_A_RECEIPT, kid=verified.kid)
    is_receipt = _schema().is_valid(body)
    verdict = Verdict.GENUINE if is_receipt else Verdict.OTHER
    return _compared(Finding(verdict, body, is_receipt, claimed, kid=verified.kid), text)


def notice_of(body: dict[str, Any]) -> dict[str, Any]:
    """Return the part of a receipt that says which words were shown."""
    notice: dict[str, Any] = body["dpv:hasRecordOfActivity"]["dpv:hasNotice"]
    return notice


def differences(sealed: Any, shown: Any, path: str = "") -> Iterator[str]:
    """Yield the JSON pointer of each place where two JSON values differ; types count too."""
    if isinstance(sealed, dict) and isinstance(shown, dict):
        for name in sorted(sealed.keys() | shown.keys()):
            here = f"{path}/{name.replace('~', '~0').replace('/', '~1')}"
            if name in sealed and name in shown:
                yield from differences(sealed[name], shown[name], here)
            else:
                yield here
    elif isinstance(sealed, list) and isinstance(shown, list) and len(sealed) == len(shown):
        for number, (one, other) in enumerate(zip(sealed, shown, strict=True)):
            yield from differences(one, other, f"{path}/{number}")
    elif type(sealed) is not type(shown) or sealed != shown:
        yield path


def _compared(finding: Finding, text: Any) -> Finding:
    """Hold what the file shows against what the seal proves."""
    altered = []
    if finding.claimed is not None:
        altered = list(differences(finding.body, finding.claimed))
    if finding.is_receipt and text is not None:
        if _hash_of(text) == notice_of(finding.body or {})["schema:sha256"]:
            finding = replace(finding, text=text)
        else:
            altered.append("/text")
    verdict = Verdict.ALTERED if altered else finding.verdict
    return replace(finding, verdict=verdict, altered=tuple(altered))


def _read(data: bytes) -> tuple[str, dict[str, Any] | None, Any]:
    """Return the seal, and what the file shows beside it: the receipt and the text, if it does."""
    if len(data) > LIMIT:
        raise _Unreadable(Verdict.TOO_LARGE)
    if b"%PDF-" in data[:1024]:
        data = _attached(data)
    try:
        words = data.decode("utf-8-sig").strip()
    except UnicodeDecodeError as error:
        raise _Unreadable(Verdict.NOT_TEXT) from error
    if not words:
        raise _Unreadable(Verdict.EMPTY)
    alone = "".join(words.split())  # a mail may have broken the line
    if JWS.fullmatch(alone):
        return alone, None, None
    return _enveloped(words)


def _enveloped(words: str) -> tuple[str, dict[str, Any] | None, Any]:
    try:
        envelope = strict_json.loads(words.encode())
    except strict_json.Malformed as error:
        raise _Unreadable(Verdict.NOT_JSON) from error
    if not isinstance(envelope, dict):
        raise _Unreadable(Verdict.NOT_A_RECEIPT)
    claimed = next((envelope[name] for name in READABLE if name in envelope), None)
    seal = envelope.get("jws")
    if isinstance(seal, str):
        return seal, claimed if isinstance(claimed, dict) else None, envelope.get("text")
    bare = claimed if isinstance(claimed, dict) else envelope
    if "dpv:hasRecordOfActivity" in bare:
        raise _Unreadable(Verdict.NO_SEAL, claimed=bare)
    raise _Unreadable(Verdict.NOT_A_RECEIPT)


def _attached(document: bytes) -> bytes:
    """Return the attached file of a PDF that looks most like ours: sealed JSON, else JSON."""
    files = [one for one in _files(document) if one.lstrip().startswith(b"{")]
    if not files:
        raise _Unreadable(Verdict.NO_ATTACHMENT)
    return next((one for one in files if b'"jws"' in one), files[0])


def _files(document: bytes) -> Iterator[bytes]:
    """Yield the first attached files of a PDF, unpacked, none longer than our limit."""
    for found in islice(ATTACHED.finditer(document), MOST_ATTACHED):
        begin = STREAM.search(document, found.end(), found.end() + NEAR)
        if begin is None:
            continue
        stream = document[begin.end() : begin.end() + LIMIT_ATTACHED]
        try:
            yield zlib.decompressobj().decompress(stream, LIMIT_ATTACHED)
        except zlib.error:  # not packed
            yield stream.partition(b"endstream")[0]


def _unproven(seal: str) -> dict[str, Any] | None:
    """Return what a seal that does not hold says it seals, to be shown as a claim only."""
    try:
        return _object(keys.payload_of(seal))
    except keys.BadSeal:
        return None


def _object(data: bytes) -> dict[str, Any] | None:
    try:
        value = strict_json.loads(data)
    except strict_json.Malformed:
        return None
    return value if isinstance(value, dict) else None


def _hash_of(text: Any) -> str:
    try:
        return sha256_of(text)
    except (ValueError, RecursionError):  # a number or a character that RFC 8785 does not know
        return ""


@cache
def _schema() -> Draft202012Validator:
    return Draft202012Validator(json.loads(SCHEMA.read_text()))
