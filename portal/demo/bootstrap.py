"""From a bare Python to one that has everything: ``python3 -m portal.demo.bootstrap demo``.

Runs before anything is installed and so needs nothing but the standard library.
"""

import contextlib
import hashlib
import os
import subprocess
import sys
from pathlib import Path

from portal.demo import state, system

VENV = state.ROOT / ".venv"
PYTHON = VENV / "bin" / "python"

# Whether a PDF with letters in it can be made: Pango is there, and a font.
MAKE_A_PDF = """
from weasyprint import HTML
assert b"/FontFile" in HTML(string="<p lang=fr>é").write_pdf(uncompressed_pdf=True)
"""
FIND_A_BROWSER = """
import pathlib, shutil
from playwright.sync_api import sync_playwright
if not any(shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome")):
    with sync_playwright() as playwright:
        assert pathlib.Path(playwright.chromium.executable_path).exists()
"""


def main(goal: str) -> None:
    """Make ready for ``demo`` (then start it), ``test`` or ``install``."""
    try:
        if goal == "demo":
            _refuse_early()
        _make_venv()
        _install("requirements-demo.txt" if goal == "demo" else "requirements-dev.txt")
        _require("Pango", MAKE_A_PDF, "to make PDFs")
        if goal == "test":
            _require_browser()
    except state.Refused as error:
        raise SystemExit(str(error)) from None
    if goal == "demo":
        os.chdir(state.ROOT)
        os.execv(PYTHON, [str(PYTHON), "-m", "portal.demo.supervisor"])  # noqa: S606


def _refuse_early() -> None:
    """Say what stands in the way before minutes are spent on packages."""
    host, port = state.address()
    with state.only_one(host, port):
        state.end_leftovers()
        state.require_port(host, port)


def _make_venv() -> None:
    """Make ``.venv``, also where the one that is there has lost its Python."""
    if _succeeds([str(PYTHON), "-c", "import pip"]):
        return
    print("Making .venv …", flush=True)
    command = [sys.executable, "-m", "venv", "--clear", str(VENV)]
    if _succeeds(command) or (system.install("venv") and _succeeds(command)):
        return
    raise state.Refused(system.sentence("venv", "to keep its packages apart from the system's"))


def _install(requirements: str) -> None:
    """Install the pinned packages unless exactly these are installed."""
    wanted = (state.ROOT / requirements).read_bytes()
    if _is_noted(requirements, wanted):
        return
    print("Installing packages; this takes a minute …", flush=True)
    command = [
        str(PYTHON), "-m", "pip", "install", "-qq", "--disable-pip-version-check",
        "--require-hashes", "--requirement", str(state.ROOT / requirements),
    ]  # fmt: skip
    if subprocess.run(command, check=False).returncode:
        raise state.Refused("The packages could not be installed; the reason stands above.")
    _note(requirements, wanted)


def _require(need: str, test: str, why: str) -> None:
    """Have what ``test`` looks for; install it with the system's package manager if we may."""
    if _is_noted(need, test.encode()):
        return
    if not _runs(test) and not (system.install(need) and _runs(test)):
        raise state.Refused(system.sentence(need, why))
    _note(need, test.encode())


def _require_browser() -> None:
    """Have a Chromium: the system's, or Playwright's own where the system offers none."""
    if _runs(FIND_A_BROWSER):
        return
    if system.install("Chromium") and _runs(FIND_A_BROWSER):
        return
    print("Fetching Playwright’s Chromium …", flush=True)
    subprocess.run([str(PYTHON), "-m", "playwright", "install", "chromium"], check=False)
    if not _runs(FIND_A_BROWSER):
        raise state.Refused(system.sentence("Chromium", "for the tests in a browser"))


def _runs(code: str) -> bool:
    return _succeeds([str(PYTHON), "-c", code])


def _succeeds(command: list[str]) -> bool:
    with contextlib.suppress(FileNotFoundError):
        return not subprocess.run(command, capture_output=True, check=False).returncode
    return False


def _is_noted(name: str, content: bytes) -> bool:
    note = _file(name)
    return note.exists() and note.read_text() == hashlib.sha256(content).hexdigest()


def _note(name: str, content: bytes) -> None:
    """Remember in the environment itself what it has: whoever deletes it deletes the memory."""
    _file(name).write_text(hashlib.sha256(content).hexdigest())


def _file(name: str) -> Path:
    return VENV / f".regard-{name}.sha256"


if __name__ == "__main__":
    main(sys.argv[1])
