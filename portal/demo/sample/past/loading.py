"""The way in to the past: who comes first, what is played, what is written at the end."""

from portal.demo.sample.clock import Clock
from portal.demo.sample.past import guests, wishes
from portal.demo.sample.past.drawing import Asked, Drawing
from portal.demo.sample.past.guests import Guest
from portal.demo.sample.past.life import Life
from portal.demo.sample.world import Moment, World


class Past:
    """People and requests of the past, drawn; the people are in the database."""

    def __init__(self, clock: Clock) -> None:
        drawing = Drawing(clock)
        self._drawn: list[Asked] = drawing.found
        self._customers: list[Guest] = drawing.customers
        guests.arrive(clock, drawing.guests.all)

    def moments(self, world: World) -> list[Moment]:
        """Return what they chose and objected to."""
        return wishes.moments(world, self._customers)

    def write(self, world: World) -> None:
        """Write their requests."""
        Life(world).write(self._drawn)
