"""The supervisory authority of a country: it may move, and no letter must send people away."""

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import places
from accounts.changes.kinds import Problems
from accounts.changes.office import About, Line, OfficeKind
from dsar import authorities
from dsar.authorities import AUTHORITIES, BOARD, Authority
from portal.lib.office import store
from portal.lib.office.shapes import Field, Record, Typed, Words

FORM = Record(
    (
        Field("name", gettext_lazy("Name, as it calls itself")),
        Field("address", gettext_lazy("Postal address"), "lines", required=False),
        Field("url", gettext_lazy("Web address"), "url"),
        Field(
            "also_name",
            gettext_lazy("Another authority that can be turned to: name"),
            required=False,
        ),
        Field("also_url", gettext_lazy("Its web address"), "url", required=False),
    )
)


class AuthorityKind(OfficeKind):
    """The subject is a country ("FR") or a part of one ("US-VA")."""

    slug = "authority"
    label: Words = gettext_lazy("supervisory authority")

    def subjects(self) -> Iterable[str]:
        """Return the places we know an authority of, and those the office has added."""
        return sorted({*AUTHORITIES, *store.below(authorities.KEY)}, key=place_name)

    def knows(self, subject: str) -> bool:
        """Whether it is a country, or a part of one that is listed."""
        return subject in AUTHORITIES or subject in {code for code, _n in places.countries()}

    def about(self, subject: str) -> About:
        """Return of which country it is."""
        return About(
            name=_("Authority of %(place)s") % {"place": place_name(subject)},
            help=_("Where people who live there can complain about us."),
            affects=_("Pages, letters, receipts and certificates from now on."),
            bounds=_(
                "Each answer that refuses or delays names the authority (article 12(4) GDPR);"
                " which one is the law’s to say (article 77)."
            ),
            first=_("the list that Regard is shipped with"),
        )

    def first(self, subject: str) -> dict[str, str]:
        """Return what is listed; the Board, which knows them all, for a country that is not."""
        return _as_kept(AUTHORITIES.get(subject, BOARD))

    def fields(self, subject: str) -> list[Field]:
        """Return name and addresses."""
        return FORM.fields("")

    def typed(self, subject: str, value: Any) -> dict[str, Any]:
        """Return them."""
        return FORM.typed(value)

    def read(self, subject: str, typed: Typed) -> tuple[Any, Problems]:
        """Return the authority, or what is missing of it."""
        value, problems = FORM.read(typed)
        if value is not None and bool(value["also_name"]) != bool(value["also_url"]):
            field = "also_url" if value["also_name"] else "also_name"
            problems = {field: [_("Give both its name and its web address, or neither.")]}
        return (None, problems) if problems else (value, {})

    def say(self, subject: str, value: Any) -> list[Line]:
        """Return a line for each part."""
        return FORM.say(value)


def place_name(subject: str) -> str:
    """Return "France", or "United States (VA)"."""
    country, _dash, region = subject.partition("-")
    name = places.country_name(country)
    return f"{name} ({region})" if region else name


def _as_kept(authority: Authority) -> dict[str, str]:
    also = authority.also
    return {
        "name": authority.name,
        "address": authority.address,
        "url": authority.url,
        "also_name": also.name if also else "",
        "also_url": also.url if also else "",
    }
