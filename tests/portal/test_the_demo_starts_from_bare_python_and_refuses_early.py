"""``make demo`` before anything is installed: what it needs, and what it says when it cannot."""

import os
import re
import shutil
import socket
import subprocess
import sys
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.demo import bootstrap, state, system
from tests.environment import ROOT

MAKE = shutil.which("make") or "make"


@pytest.fixture
def busy_port() -> Iterator[int]:
    """A port on which somebody else listens."""
    with socket.create_server(("127.0.0.1", 0)) as other:
        yield other.getsockname()[1]


def start(tmp_path: Path, **more: str) -> "subprocess.CompletedProcess[str]":
    """Run ``make demo`` with a state of its own, where it is expected to refuse."""
    environment = {"PATH": os.environ["PATH"], "REGARD_STATE": str(tmp_path / "state")}
    return subprocess.run(
        [MAKE, "demo"], cwd=ROOT, env=environment | more, text=True, capture_output=True,
        check=False,
    )  # fmt: skip


def test_the_first_steps_need_nothing_but_python() -> None:
    """-S hides every installed package, -I the directory we are in."""
    code = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import portal.demo.bootstrap, "
    subprocess.run(
        [sys.executable, "-I", "-S", "-c", f"{code} portal.demo.codes, portal.demo.clean"],
        check=True,
    )


def test_a_busy_port_is_one_sentence_before_any_work(tmp_path: Path, busy_port: int) -> None:
    refused = start(tmp_path, PORT=str(busy_port))
    assert refused.returncode != 0
    sentence = f"Port {busy_port} is in use by another program. Try: make demo PORT="
    assert sentence in refused.stderr
    assert refused.stdout == ""
    assert "Traceback" not in refused.stderr


def test_a_port_that_is_none_is_one_sentence(tmp_path: Path) -> None:
    assert "PORT=abc is not a port." in start(tmp_path, PORT="abc").stderr
    assert "PORT=70000 is not a port." in start(tmp_path, PORT="70000").stderr


def test_a_demo_that_runs_already_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGARD_STATE", str(tmp_path / "state"))
    with state.only_one("127.0.0.1", 8765):
        refused = start(tmp_path)
    assert "runs already: http://localhost:8765/ (process" in refused.stderr


def test_a_python_too_old_is_one_sentence(tmp_path: Path) -> None:
    for name in ["python3", "python3.11", "python3.12", "python3.13", "python3.14"]:
        (tmp_path / name).write_text("#!/bin/sh\nexit 1\n")
        (tmp_path / name).chmod(0o755)
    refused = start(tmp_path, PATH=f"{tmp_path}:{os.environ['PATH']}")
    assert "Regard needs Python 3.11 or newer" in refused.stderr


def test_what_is_missing_is_named_for_each_system() -> None:
    sentence = system.sentence("Pango", "to make PDFs")
    assert sentence.startswith("Regard needs Pango to make PDFs.")
    assert "Debian or Ubuntu: apt-get install -y --no-install-recommends libpango" in sentence
    assert "Fedora: dnf install -y pango" in sentence
    assert "macOS: brew install pango" in sentence


def test_who_may_not_install_is_not_asked_for_a_password(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """A sudo that wants a password fails; it never waits for one."""
    called = tmp_path / "called"
    for name, body in {"apt-get": "exit 0", "sudo": f"echo sudo $@ >> {called}; exit 1"}.items():
        (tmp_path / name).write_text(f"#!/bin/sh\n{body}\n")
        (tmp_path / name).chmod(0o755)
    monkeypatch.setenv("PATH", f"{tmp_path}:/bin:/usr/bin")
    monkeypatch.setattr(os, "getuid", lambda: 1000)
    assert system.install("Pango") is False
    assert called.read_text() == "sudo -n true\n"


def test_a_library_the_system_cannot_give_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bootstrap, "_is_noted", lambda name, content: False)
    monkeypatch.setattr(system, "install", lambda need: False)
    with pytest.raises(state.Refused, match=re.escape("Regard needs Pango to make PDFs.")):
        bootstrap._require("Pango", "raise SystemExit(1)", "to make PDFs")


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-demo.txt", "requirements-dev.txt"]
)
def test_every_package_is_pinned_and_hashed_and_comes_from_no_named_place(name: str) -> None:
    text = (ROOT / name).read_text()
    packages = [line for line in text.splitlines() if re.match("[a-z]", line)]
    assert len(packages) > 20
    assert all(re.match(r"[a-z0-9._-]+==\S+", line) for line in packages)
    blocks = re.split(r"\n(?=[a-z])", text)[1:]
    assert all("--hash=sha256:" in block for block in blocks)
    assert "://" not in text
    assert "-index" not in text
    assert "find-links" not in text


def test_the_demo_runs_what_was_tested() -> None:
    def pins(name: str) -> dict[str, str]:
        return dict(re.findall(r"^([a-z0-9._-]+)==(\S+)", (ROOT / name).read_text(), re.MULTILINE))

    tested = pins("requirements-dev.txt")
    for name in ("requirements.txt", "requirements-demo.txt"):
        assert pins(name).items() <= tested.items()


def test_every_package_named_in_the_project_is_pinned() -> None:
    """Whoever adds one runs .ci/pin."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    for file, wanted in {
        "requirements.txt": project["dependencies"],
        "requirements-demo.txt": [*project["dependencies"], *extras["demo"]],
        "requirements-dev.txt": [*project["dependencies"], *extras["demo"], *extras["dev"]],
    }.items():
        pinned = set(re.findall(r"^([a-z0-9._-]+)==", (ROOT / file).read_text(), re.MULTILINE))
        assert {re.split(r"[\[<>=; ]", name)[0] for name in wanted} - pinned == set(), file
