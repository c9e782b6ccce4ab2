"""Choosing: one act, the same way in both directions."""

from uuid import UUID

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.exceptions import BadRequest
from django.db.models import Exists, OuterRef
from django.http import HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.http import urlencode
from django.utils.translation import gettext_lazy as _
from django_htmx.http import HttpResponseClientRedirect

from accounts.models import Organisation, User
from consents.actions import choices
from consents.forms import ChoiceForm
from consents.models import ChoiceEvent, Document, Purpose, PurposeVersion
from consents.queries.choice import ALLOW, REFUSE
from consents.views.parts import SeeOther, SignedInRequest, back, language, remember_saved
from portal.lib.errors import DomainError


class WordsHaveChanged(DomainError):
    """The person agreed to words that are no longer in force: nothing was agreed to."""

    code = "words_have_changed"


# Not behind the sign-in itself: htmx could not follow to it, and the person would see nothing.
@login_not_required
def choose(request: SignedInRequest, slug: str) -> HttpResponse:
    """Record one act of choice and return to the page it was done on."""
    home = reverse("consents:purpose", args=[slug])
    if request.method in ("GET", "HEAD"):  # a reload, or the way back from signing in
        return redirect(home)
    if request.method != "POST":
        return HttpResponseNotAllowed(["POST"])
    there = back(request, home)
    if not request.user.is_authenticated:
        return _sign_in(request, there)
    event = _choose(request, get_object_or_404(Purpose, slug=slug))
    remember_saved(request, event)
    key = f"choice-{slug}-{event.within.uid}" if event.within else f"choice-{slug}"
    return SeeOther(f"{there}#{key}")


def _choose(request: SignedInRequest, purpose: Purpose) -> ChoiceEvent:
    form = ChoiceForm(request.POST)
    if not form.is_valid():
        raise BadRequest("not a choice")
    asked, person = form.cleaned_data, request.user
    document = _document(person, asked["document"])
    within = _organisation(person, asked["organisation"])
    if asked["act"] != REFUSE:
        require_words(purpose, asked["version"])
        act = choices.allow if asked["act"] == ALLOW else choices.follow_again
        return act(
            purpose, person=person, by=person, document=document, within=within, language=language()
        )
    return choices.refuse(
        purpose, person=person, by=person, document=document, within=within, language=language()
    )


def require_words(purpose: Purpose, number: int | None) -> None:
    """Refuse a yes to words that are not those in force. A no is always taken."""
    versions = PurposeVersion.objects.in_force(timezone.now()).filter(purpose=purpose)
    version = versions.first()
    if version is not None and version.number != number:
        raise WordsHaveChanged(
            _(
                "The words of this purpose changed while the page was open. Nothing was saved. "
                "Go back, read the new words, and choose again."
            )
        )


def _document(person: User, uid: UUID | None) -> Document | None:
    if uid is None:
        return None
    return get_object_or_404(Document.objects.visible_to(person), uid=uid)


def _organisation(person: User, uid: UUID | None) -> Organisation | None:
    """Return the organisation if the person has a document of it; else it does not exist."""
    if uid is None:
        return None
    theirs = Document.objects.visible_to(person).filter(organisation=OuterRef("pk"))
    return get_object_or_404(Organisation.objects.filter(Exists(theirs)), uid=uid)


def _sign_in(request: SignedInRequest, there: str) -> HttpResponse:
    sign_in = f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': there})}"
    return HttpResponseClientRedirect(sign_in) if request.htmx else HttpResponseRedirect(sign_in)
