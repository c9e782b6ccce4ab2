"""What the people of the past chose and objected to, through the same actions as on the pages."""

import random
from datetime import datetime
from functools import partial
from unittest import mock

from consents.actions import choices
from consents.models.ledger import Source
from dsar.actions import requests
from dsar.models.requests import Channel, Kind
from portal.demo.sample.choosing import FEATURES, MAIL, STATISTICS, TRAINING
from portal.demo.sample.past.guests import Guest
from portal.demo.sample.world import Moment, World

# How often each purpose is chosen about, and who said so.
ABOUT = {TRAINING: 9, MAIL: 6, STATISTICS: 4, FEATURES: 3}
BY = {Source.PORTAL: 14, Source.STAFF: 2, Source.API: 2, Source.GPC: 2}
CHOOSERS, OBJECTORS, DAYS = 84, 12, 424


def moments(world: World, guests: list[Guest]) -> list[Moment]:
    """Return choices and objections, spread over the months and a little denser at their end."""
    dice = random.Random("choices of the past")  # noqa: S311 - sample data
    found = []
    for number in range(CHOOSERS):
        at = _when(world, number / CHOOSERS, dice)
        found.append(Moment(at, partial(_choose, world, guests[number % len(guests)], dice)))
    for number in range(OBJECTORS):
        guest = guests[number * 5 % len(guests)]
        at = _when(world, (number + 0.5) / OBJECTORS, dice)
        found.append(Moment(at, partial(_object, world, guest, number)))
    return found


def _when(world: World, share: float, dice: random.Random) -> datetime:
    days = max(1, int(DAYS * (1 - share**0.6)) - dice.randint(0, 2))
    return world.clock.ago(days, f"{dice.randint(8, 22):02}:{dice.randint(0, 59):02}")


def _choose(world: World, guest: Guest, dice: random.Random) -> None:
    """Mostly a no, by whichever way; a yes by the person alone."""
    purpose = world.purposes[dice.choices(list(ABOUT), list(ABOUT.values()))[0]]
    yes, source = dice.random() < 0.3, dice.choices(list(BY), list(BY.values()))[0]
    person = guest.person
    if not purpose.has_control:
        return  # not where the demo was started with training "not used"
    if yes:
        choices.allow(purpose, person=person, by=person, language=guest.language)
        return
    if source == Source.GPC:
        purpose = world.purposes[MAIL]
    by = {Source.PORTAL: person, Source.STAFF: world.person("sofia")}.get(source)
    choices.refuse(purpose, person=person, by=by, source=source, language=guest.language)


def _object(world: World, guest: Guest, number: int) -> None:
    """Advertising ends at once when somebody objects."""
    portal = number % 3
    dice = random.Random(f"reference of objection {number}")  # noqa: S311 - sample data
    with mock.patch("dsar.models.requests.secrets", dice):
        requests.open_request(
            Kind.OBJECTION, person=guest.person, by=guest.person if portal else None,
            channel=Channel.PORTAL if portal else Channel.FORM, language=guest.language,
            country=guest.country, region=guest.region, details={"purpose": MAIL},
        )  # fmt: skip
