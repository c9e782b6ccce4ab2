"""What the form of the log asks, and the one thing in its address that is sealed: the person."""

from datetime import datetime, time, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from accounts.roles import Role
from consents.forms import DayField
from consents.queries.catalogue import catalogue
from portal.dashboard.log.families import FAMILIES
from portal.dashboard.log.wanted import EVERYTHING, Wanted
from portal.lib import crypto
from portal.lib.crypto import Unsealable

ABOUT = "person in the log"


def seal(person: User, *, holder: User) -> str:
    """Return the person for an address: nobody reads it, and the holder alone uses it."""
    return crypto.seal_text(str(person.uid), about=ABOUT, holder=str(holder.uid))


def unseal(token: str, *, holder: User) -> User | None:
    """Return the person of an address, None where it was not sealed for the holder."""
    try:
        uid = UUID(crypto.unseal_text(token, about=ABOUT, holder=str(holder.uid)))
    except (Unsealable, ValueError):
        return None
    return User.objects.filter(uid=uid).first()


class PeriodForm(forms.Form):
    """Days of the reader's zone; both count."""

    since = DayField(label=_("First day"), required=False)
    until = DayField(label=_("Last day"), required=False)

    def clean(self) -> dict[str, Any]:
        """Refuse a period that ends before it begins."""
        data: dict[str, Any] = super().clean() or self.cleaned_data
        first, last = data.get("since"), data.get("until")
        if first and last and last < first:
            self.add_error("until", _("The last day is before the first one."))
        return data

    def bounds(self) -> tuple[datetime | None, datetime | None]:
        """Return the first instant that counts and the first that does not, in the active zone."""
        first, last = self.cleaned_data.get("since"), self.cleaned_data.get("until")
        return (
            midnight(first) if first else None,
            midnight(last + timedelta(days=1)) if last else None,
        )


def midnight(day: Any) -> datetime:
    """Return the beginning of a day in the active zone."""
    return timezone.make_aware(datetime.combine(day, time.min))


class LogForm(PeriodForm):
    """What is looked for. Nothing in here names a person."""

    what = forms.ChoiceField(label=_("Events"), required=False)
    staff = forms.ChoiceField(label=_("Member of staff"), required=False)
    request = forms.CharField(label=_("Request"), required=False, max_length=16)
    document = forms.CharField(label=_("Document"), required=False, max_length=200)
    purpose = forms.ChoiceField(label=_("Purpose"), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        everybody = list(User.objects.filter(role__in=(Role.SUPPORT, Role.DPO)).order_by("name"))
        self.people = {str(one.uid): one for one in everybody}
        names = [(uid, one.get_short_name()) for uid, one in self.people.items()]
        of = catalogue(timezone.now())
        purposes = [
            (one.slug, of.versions[one.pk].text().title)
            for one in of.purposes
            if one.pk in of.versions
        ]
        for field, choices in (
            ("what", _kinds()),
            ("staff", [("", _("all")), *names]),
            ("purpose", [("", _("all")), *purposes]),
        ):
            self.fields[field].choices = choices  # type: ignore[attr-defined]

    def clean_request(self) -> str:
        """References are written in capitals."""
        return str(self.cleaned_data["request"]).strip().upper()

    def clean_document(self) -> str:
        """Spaces around a reference are no part of it."""
        return str(self.cleaned_data["document"]).strip()

    def wanted(self, person: User | None) -> Wanted:
        """Return the search of a valid form."""
        data = self.cleaned_data
        since, until = self.bounds()
        return Wanted(
            since=since,
            until=until,
            what=data["what"],
            staff=self.people.get(data["staff"]),
            person=person,
            request=data["request"],
            document=data["document"],
            purpose=data["purpose"],
        )

    def query(self) -> dict[str, str]:
        """Return what the address of this search holds, but for the person."""
        return {name: str(value) for name, value in self.cleaned_data.items() if value}


def _kinds() -> list[Any]:
    """Return the kinds of events: families, and within each its codes."""
    found: list[Any] = [
        ("", _("what people and the portal did")),
        (EVERYTHING, _("everything, also what machines did")),
    ]
    for family in FAMILIES:
        codes = [(f"{family.slug}.{code}", str(words)) for code, words in family.codes().items()]
        whole = _("%(family)s: all") % {"family": family.label}
        found.append((str(family.label), [(family.slug, whole), *codes]))
    return found


class PersonForm(forms.Form):
    """Whose events are opened, and why: the person reads the reason."""

    email = forms.EmailField(label=_("E-mail address of the person"), required=False)
    reason = forms.CharField(
        label=_("Why do you open their events?"),
        help_text=_("The person can read this. Name nobody in it."),
        max_length=200,
    )
