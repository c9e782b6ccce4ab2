"""The demo's supervisor, with everything it starts, on a state of its own."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import pytest

from portal.demo import codes, postgres, processes
from portal.demo.child import Child
from portal.demo.stopping import Listener, Stopped
from tests.environment import ROOT
from tests.ports import free_port
from tests.servers import wait_until


class Demo:
    """A demo that a test has started, and how to look at it."""

    def __init__(self, directory: Path) -> None:
        self.directory, self.port = directory, free_port()
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it and wait until all of it works, with servers that did not run before."""
        before = self.groups()
        # Nothing of the tests' own environment: a person has none.
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "DATABASE_URL")
                if os.environ.get(name)}  # fmt: skip
        self.process = subprocess.Popen(
            [sys.executable, "-m", "portal.demo.supervisor"],
            cwd=ROOT, env=kept | {"PORT": str(self.port), "REGARD_STATE": str(self.directory)},
        )  # fmt: skip
        wait_until(lambda: self.groups() != before and self.health() == 200, seconds=300)

    def groups(self) -> list[int]:
        """Return the process groups of its servers, as it has written them down."""
        file = self.directory / "children.json"
        return list(json.loads(file.read_text())) if file.exists() else []

    def health(self) -> int:
        """Return what /healthz answers, 0 while nobody does."""
        try:
            with urllib.request.urlopen(f"http://localhost:{self.port}/healthz") as answer:
                return int(answer.status)
        except urllib.error.HTTPError as error:
            with error:
                return error.code
        except OSError:
            return 0

    def running(self) -> list[int]:
        """Return the living processes of its servers, PostgreSQL's included."""
        groups, data = self.groups(), (self.directory / "postgres").resolve()
        servers = [
            pid for pid, line in processes.commands().items() if line and group(pid) in groups
        ]
        return servers + processes.marked(postgres.mark(data))


def group(pid: int) -> int:
    """Return the process group, 0 if the process has just ended."""
    try:
        return os.getpgid(pid)
    except ProcessLookupError:
        return 0


@pytest.fixture
def demo(tmp_path: Path) -> Iterator[Demo]:
    """A demo that is stopped in the end, whatever the test did to it."""
    started = Demo(tmp_path / "state")
    yield started
    if started.process and started.process.poll() is None:
        started.process.terminate()
        started.process.wait()
    postgres.remove(started.directory / "postgres")


@pytest.mark.skipif(bool(os.environ.get("DATABASE_URL")), reason="would fill somebody's database")
def test_it_restarts_what_is_killed_recovers_when_killed_and_leaves_nothing(demo: Demo) -> None:
    demo.start()
    first = demo.running()
    known = json.loads((demo.directory / "demo.json").read_text())
    assert known["url"] == f"http://localhost:{demo.port}"
    assert set(known) == {"url", "people", "api", "docusign_hmac_key"}
    assert (demo.directory / "secrets.json").stat().st_mode & 0o077 == 0

    # The worker and the web server are killed: both come back.
    killed = demo.groups()[1:]
    for one in killed:
        os.killpg(one, signal.SIGKILL)
    # The last heartbeat of the killed worker stays fresh for a while: health alone is no proof.
    wait_until(lambda: not set(killed) & set(demo.groups()), seconds=300)
    wait_until(lambda: demo.health() == 200, seconds=300)
    assert demo.process
    assert demo.process.poll() is None

    # The supervisor is killed: the next start ends what it left, and takes its place.
    servers = demo.groups()
    demo.process.kill()
    demo.process.wait()
    assert all(processes.commands().get(pid) for pid in servers)
    demo.start()
    assert not any(processes.commands().get(pid) for pid in servers)

    # Ctrl-C: it ends by itself, content, and nothing of it remains.
    last = demo.running()
    assert last
    demo.process.send_signal(signal.SIGINT)
    assert demo.process.wait() == 0
    assert not [pid for pid in [*first, *last] if processes.commands().get(pid)]
    assert demo.health() == 0


def test_a_server_that_does_not_stay_up_is_given_longer_and_longer_pauses(tmp_path: Path) -> None:
    now, starts, log = 0, list[int](), tmp_path / "log"
    child = Child("web", ["/bin/false"], env={}, cwd=tmp_path, log=log, clock=lambda: float(now))
    for now in range(100):
        if child.watch():
            starts.append(now)
            os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
    child.end(now)
    assert starts == [0, 1, 3, 7, 15, 31, 61, 91]


def test_a_server_that_will_not_end_is_killed_with_all_its_group(tmp_path: Path) -> None:
    script = "trap '' TERM; sleep 611 & echo $!; while :; do sleep 0.1; done"
    log = tmp_path / "log"
    child = Child("web", ["/bin/sh", "-c", script], env={}, cwd=tmp_path, log=log)
    child.watch()
    wait_until(lambda: log.read_text().strip())
    grandchild = int(log.read_text())
    child.ask_to_end()
    child.end(time.monotonic() + 0.5)
    wait_until(lambda: not processes.commands().get(grandchild))


def test_a_signal_waits_for_the_end_of_what_must_be_whole() -> None:
    before = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    listener, done = Listener(), list[str]()
    try:
        with pytest.raises(Stopped):
            _work(listener, done)
        assert done == ["before", "after"]
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)
        signal.signal(signal.SIGHUP, signal.SIG_DFL)


def _work(listener: Listener, done: list[str]) -> None:
    with listener.held():
        done.append("before")
        os.kill(os.getpid(), signal.SIGTERM)
        done.append("after")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux lets a process adopt")
def test_an_orphan_is_taken_in_and_leaves_no_zombie() -> None:
    """In a process of its own: adoption cannot be undone."""
    code = """if True:
        import os, subprocess, time
        from portal.demo import orphans
        orphans.adopt()
        known = subprocess.Popen(["/bin/sh", "-c", "/bin/sleep 0.2 & exit 7"])
        os.waitid(os.P_PID, known.pid, os.WEXITED | os.WNOWAIT)
        for _ in range(100):
            orphans.bury({known.pid})
            time.sleep(0.01)
        assert known.wait() == 7
        until = time.monotonic() + 120
        while time.monotonic() < until:
            orphans.bury(set())
            try:
                # Asks and buries nobody: WNOWAIT.
                os.waitid(os.P_ALL, 0, os.WEXITED | os.WNOHANG | os.WNOWAIT)
            except ChildProcessError:
                print("none left")
                break
            time.sleep(0.01)
    """
    run = subprocess.run([sys.executable, "-c", code], cwd=ROOT, capture_output=True, check=True)
    assert run.stdout == b"none left\n"


def test_the_codes_are_those_of_rfc_6238() -> None:
    """Appendix B, with the last six of its eight digits."""
    secret = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"
    assert codes.totp(secret, 59) == "287082"
    assert codes.totp(secret, 1111111109) == "081804"
    assert codes.totp(secret, 20000000000) == "353130"
