"""Loads the whole sample, or nothing of it."""

from collections.abc import Callable
from functools import partial

from django.db import transaction
from django.utils import timezone

from portal.dashboard.cards import rollups
from portal.demo.sample import (
    asking,
    choosing,
    documents,
    governing,
    obeying,
    people,
    proofs,
    publications,
    signers,
    telling,
    traces,
    training,
    using,
)
from portal.demo.sample.clock import Clock
from portal.demo.sample.past.loading import Past
from portal.demo.sample.world import Moment, World, play


@transaction.atomic
def load(say: Callable[[str], object] = print) -> None:
    """Load the sample as of now; every date of it is relative to that."""
    clock, queued = Clock(timezone.localdate()), traces.last_job()
    say("People and organisations")
    cast = people.arrive(clock)
    past = Past(clock)
    say("Purposes and their wordings")
    purposes = publications.publish_all(clock)
    obeying.register_all(purposes)
    say("Documents")
    filed = documents.file_all(clock, cast)
    world = World(timezone.now(), clock, cast, purposes, filed)
    proofs.record_all(world)
    say("Eighteen months of uses, choices, trainings and requests")
    everything = [*_everything(world), *past.moments(world)]
    play([moment for moment in everything if moment.at < world.now])
    past.write(world)
    obeying.settle_history()
    telling.keep_some_back(world)
    traces.deliver_mails(world)
    telling.note_deliveries()
    signers.write_to(world)
    traces.note_backups(world)
    traces.note_checks(world)
    traces.empty_queue(queued)
    say("Figures of the dashboard")
    rollups.refresh()


def _everything(world: World) -> list[Moment]:
    return [
        *choosing.moments(world),
        *training.moments(world),
        *using.moments(world),
        *asking.moments(world),
        *traces.moments(world),
        *telling.moments(world),
        *proofs.moments(world),
        *governing.moments(world),
        Moment(world.clock.ago(34, "15:20"), partial(documents.restrict, world.filed)),
    ]


def is_loaded() -> bool:
    """Return whether the sample is in the database."""
    return people.are_here()
