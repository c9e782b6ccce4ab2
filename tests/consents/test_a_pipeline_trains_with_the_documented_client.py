"""docs/examples/regard_client.py trains: what may be read comes back, the run is closed."""

from typing import Any

import pytest
from django.test import Client

from accounts import machine_clients
from consents.actions import closing, runs
from consents.models import TrainingRun, Use
from docs.examples.regard_client import Denied, Regard
from tests.consents.runs import Pipeline

OPEN = ["org:members", "org:shared", "private"]


@pytest.fixture
def pipeline(transactional_db: None) -> Pipeline:
    return Pipeline(Client())  # it speaks by the client of the docs instead


@pytest.fixture
def regard(pipeline: Pipeline, live: str) -> Regard:
    return Regard(live, *machine_clients.create("pipeline", scopes=["runs:write"]))


def train(regard: Regard, reference: str = "run-1") -> list[str]:
    documents = [*OPEN, "with-signer", "unheard-of"]
    return regard.train(reference, documents, model="Clauses 1", system="pipeline")


def test_it_returns_what_may_be_read_and_closes_the_run(regard: Regard) -> None:
    assert train(regard) == OPEN
    run = TrainingRun.objects.get()
    assert run.closed_at
    assert run.manifest_sha256 == closing.manifest_hash(OPEN)
    assert Use.objects.count() == 3


def test_who_refuses_meanwhile_is_left_out(
    regard: Regard, pipeline: Pipeline, monkeypatch: Any
) -> None:
    check, world = runs.check, pipeline.world

    def refused_just_before(run: TrainingRun, moment: Any, *, client: str) -> int:
        world.refuse(world.dan)
        return check(run, moment, client=client)

    monkeypatch.setattr(closing, "check", refused_just_before)
    assert train(regard) == ["org:members", "org:shared"]
    assert Use.objects.count() == 2


def test_a_closed_run_trains_no_more(regard: Regard) -> None:
    train(regard)
    with pytest.raises(Denied, match="run_closed"):
        train(regard)
