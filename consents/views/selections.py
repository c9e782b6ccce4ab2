"""Choosing about several documents in one go: select, see what changes, choose, take back."""

from collections.abc import Iterable
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import BadRequest
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils import formats, timezone
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from consents.actions import selections, undoing
from consents.actions.selections import MOST, Way
from consents.forms import SelectedForm
from consents.models import Purpose
from consents.queries import selection as queries
from consents.queries.catalogue import catalogue
from consents.views.choices import require_words
from consents.views.parts import SeeOther, SignedInRequest, language, page

SELECTED = "selected_documents"  # uids alone, at most MOST: no personal data in the session


@require_http_methods(["GET", "HEAD", "POST"])
def selection(request: SignedInRequest) -> HttpResponse:
    """Keep what was ticked; show for one purpose what each choice would change."""
    if request.method == "POST":
        _remember(request, _chosen(request))
        return SeeOther(reverse("consents:selection"))
    of, slug = catalogue(timezone.now()), request.GET.get("purpose", "")[:50]
    found = queries.selection(request.user, of, _kept(request), slug, language=language())
    return page(request, "consents/selection.html", {"selection": found, "most": MOST})


@require_POST
def choose_for_selection(request: SignedInRequest) -> HttpResponse:
    """Say the same about each of the documents that were shown, in one go."""
    form = SelectedForm(request.POST)
    if not form.is_valid():
        raise BadRequest("not a choice about a selection")
    asked, purpose = (
        form.cleaned_data,
        get_object_or_404(Purpose, slug=form.cleaned_data["purpose"]),
    )
    way, uids = Way(asked["act"]), _uids(request.POST.getlist("document"))
    if way is not Way.REFUSE:
        require_words(purpose, asked["version"])
    documents = queries.selected(request.user, uids)
    events = selections.choose_for_each(
        purpose, person=request.user, by=request.user, documents=documents, way=way,
        language=language(), batch=asked["batch"],
    )  # fmt: skip
    if not events:
        messages.info(request, _("Nothing had to change: it was chosen so already."))
        there = urlencode({"purpose": purpose.slug})
        return SeeOther(f"{reverse('consents:selection')}?{there}")
    request.session.pop(SELECTED, None)
    return SeeOther(reverse("consents:selection-done", args=[events[0].batch]))


@require_safe
def selection_done(request: SignedInRequest, batch: UUID) -> HttpResponse:
    """Show what a choice about a selection did, and let it be taken back."""
    events = queries.batch_of(request.user, batch)
    if not events:
        raise Http404
    found = queries.done(request.user, events, language=language())
    return page(request, "consents/selection_done.html", {"done": found})


@require_POST
def undo_selection(request: SignedInRequest, batch: UUID) -> HttpResponse:
    """Take the choice back; what was chosen since stays."""
    if not queries.batch_of(request.user, batch):
        raise Http404
    back = undoing.undo(batch, person=request.user, by=request.user, language=language())
    at = formats.time_format(timezone.localtime(back[0].at if back else timezone.now()), "H:i:s")
    messages.success(request, _("Taken back %(at)s.") % {"at": at})
    return SeeOther(reverse("consents:selection-done", args=[batch]))


def _chosen(request: SignedInRequest) -> list[str]:
    """Return the selection after what was ticked, cleared or taken out."""
    if "clear" in request.POST:
        return []
    out = request.POST.get("remove")
    if out:
        return [uid for uid in _kept(request) if uid != out]
    ticked = request.POST.getlist("shown" if "all" in request.POST else "document")
    return [*_kept(request), *_uids(ticked)]


def _kept(request: SignedInRequest) -> list[str]:
    kept = request.session.get(SELECTED, [])
    return _uids(kept) if isinstance(kept, list) else []


def _remember(request: SignedInRequest, uids: Iterable[str]) -> None:
    request.session[SELECTED] = _uids(uids)


def _uids(texts: Iterable[str]) -> list[str]:
    """Return what is a document's number among the texts, once each, as many as one go takes."""
    found: dict[str, None] = {}
    for text in texts:
        try:
            found[str(UUID(text))] = None
        except ValueError:
            continue
        if len(found) == MOST:
            break
    return list(found)
