"""The office corrects its calendar; every open request whose date hangs on that day moves."""

from datetime import date

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar.models import HolidayOverride
from portal.lib.errors import DomainError
from portal.lib.tasks import enqueue

RECOUNT = "dsar.actions.clock.recount_open"


class DpoOnly(DomainError):
    """The calendar moves legal dates: the data protection officer answers for it."""

    code = "dpo_only"


@transaction.atomic
def set_day(country: str, day: date, *, is_closed: bool, name: str = "", by: User) -> None:
    """Say that a day is closed (with what for), or that it is not although the library has it.

    ``country`` is ISO 3166-1 alpha-2. The worker counts the open requests anew at once.

    Raises:
        DpoOnly: somebody else tries.
    """
    _require_dpo(by)
    HolidayOverride.objects.update_or_create(
        country=country, day=day, defaults={"is_closed": is_closed, "name": name.strip()}
    )
    enqueue(RECOUNT)


@transaction.atomic
def unset_day(country: str, day: date, *, by: User) -> None:
    """Take a correction back: the library's calendar holds for the day again.

    Raises:
        DpoOnly: somebody else tries.
    """
    _require_dpo(by)
    if HolidayOverride.objects.filter(country=country, day=day).delete()[0]:
        enqueue(RECOUNT)


def _require_dpo(by: User) -> None:
    if not by.is_dpo:
        raise DpoOnly(_("Only the data protection officer corrects the calendar."))
