"""``portal/demo/postgres.py``: it starts whatever a crash, an account or a path did to it."""

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from portal.demo import postgres, processes
from tests.servers import wait_until

AS_ROOT = pytest.mark.skipif(os.getuid() != 0, reason="only root can become somebody else")


@pytest.fixture
def open_directory() -> Iterator[Path]:
    """A directory that every account can enter."""
    path = Path(tempfile.mkdtemp(prefix="regard-open-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def server(open_directory: Path) -> Iterator[Path]:
    """A running server with a table of one row."""
    directory = open_directory / "postgres"
    postgres.start(directory, durable=False)
    ask(directory, "CREATE TABLE kept AS SELECT 42 AS answer")
    ask(directory, "CHECKPOINT")  # what a careless server has not written down may go
    yield directory
    postgres.remove(directory)
    assert not directory.exists()


def ask(directory: Path, sql: str) -> list[tuple[object, ...]]:
    """Return what the server answers."""
    host = str(postgres.socket_directory(directory))
    with psycopg.connect(host=host, user="regard", dbname="regard") as connection:
        cursor = connection.execute(sql.encode())
        return cursor.fetchall() if cursor.description else []


def postmaster(directory: Path) -> int:
    """Return the number that the server has written down as its own."""
    return int((directory / "postmaster.pid").read_text().split()[0])


def test_it_is_unprivileged_and_listens_to_no_network(server: Path) -> None:
    owner = server.stat().st_uid
    assert owner == (os.getuid() or pwd.getpwnam("nobody").pw_uid)
    assert server.stat().st_mode & 0o077 == 0
    assert ask(server, "SHOW listen_addresses") == [("",)]
    assert ask(server, "SELECT DISTINCT datlocale FROM pg_database") == [("C.UTF-8",)]


def test_only_tests_may_lose_data_at_a_power_cut(server: Path, open_directory: Path) -> None:
    demo = open_directory / "demo"
    postgres.start(demo)
    assert ask(demo, "SHOW fsync") == [("on",)]
    assert ask(server, "SHOW fsync") == [("off",)]
    postgres.remove(demo)


def test_starting_twice_is_one_server(server: Path) -> None:
    before = postmaster(server)
    postgres.start(server)
    assert postmaster(server) == before


def test_a_stop_and_a_start_keep_the_data(server: Path) -> None:
    postgres.stop(server)
    assert not postgres.is_ready(server)
    postgres.stop(server)
    postgres.start(server)
    assert ask(server, "TABLE kept") == [(42,)]


def test_a_killed_server_starts_again_beside_its_orphans(server: Path) -> None:
    os.kill(postmaster(server), signal.SIGKILL)
    postgres.start(server)
    assert ask(server, "TABLE kept") == [(42,)]


def test_a_stranger_under_the_old_number_is_neither_believed_nor_harmed(server: Path) -> None:
    os.kill(postmaster(server), signal.SIGKILL)
    pid_file = server / "postmaster.pid"
    account = server.stat().st_uid
    stranger = subprocess.Popen(["/bin/sleep", "600"], user=account if os.getuid() == 0 else None)
    try:
        lines = pid_file.read_text().splitlines()
        pid_file.write_text("\n".join([str(stranger.pid), *lines[1:]]) + "\n")
        postgres.start(server)
        assert ask(server, "TABLE kept") == [(42,)]
        postgres.stop(server)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


def test_stopping_with_a_stale_number_harms_nobody(server: Path) -> None:
    real = postmaster(server)
    pid_file = server / "postmaster.pid"
    stranger = subprocess.Popen(["/bin/sleep", "600"])
    try:
        os.kill(real, signal.SIGKILL)
        pid_file.write_text(f"{stranger.pid}\n{server}\n")
        postgres.stop(server)
        assert stranger.poll() is None
    finally:
        stranger.kill()
        stranger.wait()


@AS_ROOT
def test_where_nobody_can_enter_the_data_lies_elsewhere(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    directory = private / "checkout" / ".regard" / "postgres"
    postgres.start(directory, durable=False)
    elsewhere = directory.resolve()
    assert elsewhere.is_relative_to("/var/lib")
    ask(directory, "CREATE TABLE kept AS SELECT 42 AS answer")
    postgres.stop(directory)
    postgres.start(directory)
    assert ask(directory, "TABLE kept") == [(42,)]
    postgres.remove(directory)
    assert not elsewhere.parent.exists()
    assert not directory.is_symlink()


@AS_ROOT
def test_a_new_checkout_in_an_old_place_starts_empty(tmp_path: Path) -> None:
    tmp_path.chmod(0o700)
    directory = tmp_path / "private" / "postgres"
    directory.parent.mkdir(mode=0o700)
    postgres.start(directory, durable=False)
    ask(directory, "CREATE TABLE kept AS SELECT 42 AS answer")
    shutil.rmtree(directory.parent)
    directory.parent.mkdir(mode=0o700)
    postgres.start(directory, durable=False)
    assert ask(directory, "SELECT to_regclass('kept')") == [(None,)]
    postgres.remove(directory)


@AS_ROOT
def test_the_data_of_a_checkout_that_is_gone_is_forgotten(tmp_path: Path) -> None:
    (tmp_path / "private").mkdir(mode=0o700)
    gone, other = tmp_path / "private" / "gone" / "postgres", tmp_path / "private" / "postgres"
    postgres.start(gone, durable=False)
    left = gone.resolve()
    shutil.rmtree(gone.parent)
    assert left.exists()
    postgres.start(other, durable=False)
    assert not left.parent.exists()
    assert ask(other, "SELECT 1") == [(1,)]
    postgres.remove(other)


@AS_ROOT
def test_another_account_of_the_machine_is_not_let_in(server: Path) -> None:
    server.chmod(0o755)  # even if it could reach the socket
    os.seteuid(pwd.getpwnam("daemon").pw_uid)
    try:
        with pytest.raises(psycopg.OperationalError, match="Peer authentication failed"):
            ask(server, "SELECT 1")
    finally:
        os.seteuid(0)
        server.chmod(0o700)


@pytest.mark.parametrize("name", ["deep" * 30, "a, b", "d'é"], ids=["long", "comma", "accent"])
def test_a_path_no_socket_could_have_is_no_hindrance(open_directory: Path, name: str) -> None:
    directory = open_directory / name / "postgres"
    directory.parent.mkdir()
    postgres.start(directory, durable=False)
    sockets = postgres.socket_directory(directory)
    assert sockets != directory
    assert sockets.stat().st_mode & 0o077 == 0
    assert ask(directory, "SELECT 1") == [(1,)]
    postgres.remove(directory)
    assert not sockets.exists()


def test_a_half_made_directory_is_made_anew(open_directory: Path) -> None:
    directory = open_directory / "postgres"
    unfinished = open_directory / "postgres.new"
    unfinished.mkdir()
    (unfinished / "PG_VERSION").write_text("18\n")
    postgres.start(directory, durable=False)
    assert ask(directory, "SELECT 1") == [(1,)]
    postgres.remove(directory)


def test_a_server_that_cannot_start_says_why(server: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "ATTEMPTS", 2)
    postgres.stop(server)
    with (server / "postgresql.conf").open("a") as file:
        file.write("max_connections = none\n")
    with pytest.raises(postgres.PostgresError, match="max_connections"):
        postgres.start(server)
    assert not processes.marked(str(server))


def test_processes_end_when_asked_or_are_ended(tmp_path: Path) -> None:
    ready = tmp_path / "ready"
    script = f"trap '' TERM; touch {ready}; while :; do sleep 0.1; done"
    stubborn = subprocess.Popen(["/bin/sh", "-c", script])
    obedient = subprocess.Popen(["/bin/sleep", "600"])
    wait_until(ready.exists)
    processes.end([stubborn.pid, obedient.pid], patience=1)
    assert obedient.wait() == -signal.SIGTERM
    assert stubborn.wait() == -signal.SIGKILL
