"""``make demo`` once the packages are there: starts everything, watches it, stops all of it."""

import contextlib
import http.client
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

from portal.demo import environment, orphans, postgres, state
from portal.demo.child import Child
from portal.demo.stopping import Listener, Parent, Stopped
from portal.demo.welcome import welcome

GRACE = 15  # seconds all servers together have to end in good order
LOOK = 0.2  # seconds between two looks at the servers
DATABASE_LOOK = 10  # seconds between two looks at PostgreSQL
FIRST_ANSWER = 90  # seconds until the site is expected to be healthy


def main() -> int:
    """Run the demo until it is told to stop; return what the shell is told."""
    listener = Listener()
    try:
        host, port = state.address()
        with state.only_one(host, port):
            state.end_leftovers()
            state.require_port(host, port)
            Demo(listener).run()
    except (state.Refused, postgres.PostgresError) as error:
        print(error, file=sys.stderr)
        return 1
    except Stopped:
        print("Stopped.")
    return 0


class Demo:
    """PostgreSQL, mail server, worker and web server, from the start to the end."""

    def __init__(self, listener: Listener) -> None:
        self._listener = listener
        self._parent = Parent()
        self._smtp_port = _free_port()
        self._env = environment.make(smtp_port=self._smtp_port)
        # A database that the caller names is not ours to start or to stop.
        self._database = None if self._env.get("DATABASE_URL") else state.directory() / "postgres"

    def run(self) -> None:
        """Start everything, say so, and watch until the end.

        Raises:
            Stopped: the normal end.
            Refused, PostgresError: it could not be started; the message says why.
        """
        orphans.adopt()
        environment.write(self._env)
        with self._database_ready(), self._servers() as servers:
            print("Starting the servers …", flush=True)
            healthy = self._wait_for_health(servers)
            print(welcome(healthy=healthy), flush=True)
            self._watch(servers)

    @contextlib.contextmanager
    def _database_ready(self) -> Iterator[None]:
        """Have a database that answers and is filled; stop it at the end if it is ours."""
        try:
            if self._database:
                print("Starting PostgreSQL …", flush=True)
                postgres.start(self._database)
            prepared = subprocess.run(
                [sys.executable, "-m", "portal.demo.prepare"],
                cwd=state.ROOT, env=self._env, start_new_session=True, check=False,
            )  # fmt: skip
            if prepared.returncode:
                raise state.Refused("The demo could not be prepared; the reason stands above.")
            yield
        finally:
            self._listener.deaf()
            if self._database:
                postgres.stop(self._database)
            orphans.bury(set())

    @contextlib.contextmanager
    def _servers(self) -> Iterator[list[Child]]:
        """Run the servers; end them all, whatever happens."""
        logs = state.directory() / "log"
        logs.mkdir(exist_ok=True)
        servers = [
            Child(name, command, env=self._env, cwd=state.ROOT, log=_fresh(logs / f"{name}.log"))
            for name, command in self._commands().items()
        ]
        try:
            self._start_due(servers)
            yield servers
        finally:
            self._listener.deaf()
            for server in servers:
                server.ask_to_end()
            until = time.monotonic() + GRACE
            for server in servers:
                server.end(until)
            state.forget()

    def _commands(self) -> dict[str, list[str]]:
        # Whole paths: by them a later start knows what a killed one has left.
        root, python, mail = state.ROOT, sys.executable, str(state.directory() / "mail")
        return {
            "mail": [python, "-m", "portal.demo.smtp", str(self._smtp_port), mail],
            "worker": [python, str(root / "manage.py"), "qcluster"],
            "web": [python, "-m", "gunicorn", "-c", str(root / "portal" / "gunicorn.py")],
        }

    def _start_due(self, servers: list[Child]) -> None:
        with self._listener.held():
            started = [server for server in servers if server.watch()]
            if started:
                state.remember([server.pid for server in servers if server.pid])

    def _wait_for_health(self, servers: list[Child]) -> bool:
        """Return whether the site became healthy in reasonable time."""
        until = time.monotonic() + FIRST_ANSWER
        while not (healthy := _is_healthy()) and time.monotonic() < until:
            self._look_after(servers)
        return healthy

    def _watch(self, servers: list[Child]) -> None:
        """Keep everything running until we are told to stop."""
        looked = time.monotonic()
        while True:
            self._look_after(servers)
            if self._database and time.monotonic() > looked + DATABASE_LOOK:
                if not postgres.is_ready(self._database):
                    print("PostgreSQL does not answer and is started again.", flush=True)
                    postgres.start(self._database)
                looked = time.monotonic()

    def _look_after(self, servers: list[Child]) -> None:
        if self._parent.is_gone():
            raise Stopped
        self._start_due(servers)
        orphans.bury({server.pid for server in servers})
        time.sleep(LOOK)


def _fresh(log: Path) -> Path:
    log.unlink(missing_ok=True)
    return log


def _is_healthy() -> bool:
    connection = http.client.HTTPConnection(*state.address(), timeout=5)
    try:
        connection.request("GET", "/healthz")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False  # nobody listens yet
    finally:
        connection.close()


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


if __name__ == "__main__":
    sys.exit(main())
