"""Every component of docs/design.md on one page, for the eye and for axe."""

from pathlib import Path

from django import forms
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

ICONS = Path(settings.BASE_DIR) / "templates" / "components" / "icons"
DOCUMENTS = (
    ("Lease, rue des Lilas", "3 May 2026", 312),
    ("Employment contract with a title long enough to need a second line", "12 April 2026", 641),
    ("Mandate", "2 February 2026", 78),
)


class ExampleForm(forms.Form):
    """One field of each kind."""

    name = forms.CharField(help_text="As it stands in the document.")
    about = forms.ChoiceField(
        label="What is it about?",
        widget=forms.RadioSelect,
        choices=[("one", "One document"), ("all", "Everything")],
    )
    places = forms.MultipleChoiceField(
        label="Where shall we look?",
        widget=forms.CheckboxSelectMultiple,
        choices=[("doc", "Documents"), ("log", "Logs")],
        required=False,
    )
    country = forms.ChoiceField(choices=[("fr", "France"), ("de", "Germany")])
    since = forms.DateField(widget=forms.DateInput(attrs={"type": "date"}), required=False)
    message = forms.CharField(widget=forms.Textarea(attrs={"rows": 3}), required=False)
    sure = forms.BooleanField(label="I have read what will be erased and what will stay")


@login_not_required
def gallery(request: HttpRequest) -> HttpResponse:
    """Show the components; ``?errors`` shows the form with its errors.

    Raises:
        Http404: this is not the demo.
    """
    if not settings.DEMO:
        raise Http404
    context = {
        "form": ExampleForm({} if "errors" in request.GET else None),
        "documents": DOCUMENTS,
        "icons": sorted(path.stem for path in ICONS.glob("*.html")),
    }
    return render(request, "demo/components.html", context)
