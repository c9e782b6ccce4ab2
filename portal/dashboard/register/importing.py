"""Importing data uses of Fides: a look at what would come in, then drafts. Never a record."""

from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.core import signing
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.changes import actions
from accounts.roles import SignedInRequest, dpo_required
from consents.models import ProcessingRecord, Purpose
from consents.register import fides, saying
from consents.register.fides import Reading, Use
from portal.dashboard.register.views import open_change
from portal.lib.errors import DomainError

SALT = "register.import"
AN_HOUR = 3600


class UploadForm(forms.Form):
    """The file, at most :data:`fides.MOST_BYTES`."""

    file = forms.FileField(
        label=gettext_lazy("File (YAML or JSON)"),
        help_text=gettext_lazy("At most 512 kB. Nothing is kept of it before you say so."),
    )


@dataclass(frozen=True)
class Preview:
    """A use as it would come in; ``is_there``: a record or a draft of this name exists already."""

    use: Use
    title: str
    kind: str
    is_there: bool


@dpo_required
@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: SignedInRequest) -> HttpResponse:
    """Ask for a file; show what would come in and what is refused, with lines and reasons."""
    form = UploadForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        try:
            reading = fides.read(_content(form))
        except DomainError as error:
            form.add_error("file", str(error.message))
        else:
            return render(request, "dashboard/register/import.html", _context(form, reading))
    status = 422 if form.is_bound else 200
    return render(request, "dashboard/register/import.html", {"form": form}, status=status)


@dpo_required
@require_POST
def keep(request: SignedInRequest) -> HttpResponse:
    """Make a draft of each use that was chosen, unless there is one of its name by now."""
    try:
        found: dict[str, Any] = signing.loads(
            request.POST.get("uses", ""), salt=SALT, max_age=AN_HOUR
        )
    except signing.BadSignature:
        messages.error(request, _("That was too long ago: give the file again. Nothing was kept."))
        return redirect("dashboard-register-import")
    chosen = [slug for slug in request.POST.getlist("use") if slug in found]
    made = [slug for slug in dict.fromkeys(chosen) if not _is_there(slug)]
    with transaction.atomic():  # all of them, or none and a sentence
        for slug in made:
            actions.draft(
                "register", slug, found[slug], by=request.user, reason=_("Imported from Fides.")
            )
    text = ngettext("%d draft was made.", "%d drafts were made.", len(made)) % len(made)
    messages.success(request, text)
    return redirect("dashboard-register")


def _content(form: UploadForm) -> bytes:
    file = form.cleaned_data["file"]
    # One byte more than is taken shows that it is too large.
    content: bytes = file.read(fides.MOST_BYTES + 1)
    return content


def _context(form: UploadForm, reading: Reading) -> dict[str, Any]:
    drafts = {use.slug: use.draft for use in reading.uses}
    return {
        "form": form,
        "read": True,
        "previews": [
            Preview(
                use,
                saying.title(use.draft),
                saying.value(use.draft, "dpv_purpose"),
                _is_there(use.slug),
            )
            for use in reading.uses
        ],
        "refused": sorted(reading.refused, key=lambda one: one.line),
        "uses": signing.dumps(drafts, salt=SALT, compress=True),
    }


def _is_there(slug: str) -> bool:
    known = ProcessingRecord.objects.filter(slug=slug), Purpose.objects.filter(slug=slug)
    return open_change(slug) is not None or any(one.exists() for one in known)
