"""Forms about people."""

from allauth.account.forms import SignupForm as AllauthSignupForm
from django import forms
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from accounts import places
from accounts.models import User


class SignupForm(AllauthSignupForm):  # type: ignore[misc]
    """Sign-up that takes as long for an address we know as for a new one."""

    def try_save(self, request: HttpRequest) -> tuple[User | None, HttpResponse | None]:
        """Hash the password in vain where allauth, making no account, would not hash it."""
        if self.account_already_exists:
            make_password(self.cleaned_data["password1"])
        saved: tuple[User | None, HttpResponse | None] = super().try_save(request)
        return saved


class ProfileForm(forms.ModelForm):  # type: ignore[type-arg]
    """What a person may say about themselves; every field may stay empty."""

    language = forms.ChoiceField(
        label=_("Language"),
        required=False,
        help_text=_("Of these pages and of the mails we send you."),
    )
    time_zone = forms.ChoiceField(
        label=_("Time zone"),
        required=False,
        help_text=_("Hours on these pages and in mails are shown in this zone."),
    )
    country = forms.ChoiceField(
        label=_("Country"),
        required=False,
        help_text=_("Where you live. It decides which law and which authority protect you."),
    )

    class Meta:
        model = User
        fields = ["name", "language", "time_zone", "country"]
        widgets = {"name": forms.TextInput(attrs={"autocomplete": "name"})}

    def __init__(self, *args: object, **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["language"].choices = places.languages()  # type: ignore[attr-defined]
        self.fields["time_zone"].choices = places.time_zones()  # type: ignore[attr-defined]
        self.fields["country"].choices = places.countries()  # type: ignore[attr-defined]


class InvitationForm(forms.Form):
    """Whom an admin invites."""

    email = forms.EmailField(
        label=_("E-mail address"),
        help_text=_("We send an invitation. The person becomes a member by accepting it."),
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    is_admin = forms.BooleanField(
        label=_("As an admin, who may invite and remove members and decide for the organisation"),
        required=False,
    )


class CodeForm(forms.Form):
    """The code of a mail."""

    code = forms.CharField(
        label=_("Code"),
        max_length=20,
        widget=forms.TextInput(attrs={"autocomplete": "one-time-code", "inputmode": "text"}),
    )
