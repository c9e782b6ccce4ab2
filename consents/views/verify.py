"""The public check of a receipt: for the person, a lawyer, an authority, without an account."""

import json
from typing import Any

from allauth.core import ratelimit
from django import forms
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadhandler import MemoryFileUploadHandler
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.cache import patch_cache_control
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt, csrf_protect

from consents import proofs
from consents.proofs import Verdict
from consents.queries import proof
from consents.queries.facts import Facts
from consents.queries.proof import Explain, explain_nothing


class VerifyForm(forms.Form):
    """A file, or its text."""

    file = forms.FileField(
        label=_("A file: JSON or PDF"),
        required=False,
        allow_empty_file=True,
        widget=forms.ClearableFileInput(attrs={"accept": ".json,.pdf,.jws,.txt"}),
    )
    text = forms.CharField(
        label=_("Or its text"),
        required=False,
        widget=forms.Textarea(
            attrs={"rows": 5, "spellcheck": "false", "autocomplete": "off", "class": "code"}
        ),
    )

    def given(self) -> bytes:
        """Return what there is to check, the file first; empty if there is nothing."""
        file = self.cleaned_data["file"]
        return file.read() if file else str(self.cleaned_data["text"]).encode()


class CappedInMemory(MemoryFileUploadHandler):
    """Keeps the beginning of a file in memory: enough to see that it is too large, and no more."""

    kept = 0  # bytes, of all files together

    def handle_raw_input(self, *args: Any, **kwargs: Any) -> None:
        """Take every file, whatever length the request claims."""
        self.activated = True

    def receive_data_chunk(self, raw_data: bytes, start: int) -> None:
        """Keep what lies within the limit, and one chunk more."""
        if self.kept <= proofs.LIMIT:
            self.file.write(raw_data)
            self.kept += len(raw_data)


@login_not_required
@csrf_exempt  # the token is read from the body, whose files need our handler first: see below
def verify(request: HttpRequest, explain: Explain = explain_nothing) -> HttpResponse:
    """Say what a receipt proves, or why it proves nothing. Nothing that is sent in is kept.

    ``explain`` knows what else is sealed here; the map of the site (``portal.urls``) gives it.
    """
    request.upload_handlers = [CappedInMemory(request)]
    return _verify(request, explain)


@csrf_protect
def _verify(request: HttpRequest, explain: Explain) -> HttpResponse:
    if request.method != "POST":
        return render(request, "consents/verify.html", {"form": VerifyForm()})
    limited: HttpResponse | None = ratelimit.consume_or_429(request, action="verify_receipt")
    if limited is not None:
        return limited
    form = VerifyForm(request.POST, request.FILES)
    context: dict[str, Any] = {"form": form}
    if form.is_valid():
        context |= _outcome(form.given(), explain)
    response = render(request, "consents/verify.html", context)
    patch_cache_control(response, private=True, no_store=True)
    return response


def _outcome(data: bytes, explain: Explain) -> dict[str, Any]:
    finding = proofs.examine(data)
    other = explain(finding.body) if finding.body is not None and not finding.is_receipt else None
    in_ledger, differing = proof.against_ledger(finding)
    return {
        "form": VerifyForm(),
        "finding": finding,
        "verdict": other
        if other and finding.verdict == Verdict.OTHER
        else proof.VERDICTS[finding.verdict],
        "proven": other,
        "is_good": finding.verdict in (Verdict.GENUINE, Verdict.OTHER),
        "facts": Facts(finding.body) if finding.body is not None and finding.is_receipt else None,
        "other": json.dumps(finding.body, ensure_ascii=False, indent=2),
        "text": proof.text_shown(finding),
        "changes": proof.changes(finding),
        "in_ledger": in_ledger,
        "differing": differing,
    }
