"""A training run as its engineers see it: a client, a pipeline, documents of several people."""

import json
from collections.abc import Iterable
from typing import Any

from django.test import Client

from consents.actions.closing import manifest_hash
from consents.models import System
from tests.consents.worlds import World

RUNS = "/api/v1/training-runs/"


class Pipeline:
    """Everybody allows, a system trains; ``client`` speaks to the API for it."""

    def __init__(self, client: Client) -> None:
        self.client = client
        self.world = World()
        self.system = System.objects.create(slug="pipeline", name="Pipeline")
        for person in self.world.people:
            self.world.allow(person)
        # Of a signer without account nobody knows a yes: "with-signer" stays closed.
        self.open = ["org:members", "org:shared", "private"]

    def start(self, reference: str = "run-1", **more: Any) -> Any:
        """Open a run."""
        body = {"reference": reference, "model": "Clauses 1", "system": "pipeline"} | more
        return self.client.post(RUNS, body, content_type="application/json")

    def propose(self, references: Iterable[str], reference: str = "run-1") -> Any:
        """Send a part of the manifest."""
        return self.lines("manifest", references, reference)

    def remove(self, references: Iterable[str], reference: str = "run-1") -> Any:
        """Take documents out again."""
        return self.lines("remove", references, reference)

    def lines(self, call: str, references: Iterable[str], reference: str) -> Any:
        """Send references, one a line."""
        body = "".join(json.dumps({"document": one}) + "\n" for one in references)
        url = f"{RUNS}{reference}/{call}/"
        answer: Any = self.client.post(url, body, content_type="application/x-ndjson")
        if answer.streaming:
            answer.whole = answer.getvalue()  # which closes the file behind it
        return answer

    def close(self, references: Iterable[str], reference: str = "run-1", **more: Any) -> Any:
        """Close the run with the hash of these documents."""
        body = {"manifest_sha256": manifest_hash(references)} | more
        return self.client.post(f"{RUNS}{reference}/close/", body, content_type="application/json")

    def state(self, reference: str = "run-1") -> Any:
        """Return how the run stands."""
        return self.client.get(f"{RUNS}{reference}/").json()

    def exclusions(self, reference: str = "run-1") -> dict[str, str]:
        """Return what must go now, and why."""
        return gone(self.client.get(f"{RUNS}{reference}/exclusions/"))


def gone(answer: Any) -> dict[str, str]:
    """Return the documents that an answer tells to go, with the reasons."""
    assert answer.status_code == 200, answer.content
    assert answer["Content-Type"] == "application/x-ndjson"
    whole = answer.whole if hasattr(answer, "whole") else answer.getvalue()
    lines = [json.loads(line) for line in whole.splitlines()]
    return {line["document"]: line["reason"] for line in lines}
