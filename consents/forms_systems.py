"""What the data protection officer enters about a system that must obey."""

from typing import Any

from django import forms
from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from consents.actions.systems import Entry
from consents.models import Purpose, System
from consents.models.purposes import Control
from portal.lib import outgoing

PROMISES = [
    (10, _("10 seconds")),
    (60, _("1 minute")),
    (600, _("10 minutes")),
    (3600, _("1 hour")),
    (86400, _("1 day")),
    (7 * 86400, _("7 days")),
    (30 * 86400, _("30 days")),
]


def choosable() -> QuerySet[Purpose]:
    """Return the purposes about which there is a choice to obey."""
    return Purpose.objects.filter(control__in=[Control.CONSENT, Control.OBJECTION]).order_by(
        "position", "pk"
    )


class SystemForm(forms.Form):
    """One system; ``system`` is the one that is changed, None for a new one."""

    slug = forms.SlugField(
        label=_("Short name"),
        max_length=50,
        help_text=_("As in reports of uses, for instance search-index. It does not change later."),
    )
    name = forms.CharField(label=_("Name, as people read it"), max_length=120)
    kind = forms.ChoiceField(label=_("Who runs it"), choices=System.Kind.choices)
    webhook_url = forms.CharField(
        label=_("Address of its webhook"),
        max_length=500,
        required=False,
        help_text=_("https only. Left empty, the system is not told of choices."),
    )
    obeys = forms.ModelMultipleChoiceField(
        label=_("Purposes whose choices it obeys"),
        queryset=Purpose.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    promise = forms.TypedChoiceField(
        label=_("Time it is given to apply a choice"),
        coerce=int,
        choices=PROMISES,
        help_text=_("People are told: expected by this time."),
    )

    def __init__(self, data: Any = None, *, system: System | None = None) -> None:
        super().__init__(data, initial=_present(system) if system else {"promise": 600})
        self._system = system
        purposes = self.fields["obeys"]
        if isinstance(purposes, forms.ModelMultipleChoiceField):
            purposes.queryset = choosable()
        if system is not None:
            del self.fields["slug"], self.fields["kind"]
            _offer(self.fields["promise"], system.promise)

    def clean_slug(self) -> str:
        """Refuse a name that is an address of these pages."""
        slug: str = self.cleaned_data["slug"]
        if slug == "new":
            raise forms.ValidationError(_("Choose another short name."), code="reserved")
        return slug

    def clean_webhook_url(self) -> str:
        """Refuse an address that could not be called; nothing is looked up for that."""
        url: str = self.cleaned_data["webhook_url"].strip()
        try:
            if url:
                outgoing.checked(url)
        except outgoing.Undelivered:
            raise forms.ValidationError(
                _("Enter an https address without a name, password or # in it."), code="bad_url"
            ) from None
        return url

    def entry(self) -> Entry:
        """Return what was entered."""
        data = self.cleaned_data
        slug = self._system.slug if self._system else data["slug"]
        kind = self._system.kind if self._system else data["kind"]
        return Entry(
            slug, data["name"], data["webhook_url"], data["promise"], tuple(data["obeys"]), kind
        )


def _present(system: System) -> dict[str, Any]:
    return {
        "name": system.name,
        "webhook_url": system.webhook_url,
        "obeys": list(system.obeys.all()),
        "promise": system.promise,
    }


def _offer(field: forms.Field, seconds: int) -> None:
    """Keep a promise that is not in the list among what can be chosen."""
    if isinstance(field, forms.TypedChoiceField) and seconds not in dict(PROMISES):
        field.choices = [*PROMISES, (seconds, _("%(n)d seconds") % {"n": seconds})]
