"""The office corrects its calendar; every open request whose date hangs on that day moves."""

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.formats import date_format
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts import places
from accounts.changes.kinds import Problems
from accounts.changes.office import About, Line, OfficeKind
from dsar import calendars, foreseen
from portal.lib.office import store
from portal.lib.office.shapes import Field, Typed, Words
from portal.lib.tasks import enqueue

RECOUNT = "dsar.actions.clock.recount_open"
LONGEST = 80
OPTIONS: tuple[tuple[str, Words], ...] = (
    ("yes", gettext_lazy("It is a holiday here")),
    ("no", gettext_lazy("It is an ordinary working day here")),
)


class CalendarKind(OfficeKind):
    """One day of the calendar of one country; the subject is "FR-2026-05-04".

    Its value is ``{"is_closed": bool, "name": str}``; the library's word is the first value.
    """

    slug = "calendar"
    label: Words = gettext_lazy("calendar of holidays")

    def key(self, subject: str) -> str:
        """Return the key of the day."""
        return calendars.KEY + subject

    def subjects(self) -> Iterable[str]:
        """Return the days that were ever corrected."""
        return store.below(calendars.KEY)

    def knows(self, subject: str) -> bool:
        """Whether it is a day of a country."""
        return calendars.day_of(subject) is not None

    def about(self, subject: str) -> About:
        """Return the day in full, with its country."""
        country, day = self._parts(subject)
        return About(
            name=_("%(day)s in %(country)s")
            % {
                "day": date_format(day, "l j F Y"),
                "country": places.country_name(country),
            },
            help=_("Whether the day is a public holiday where the controller sits."),
            affects=_(
                "Every open request is counted anew at once. Where its date moves later, the person"
                " is told by mail."
            ),
            bounds=_(
                "The public holidays of the State where the act is to be done (Regulation 1182/71,"
                " article 2). A holiday that is none makes answers late."
            ),
            first=_("the library of holidays"),
        )

    def first(self, subject: str) -> dict[str, Any]:
        """Return what the library says of the day."""
        country, day = self._parts(subject)
        known = calendars.public_holidays(country, range(day.year, day.year + 1))
        return {"is_closed": day in known, "name": known.get(day, "")}

    def fields(self, subject: str) -> list[Field]:
        """Return what holds, and the name of the day."""
        return [
            Field("is_closed", _("What holds"), "choice", options=OPTIONS),
            Field("name", _("What for"), hint=_("As people know it."), required=False),
        ]

    def typed(self, subject: str, value: Any) -> dict[str, Any]:
        """Return the two."""
        return {"is_closed": "yes" if value["is_closed"] else "no", "name": value["name"]}

    def read(self, subject: str, typed: Typed) -> tuple[Any, Problems]:
        """Return the value; a closed day has a name, because people read it."""
        problems: Problems = {}
        given, name = typed.get("is_closed", ""), " ".join(str(typed.get("name", "")).split())
        if given not in dict(OPTIONS):
            problems["is_closed"] = [_("Choose one of the two.")]
        if len(name) > LONGEST:
            said = _("Shorten it to %(most)d characters; it has %(now)d.")
            problems["name"] = [said % {"most": LONGEST, "now": len(name)}]
        elif given == "yes" and not name:
            problems["name"] = [_("Name the holiday: people read why the next day counts.")]
        return (None, problems) if problems else ({"is_closed": given == "yes", "name": name}, {})

    def say(self, subject: str, value: Any) -> list[Line]:
        """Return what the day is; a name of the library as it stands in the reader's language."""
        words = _("public holiday") if value["is_closed"] else _("ordinary working day")
        name = value["name"]
        if name and name == self.first(subject)["name"]:
            country, day = self._parts(subject)
            years = range(day.year, day.year + 1)
            name = calendars.public_holidays(country, years, get_language() or "").get(day, name)
        return [("", f"{words} ({name})" if name else words)]

    def warns(self, subject: str, value: Any) -> str:
        """Say which open requests would have another day, and which would be late."""
        return foreseen.in_words(foreseen.recount(self.key(subject), value))

    def published(self, subject: str) -> None:
        """Count the open requests anew, by the worker."""
        enqueue(RECOUNT)

    def _parts(self, subject: str) -> tuple[str, date]:
        found = calendars.day_of(subject)
        if found is None:
            raise ValueError(f"{subject!r} is no day of a country")
        return found
