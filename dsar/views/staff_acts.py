"""Acts on a request that need a form of their own: who asks, and ends without an answer."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods

from accounts.models import User
from accounts.roles import SignedInRequest, support_required
from dsar import queries, rules, rules_identity
from dsar.actions import closings, doubts, identity
from dsar.kinds import Proof, nature
from dsar.models import SubjectRequest
from dsar.staff_forms import ConfirmForm, DoubtForm, DuplicateForm, ForwardForm
from dsar.states import Status
from portal.lib.errors import DomainError

Fields = dict[str, Any]


@dataclass(frozen=True)
class Act:
    """One act: when it is allowed, its form, and what it says before and after."""

    title: str | Promise
    hint: str | Promise
    button: str | Promise
    done: str | Promise
    form: Callable[..., forms.Form]
    rule: Callable[[SubjectRequest, User], None]
    do: Callable[[SubjectRequest, User, Fields], object]


def _may_confirm(request: SubjectRequest, by: User) -> None:
    rules.staff_of_another(request, by)
    if request.status not in rules_identity.WAITING:
        raise rules_identity.NothingAsked(_("Who asks is known, or need not be."))


def _may_doubt(request: SubjectRequest, by: User) -> None:
    rules.staff_of_another(request, by)
    if nature(request).proof == Proof.NONE:
        raise rules_identity.NoDoubt(_("Nobody has to show who they are to object."))
    if request.status not in (Status.RECEIVED, Status.IDENTITY, Status.REVIEW):
        raise rules_identity.NoDoubt(_("It is too late, or too early, to ask who it is."))


def _may_be_duplicate(request: SubjectRequest, by: User) -> None:
    first = queries.repeated(request).first()
    if first is None:
        raise closings.NotTheSame(_("This person has no other request of this kind."))
    closings.may_close_as_duplicate(request, first, by)


ACTS: dict[str, Act] = {
    "confirm": Act(
        _("I am sure who asks"),
        _("What you write stays among the notes. Documents sent as proof are destroyed with it."),
        _("Confirm, and go on"),
        _("Confirmed. The work goes on."),
        ConfirmForm,
        _may_confirm,
        lambda request, by, given: identity.confirm_identity(request, by=by, **given),
    ),
    "doubt": Act(
        _("I doubt who asks"),
        _("Only with a reason may more be asked (art. 12(6) GDPR), and the person reads it."),
        _("Ask the person to confirm"),
        _("The person has been asked."),
        DoubtForm,
        _may_doubt,
        lambda request, by, given: doubts.doubt(request, by=by, **given),
    ),
    "duplicate": Act(
        _("Asked twice"),
        _("The person is told in which request the answer comes; a reply opens this one again."),
        _("Close as asked twice"),
        _("Closed. The person has been told where the answer comes."),
        DuplicateForm,
        _may_be_duplicate,
        lambda request, by, given: closings.close_as_duplicate(request, by=by, **given),
    ),
    "forward": Act(
        _("Somebody else decides about the data"),
        _("For data that we only process for a customer (art. 28(3)(e) GDPR)."),
        _("Pass it on, and tell the person"),
        _("Passed on. The person has been told."),
        ForwardForm,
        closings.may_forward,
        lambda request, by, given: closings.forward_to_controller(request, by=by, **given),
    ),
    "spam": Act(
        _("No request about data"),
        _("Nothing is answered. A reply of the person opens it again."),
        _("Close as no request"),
        _("Closed."),
        forms.Form,
        closings.may_close_as_spam,
        lambda request, by, given: closings.close_as_spam(request, by=by),
    ),
}


@dataclass(frozen=True)
class Offered:
    """An act on the request's page: allowed, or why not."""

    code: str
    title: str | Promise
    allowed: bool
    why_not: str | Promise = ""


def offered(request: SubjectRequest, me: User) -> list[Offered]:
    """Return the acts with whether each is allowed now; what makes no sense is left out."""
    found = []
    for code, act in ACTS.items():
        try:
            act.rule(request, me)
        except DomainError as refusal:
            found.append(Offered(code, act.title, allowed=False, why_not=refusal.message))
        else:
            found.append(Offered(code, act.title, allowed=True))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@support_required
def act(request: SignedInRequest, reference: str, act: str) -> HttpResponse:
    """Show the form of an act, and do it."""
    found = get_object_or_404(SubjectRequest.objects.select_related("person"), reference=reference)
    if act not in ACTS:
        raise Http404
    chosen, sent = ACTS[act], request.method == "POST"
    chosen.rule(found, request.user)
    form = _form(chosen, found, request.POST if sent else None)
    if sent and form.is_valid():
        chosen.do(found, request.user, form.cleaned_data)
        messages.success(request, str(chosen.done))
        return redirect("dsar:staff-detail", reference)
    context = {"request_": found, "act": chosen, "form": form}
    return render(request, "dsar/staff/act.html", context, status=422 if sent else 200)


def _form(chosen: Act, found: SubjectRequest, data: Any) -> forms.Form:
    if chosen.form is DuplicateForm:
        return DuplicateForm(data, among=queries.repeated(found))
    return chosen.form(data)
