"""What people were told of a purpose that is going to be wider, and who has read it."""

from functools import partial

from django.db.models import Q
from django.utils import timezone

from consents.actions import announcements, notices
from consents.models import Announcement, Announcing
from portal.demo.sample.people import PEOPLE
from portal.demo.sample.world import Moment, World
from portal.lib.models import OutgoingMail

# Whose mail went out late: it comes when the demo starts, and can be read there.
LATE = ("camille",)
READERS = (("yanis", 5, "18:12", True), ("emily", 3, "08:40", False))


def moments(world: World) -> list[Moment]:
    """Return the telling, some minutes after the publication, and the first to read of it."""
    found = [Moment(world.clock.ago(6, "10:04"), _tell)]
    for key, days, hour, by_link in READERS:
        found.append(
            Moment(world.clock.ago(days, hour), partial(_read, world, key, by_link=by_link))
        )
    return found


def _tell() -> None:
    """Do at once what the worker does in batches."""
    Announcing.objects.update(started_at=timezone.now())
    for announcing in Announcing.objects.all():
        while announcing.finished_at is None:
            announcements.carry_on(announcing.pk)
            announcing.refresh_from_db()


def _read(world: World, key: str, *, by_link: bool) -> None:
    person = world.person(key)
    for one in Announcement.objects.filter(Q(person=person) | Q(address__person=person)):
        if by_link:
            notices.read_by_link(one)
        else:
            notices.read_in_portal(person, [one.version])


def keep_some_back(world: World) -> None:
    """Leave the mails of some to the demo's own worker. Before the mails of the past are sent."""
    late = {one.addresses[0] for one in PEOPLE if one.key in LATE}
    mails = OutgoingMail.objects.filter(template="consents/purpose_wider", to__in=late)
    mails.update(created_at=world.now, due_at=world.now)


def note_deliveries() -> None:
    """Note which mails went out, as the worker does every minute. Afterwards."""
    announcements.copy_deliveries()
