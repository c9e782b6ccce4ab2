"""Staff's pages of sources: what each holds, how it is doing, and trying one out."""

from typing import Any

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from accounts.actions import NamesSomebody, look
from accounts.models import AccessEvent, User
from accounts.roles import SignedInRequest, dpo_required, support_required
from dsar.sources import overview
from dsar.sources.base import SourceError
from dsar.sources.files import DescribedType


class TrialForm(forms.Form):
    """Whose data a dry run looks for, and why. The look leaves a row that the person can read."""

    email = forms.EmailField(
        label=gettext_lazy("Address of the person"),
        help_text=gettext_lazy("Somebody known here, who will see that you looked."),
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "off"}),
    )
    reason = forms.CharField(
        label=gettext_lazy("Reason"),
        help_text=gettext_lazy("Without the name or an address of the person."),
        max_length=200,
    )

    def clean_email(self) -> str:
        """Return the address as it is kept, of somebody who has proven it."""
        email: str = self.cleaned_data["email"].lower()
        self.person = User.objects.filter(addresses__email=email).first()
        if self.person is None:
            raise forms.ValidationError(_("Nobody is known here by this address."))
        return email


@require_safe
@support_required
def index(request: SignedInRequest) -> HttpResponse:
    """Show every source in words, and how it is doing."""
    shown = overview.everything()
    context = {
        "sources": shown,
        "failing": sum(one.doing.is_failing or one.is_broken for one in shown),
    }
    return render(request, "dsar/staff/sources.html", context)


@require_safe
@support_required
def detail(request: SignedInRequest, source: str) -> HttpResponse:
    """Show one source: what it holds, what is wrong with its file."""
    return _page(request, _shown(source))


@require_POST
@dpo_required
def reach(request: SignedInRequest, source: str) -> HttpResponse:
    """Go where the source lies and compare; changes nothing."""
    shown = _shown(source)
    place = _described(shown)
    try:
        return _page(request, shown, reached=place.reach())
    except SourceError as error:
        return _page(request, shown, unreachable=error.cause.label)
    except NotImplementedError:
        return _page(request, shown, cannot=True)


@require_POST
@dpo_required
def trial(request: SignedInRequest, source: str) -> HttpResponse:
    """Search for a person and show what an erasure would do; changes nothing but the look's row."""
    shown = _shown(source)
    place, form = _described(shown), TrialForm(request.POST)
    if not form.is_valid() or form.person is None:
        return _page(request, shown, form=form, status=422)
    try:
        look(
            form.person,
            by=request.user,
            kind=AccessEvent.Kind.PERSON_VIEWED,
            reference=f"source:{source}"[:60],
            reason=form.cleaned_data["reason"],
        )
    except NamesSomebody as refused:
        form.add_error("reason", str(refused.message))
        return _page(request, shown, form=form, status=422)
    try:
        emails = form.person.addresses.exclude(email=None).values_list("email", flat=True)
        return _page(request, shown, trial=place.try_out([str(email) for email in emails]))
    except SourceError as error:
        return _page(request, shown, unreachable=error.cause.label)
    except NotImplementedError:
        return _page(request, shown, cannot=True)


def _shown(slug: str) -> overview.Shown:
    shown = overview.one(slug)
    if shown is None:
        raise Http404
    return shown


def _described(shown: overview.Shown) -> DescribedType:
    """Return a source that can be tried; the portal's own and broken ones cannot."""
    if not isinstance(shown.source, DescribedType):
        raise Http404
    return shown.source


def _page(
    request: SignedInRequest, shown: overview.Shown, *, status: int = 200, **found: Any
) -> HttpResponse:
    context = {
        "shown": shown,
        "description": shown.source.describe(),
        "form": found.pop("form", None) or TrialForm(),
    }
    return render(request, "dsar/staff/source.html", context | found, status=status)
