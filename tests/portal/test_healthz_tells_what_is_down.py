"""``GET /healthz``: a monitor learns in one request whether people can be served."""

import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone
from django_q.models import OrmQ

from portal import tasks
from portal.demo import postgres
from portal.lib.models import Heartbeat
from portal.lib.tasks import enqueue
from tests.environment import ROOT
from tests.ports import free_port
from tests.servers import wait_until


@pytest.mark.django_db
def test_all_is_well_when_the_worker_has_just_beaten(client: Client) -> None:
    tasks.beat()
    response = client.get("/healthz")
    assert response.status_code == 200
    assert response.json()["status"] == "ok"
    assert response.json()["worker"]["heartbeat_age"] < 60
    assert "no-store" in response["Cache-Control"]


@pytest.mark.django_db
def test_a_worker_that_never_beat_is_down(client: Client) -> None:
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["worker"] == {"status": "down", "heartbeat_age": None}
    assert response.json()["database"] == {"status": "ok"}


@pytest.mark.django_db
def test_a_silent_worker_is_down(client: Client) -> None:
    Heartbeat.objects.create(name="worker", at=timezone.now() - timedelta(minutes=10))
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["worker"]["status"] == "down"


@pytest.mark.django_db
def test_a_queue_that_does_not_move_is_down(client: Client) -> None:
    tasks.beat()
    with transaction.atomic():
        enqueue("portal.tasks.beat")
    assert client.get("/healthz").status_code == 200
    OrmQ.objects.update(lock=timezone.now() - timedelta(hours=1))
    response = client.get("/healthz")
    assert response.status_code == 503
    assert response.json()["queue"]["waiting"] == 1
    assert response.json()["queue"]["oldest_job_age"] >= 3600


@pytest.mark.django_db
def test_a_stranger_host_a_dead_cookie_and_plain_http_do_not_matter(
    client: Client, settings: Any
) -> None:
    tasks.beat()
    settings.SECURE_SSL_REDIRECT = True
    client.cookies[settings.SESSION_COOKIE_NAME] = "gone"
    assert client.get("/healthz", headers={"host": "10.0.0.7"}).status_code == 200


@pytest.fixture
def private_server(tmp_path: Path) -> Iterator[Path]:
    """A PostgreSQL of this test alone, with the tables made."""
    directory = tmp_path / "postgres"
    postgres.start(directory, durable=False)
    yield directory
    postgres.remove(directory)


def test_a_stopped_database_is_an_answer_and_not_an_error(private_server: Path) -> None:
    """The real web server, and its database taken away from under it."""
    port = free_port()
    environment = dict(os.environ) | {
        "EMBEDDED_DATABASE_DIR": str(private_server),
        "DATABASE_URL": "",
        "BIND": f"127.0.0.1:{port}",
    }
    run: dict[str, Any] = {"cwd": ROOT, "env": environment}
    subprocess.run([sys.executable, "manage.py", "migrate", "-v0"], check=True, **run)
    server = subprocess.Popen([sys.executable, "-m", "gunicorn", "-c", "portal/gunicorn.py"], **run)
    try:
        wait_until(lambda: ask(port) == (503, "ok"))  # no worker, but a database
        postgres.stop(private_server)
        assert ask(port) == (503, "down")
        postgres.start(private_server)
        wait_until(lambda: ask(port) == (503, "ok"))
    finally:
        server.terminate()
        server.wait()


def ask(port: int) -> tuple[int, str]:
    """Return the HTTP status and what the answer says of the database."""
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/healthz") as response:
            return response.status, json.load(response)["database"]["status"]
    except urllib.error.HTTPError as error:
        with error:
            return error.code, json.load(error)["database"]["status"]
    except urllib.error.URLError:
        return 0, "nobody listens yet"
