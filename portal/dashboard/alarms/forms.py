"""What an officer fills in about alarms."""

from datetime import time
from typing import Any

from django import forms
from django.utils.formats import time_format
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from portal.dashboard.alarms.rules import Rule
from portal.dashboard.alarms.setting import Wish
from portal.dashboard.models import AlarmHook, AlarmRule, DigestWish


class Officer(forms.ModelMultipleChoiceField):  # type: ignore[type-arg] # no generic at run time
    """Officers, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """Return how colleagues call them."""
        return str(obj.get_short_name())


class Named(forms.ModelMultipleChoiceField):  # type: ignore[type-arg] # no generic at run time
    """Webhooks, by name."""

    def label_from_instance(self, obj: Any) -> str:
        """Return the name."""
        return str(obj.name)


class RuleForm(forms.Form):
    """When a rule speaks, and to whom."""

    threshold = forms.IntegerField(label=_("Threshold"))
    to_all = forms.BooleanField(label=_("Mail to every data protection officer"), required=False)
    readers = Officer(
        label=_("Or only to these"),
        queryset=User.objects.none(),
        to_field_name="uid",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    hooks = Named(
        label=_("Webhooks"),
        queryset=AlarmHook.objects.none(),
        to_field_name="uid",
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    tells_end = forms.BooleanField(label=_("Say also when the cause is gone"), required=False)

    def __init__(self, *args: Any, known: Rule, rule: AlarmRule, officers: Any, **kw: Any) -> None:
        kw.setdefault("initial", _as_set(rule))
        super().__init__(*args, **kw)
        every_hook = AlarmHook.objects.all()
        for name, found in (("readers", officers), ("hooks", every_hook)):
            self.fields[name].queryset = found  # type: ignore[attr-defined]
        if not every_hook.exists():
            self.fields.pop("hooks")
        field = self.fields["threshold"]
        field.help_text = _("%(unit)s, from %(least)s to %(most)s; as shipped: %(usual)s") % {
            "unit": str(known.unit).capitalize(), "least": known.least, "most": known.most,
            "usual": known.usual,
        }  # fmt: skip
        if known.least == known.most:
            field.widget, field.required, field.initial = forms.HiddenInput(), False, known.usual
        self.usual = known.usual

    def wish(self) -> Wish:
        """Return what a valid form asks for."""
        data = self.cleaned_data
        threshold = data.get("threshold")
        return Wish(
            threshold=self.usual if threshold is None else threshold,
            to_all=data["to_all"],
            readers=[] if data["to_all"] else list(data["readers"]),
            hooks=list(data.get("hooks", [])),
            tells_end=data["tells_end"],
        )


def _as_set(rule: AlarmRule) -> dict[str, Any]:
    return {
        "threshold": rule.threshold,
        "to_all": rule.to_all,
        "readers": [one.reader.uid for one in rule.readers.select_related("reader")],
        "hooks": [one.uid for one in rule.hooks.all()],
        "tells_end": rule.tells_end,
    }


class OffForm(forms.Form):
    """Why a rule is turned off."""

    reason = forms.CharField(
        label=_("Why should it be silent?"),
        help_text=_("The second person reads it, and it stands in the log."),
        max_length=500,
    )


class HookForm(forms.Form):
    """Where alarms are sent."""

    name = forms.CharField(label=_("Name"), max_length=80)
    url = forms.URLField(
        label=_("Address"),
        help_text=_("A public https address. It is told references, never who they are about."),
        max_length=500,
        assume_scheme="https",
    )


class KnownHookForm(HookForm):
    """The same, of one there is."""

    is_on = forms.BooleanField(label=_("Send messages to it"), required=False)


class DigestForm(forms.ModelForm):  # type: ignore[type-arg] # no generic at run time
    """When one's own digest comes."""

    hour = forms.TypedChoiceField(
        label=_("At"),
        choices=lambda: [(hour, time_format(time(hour))) for hour in range(24)],
        coerce=int,
        help_text=_("In your own time zone, which you set in your profile."),
    )

    class Meta:
        model = DigestWish
        fields = ("is_on", "hour", "even_if_quiet")
        labels = {
            "is_on": _("Send me the day in one mail"),
            "even_if_quiet": _("Also when there is nothing to say"),
        }
