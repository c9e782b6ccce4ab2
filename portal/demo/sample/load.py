"""Loads the whole sample, or nothing of it."""

from collections.abc import Callable

from django.db import transaction
from django.utils import timezone

from portal.demo.sample import choosing, documents, people, publications, training, using
from portal.demo.sample.clock import Clock
from portal.demo.sample.world import World, play


@transaction.atomic
def load(say: Callable[[str], object] = print) -> None:
    """Load the sample, as of today; every date of it is relative to that."""
    now, clock = timezone.now(), Clock(timezone.localdate())
    say("People and organisations")
    cast = people.arrive(clock)
    say("Purposes and their wordings")
    purposes = publications.publish_all(clock)
    say("Documents")
    world = World(clock, cast, purposes, documents.file_all(clock, cast))
    say("Choices, trainings and permits")
    happened = [*choosing.moments(world), *training.moments(world)]
    play([moment for moment in happened if moment.at < now])
    training.store_answers(world)
    say("Eighteen months of uses")
    using.record_all(world, now)


def is_loaded() -> bool:
    """Return whether the sample is in the database."""
    return people.are_here()
