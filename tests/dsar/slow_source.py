"""A source that stops where a test wants it to, in the worker's own process.

At each gate it says that it is there (a file ``<gate>.reached``) and waits for ``<gate>.open``.
``DSAR_GATES`` is the directory; a gate without ``<gate>.shut`` is passed at once.
"""

import os
import time
from collections.abc import Iterator
from pathlib import Path

from accounts.models import User
from dsar.grounds import Sentence
from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Description, Proposal, Row, Source, Table

THINGS = ("one", "two", "three")


class SlowSource(Source):
    """Three things per person, kept nowhere but in the plan of the test."""

    slug = "slow"
    label = "A slow archive"

    def describe(self) -> Description:
        """Say something."""
        return Description("Things.", "For a test.", "From a test.", "Until its end.")

    def find(self, person: User) -> int:
        """Count."""
        return len(THINGS)

    def collect(self, person: User) -> Iterator[Table]:
        """Yield a row, wait at the gate, yield the others."""
        yield Table("things", "Things", "Three things.", (Column("name", "Name"),), self._rows())

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Propose to erase each; wait in between."""
        for name in THINGS:
            yield Proposal(name, Decision.ERASE, Sentence.ERASED, label=name)
            pass_gate("plan")

    def erase(self, person: User, item: ErasureItem) -> None:
        """Write down the attempt, then wait before the transaction ends."""
        with (gates() / "erased.log").open("a") as log:
            log.write(f"{item.key}\n")
        if item.key == "two":
            pass_gate("erase")

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Wait at the second thing."""
        if item.key == "two":
            pass_gate("prove")
        return True

    def end(self, person: User, item: ErasureItem) -> None:
        """Nothing is kept here."""

    def _rows(self) -> Iterator[Row]:
        for name in THINGS:
            yield Row({"name": name})
            pass_gate("collect")


def gates() -> Path:
    """Return the directory of the gates."""
    return Path(os.environ["DSAR_GATES"])


def pass_gate(name: str) -> None:
    """Pass an open gate; at a shut one say so and wait."""
    if not (gates() / f"{name}.shut").exists():
        return
    (gates() / f"{name}.reached").touch()
    while not (gates() / f"{name}.open").exists():
        time.sleep(0.02)
