"""docs/receipts.md promises checks that need nothing of ours: they are run as printed."""

import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from consents import receipts
from portal.lib import keys, pdf
from portal.lib.canonical import canonical_json
from tests.consents.worlds import World

DOCS = Path(__file__).resolve().parents[2] / "docs" / "receipts.md"
SCRIPT = DOCS.with_name("examples") / "verify_receipt.py"


@pytest.fixture
def folder(db: None, tmp_path: Path) -> Path:
    """A folder with a receipt and the public keys, and nothing else."""
    world = World()
    world.refuse(world.ada)
    held = receipts.visible_to(world.ada).get()
    (tmp_path / "receipt.json").write_bytes(receipts.as_file(held))
    (tmp_path / "jwks.json").write_text(json.dumps(keys.public_jwks()))
    return tmp_path


def printed(language: str, containing: str) -> str:
    """Return the block of code in the document."""
    blocks: list[str] = re.findall(rf"```{language}\n(.*?)```", DOCS.read_text(), re.DOTALL)
    return next(block for block in blocks if containing in block)


def alter(folder: Path, part: str) -> None:
    file = folder / "receipt.json"
    envelope = json.loads(file.read_text())
    if part == "seal":
        head, payload, seal = envelope["jws"].split(".")
        envelope["jws"] = f"{head}.{payload}.{'A' if seal[0] != 'A' else 'B'}{seal[1:]}"
    elif part == "receipt":
        envelope["receipt"]["dpv:hasRecordOfActivity"]["regard:act"] = "consent_given"
    else:
        envelope["text"]["title"] = "Other"
    file.write_text(json.dumps(envelope))


def python(folder: Path) -> subprocess.CompletedProcess[str]:
    code = printed("python", "Ed25519PublicKey")
    command = [sys.executable, "-c", code, "receipt.json", "jwks.json"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_python_alone_proves_a_receipt(folder: Path) -> None:
    result = python(folder)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("genuine: consent_refused")


@pytest.mark.parametrize("part", ["seal", "receipt", "text"])
def test_python_alone_finds_an_alteration(folder: Path, part: str) -> None:
    alter(folder, part)
    assert python(folder).returncode != 0


def script(folder: Path, file: str = "receipt.json") -> subprocess.CompletedProcess[str]:
    """Run the stand-alone script where nothing of ours can be imported."""
    command = [sys.executable, "-I", str(SCRIPT), file, "jwks.json"]
    return subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)


def test_the_script_proves_a_receipt_with_nothing_of_ours(folder: Path) -> None:
    result = script(folder)
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith("GENUINE: consent_refused, 20")
    imported = set(re.findall(r"^(?:import|from) (\w+)", SCRIPT.read_text(), re.MULTILINE))
    assert imported - sys.stdlib_module_names == {"cryptography"}


def test_the_script_takes_the_pdf(folder: Path) -> None:
    attached = pdf.Attachment("receipt.json", (folder / "receipt.json").read_bytes(), "data")
    paper = pdf.render("pdf/base.html", {}, language="fr", attachments=[attached])
    (folder / "receipt.pdf").write_bytes(paper)
    assert script(folder, "receipt.pdf").stdout.startswith("GENUINE")


def test_the_script_takes_a_certificate(folder: Path) -> None:
    body = {"format": "regard-erasure/1", "request": "E-1"}
    sealed = {"certificate": body, "jws": keys.sign(canonical_json(body))}
    (folder / "certificate.json").write_bytes(canonical_json(sealed))
    assert "regard-erasure/1" in script(folder, "certificate.json").stdout


@pytest.mark.parametrize(
    ("part", "word"), [("seal", "BROKEN"), ("receipt", "ALTERED"), ("text", "ALTERED")]
)
def test_the_script_finds_an_alteration(folder: Path, part: str, word: str) -> None:
    alter(folder, part)
    result = script(folder)
    assert result.returncode == 1
    assert result.stderr.startswith(word)


@pytest.mark.parametrize(
    "garbage",
    [b"", b"{}", b"[]", b"\xff\xfe", b"%PDF-1.7", b'{"jws": "a.b.c"}', b'{"jws": 1}',
     b"[" * 100_000, b"x" * 10_000_000],
)  # fmt: skip
def test_the_script_says_so_when_it_is_no_receipt(folder: Path, garbage: bytes) -> None:
    (folder / "receipt.json").write_bytes(garbage)
    result = script(folder)
    assert result.returncode == 1
    assert "Traceback" not in result.stderr


@pytest.mark.skipif(not (shutil.which("openssl") and shutil.which("jq")), reason="not installed")
def test_openssl_proves_a_seal_and_refuses_another(folder: Path) -> None:
    command = ["/bin/bash", "-euc", printed("sh", "openssl pkeyutl")]
    good = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert "Signature Verified Successfully" in good.stdout, good.stderr
    alter(folder, "seal")
    bad = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    assert bad.returncode != 0


def test_the_command_to_make_a_key_makes_one() -> None:
    code = re.search(r'shell -c "(.*)"', printed("sh", "keys.generate"))
    assert code
    result = subprocess.run(
        [sys.executable, "manage.py", "shell", "-c", code[1]],
        cwd=DOCS.parents[1], capture_output=True, text=True, check=True,
    )  # fmt: skip
    made = json.loads(result.stdout.splitlines()[-1])
    assert made["keys"][0]["crv"] == "Ed25519"
