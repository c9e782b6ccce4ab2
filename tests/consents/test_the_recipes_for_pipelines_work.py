"""What docs/integrators.md gives to copy is copied, and run: the client, and each engine's join."""

import importlib
import json
import os
import re
import shutil
import subprocess
import sys
from importlib.util import find_spec
from typing import Any

import pytest
from pyarrow import parquet, table

from accounts import machine_clients
from consents.models import Document
from tests.consents.worlds import World
from tests.environment import ROOT
from tests.servers import wait_until

# As whoever copies the file imports it.
sys.path.insert(0, str(ROOT / "docs" / "examples"))
client_of_pipelines: Any = importlib.import_module("regard_client")
Denied, Regard = client_of_pipelines.Denied, client_of_pipelines.Regard

PAGE = (ROOT / "docs" / "integrators.md").read_text("utf-8")
BLOCKS = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
ENGINES = {"pyarrow": "pyarrow.parquet", "pandas": "pandas", "duckdb": "duckdb",
           "spark": "pyspark"}  # fmt: skip


def block(word: str) -> str:
    found: str
    [found] = [one for one in BLOCKS if f"import {word}" in one or f"from {word}" in one]
    return found


def run(code: str, folder) -> None:
    environment = os.environ | {"PYTHONPATH": str(ROOT / "docs" / "examples"),
                                "SPARK_LOCAL_IP": "127.0.0.1"}  # fmt: skip
    subprocess.run([sys.executable, "-c", code], cwd=folder, env=environment, check=True)


@pytest.mark.parametrize("engine", ENGINES)
def test_each_engine_keeps_just_what_is_allowed(engine, tmp_path):
    if engine == "spark" and not (find_spec("pyspark") and shutil.which("java")):
        pytest.skip("Spark's recipe was NOT tried: it needs Java and the package pyspark")
    parquet.write_table(
        table({"document": ["a", "b", "c", "b"], "path": ["1", "2", "3", "4"]}),
        tmp_path / "manifest.parquet",
    )
    parquet.write_table(
        table({"document": ["b", "d"], "reason": ["consented"] * 2}), tmp_path / "allowed.parquet"
    )
    run(block(ENGINES[engine]), tmp_path)
    kept = parquet.read_table(tmp_path / "kept.parquet").to_pylist()
    assert sorted((one["document"], one["path"]) for one in kept) == [("b", "2"), ("b", "4")]


@pytest.fixture
def world(transactional_db):
    world = World("objection")
    world.refuse(world.ben)
    return world


@pytest.fixture
def client(live, world):
    client_id, secret = machine_clients.create("pipeline", scopes=["permits:read"])
    return Regard(live, client_id, secret, tries=2), client_id, secret


@pytest.fixture
def regard(client):
    return client[0]


def test_the_client_asks_takes_and_follows(regard, world, tmp_path):
    assert regard.permit("private", "ai-training") is True
    assert regard.permit("org:members", "ai-training") is False
    asked = ["private", "nobody-knows", "", "org:members"]
    assert list(regard.permits(asked, "ai-training")) == [
        ("private", True, "no_objection"),
        ("nobody-knows", False, "unknown_document"),
        ("", False, "no_document"),
        ("org:members", False, "refused_by_party"),
    ]
    cursor = regard.snapshot("ai-training", str(tmp_path / "allowed.ndjson"))
    lines = (tmp_path / "allowed.ndjson").read_text().splitlines()
    allowed = {json.loads(line)["document"] for line in lines}
    assert allowed == {"org:shared", "private", "with-signer"}
    world.refuse(world.cleo)
    told: dict[str, bool] = {}

    def caught_up() -> bool:
        told.update((name, yes) for name, yes, *_ in regard.changes("ai-training", cursor))
        return {"org:shared", "private"} <= set(told)

    # Transactions of other databases of this server hold the feed back too.
    wait_until(caught_up, seconds=600)
    assert {name for name in allowed if told.get(name, True)} == {"with-signer"}


def test_the_client_follows_the_parts_of_a_large_snapshot(regard, world, tmp_path, monkeypatch):
    monkeypatch.setattr("consents.snapshots.MOST_EXAMINED", 3)
    assert regard.snapshot("ai-training", str(tmp_path / "allowed.csv"), form="csv")
    parts = sorted(path.name for path in tmp_path.iterdir())
    assert parts == ["allowed.1.csv", "allowed.csv"]
    assert Document.objects.count() == 4


def test_the_client_takes_nothing_for_a_yes(regard, world, tmp_path, monkeypatch):
    with pytest.raises(Denied, match="unknown_purpose"):
        regard.snapshot("magic", str(tmp_path / "none"))
    with pytest.raises(Denied, match="cursor_unknown"):
        list(regard.changes("ai-training", "nowhere"))
    nobody = Regard(regard.url, "nobody", "nothing", tries=1)
    assert nobody.permit("private", "ai-training") is False
    with pytest.raises(Denied):
        list(nobody.permits(["private"], "ai-training"))
    away = Regard("http://127.0.0.1:9", "x", "y", timeout=1)
    assert away.permit("private", "ai-training") is False
    assert list(tmp_path.iterdir()) == []


def test_the_recipe_for_python_is_that_of_the_client(client, tmp_path):
    regard, client_id, secret = client
    given = f"URL, CLIENT_ID, CLIENT_SECRET = {(regard.url, client_id, secret)!r}\n"
    run(given + block("regard_client"), tmp_path)
    allowed = parquet.read_table(tmp_path / "allowed.parquet").column("document").to_pylist()
    assert allowed == ["org:shared", "private", "with-signer"]


def test_every_code_of_these_doors_is_explained():
    named = set(re.findall(r"`([a-z_0-9]+)`", PAGE))
    source = "".join(
        (ROOT / "consents" / name).read_text("utf-8")
        for name in ("api_bulk.py", "api_errors.py", "bulk.py", "spooling.py")
    )
    codes = set(re.findall(r'(?:default_code = |code=|Fault\(number, )"([a-z_0-9]+)"', source))
    assert codes - named == {"required"}
