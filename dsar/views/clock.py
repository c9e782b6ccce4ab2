"""The clock of a request: asking the person, going on, the country."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts import places
from accounts.models import User
from accounts.roles import SignedInRequest, support_required
from dsar import allowed, laws, office, reckoning, rules_of_time
from dsar.actions import clock as actions
from dsar.forms_clock import CountryForm, PauseForm
from dsar.models import Pause, SubjectRequest

FORM = require_http_methods(["GET", "HEAD", "POST"])


def clock_context(found: SubjectRequest, reader: User) -> dict[str, Any]:
    """Return what ``dsar/parts/clock_staff.html`` and ``clock_person.html`` show."""
    return {
        "clock": reckoning.clock_of(found, reckoning.office_today()),
        "clock_acts": allowed.acts(found, reader, rules_of_time.RULES),
        "law": laws.law_of(found),
        "country_name": places.country_name(found.country),
    }


def _staff_request(reference: str) -> SubjectRequest:
    """Return any request: the guard of the view has let support in."""
    found = SubjectRequest.objects.select_related("person").prefetch_related("pauses")
    return get_object_or_404(found, reference=reference)


@FORM
@support_required
def pause(request: SignedInRequest, reference: str) -> HttpResponse:
    """Ask the person one of the two things that stop the clock."""
    found, today = _staff_request(reference), reckoning.office_today()
    reasons = rules_of_time.reasons_to_pause(found)
    form = PauseForm(request.POST if request.method == "POST" else None, reasons=reasons)
    if form.is_valid():
        given = form.cleaned_data
        reason = Pause.Reason(given["reason"])
        asked = actions.pause(found, by=request.user, reason=reason, question=given["question"])
        said = _("Asked. The clock stands still.") if asked.stops_clock else _("Asked.")
        messages.success(request, said)
        return redirect("dsar:staff-detail", reference)
    acts = allowed.acts(found, request.user, rules_of_time.RULES)
    context = {
        "request_": found,
        "form": form,
        "verdict": acts["pause"],
        "stops_clock": rules_of_time.stops_clock(found, today),
        "days": office.PAUSE_WITHIN_DAYS.now(),
        "law": laws.law_of(found),
    }
    status = 422 if form.errors else 200
    return render(request, "dsar/clock/pause.html", context, status=status)


@require_POST
@support_required
def resume(request: SignedInRequest, reference: str) -> HttpResponse:
    """Let the clock run again without the person's answer in the portal."""
    actions.resume(_staff_request(reference), by=request.user)
    messages.success(request, _("The clock is running again."))
    return redirect("dsar:staff-detail", reference)


@FORM
@support_required
def staff_country(request: SignedInRequest, reference: str) -> HttpResponse:
    """Correct the country for the person."""
    return _country(request, _staff_request(reference), "dsar:staff-detail")


@FORM
def country(request: SignedInRequest, reference: str) -> HttpResponse:
    """Let the person say in which country they live; to anybody else it does not exist."""
    mine = SubjectRequest.objects.filter(person=request.user).prefetch_related("pauses")
    return _country(request, get_object_or_404(mine, reference=reference), "dsar:detail")


def _country(request: SignedInRequest, found: SubjectRequest, back: str) -> HttpResponse:
    given = {"country": found.country, "region": found.region}
    form = CountryForm(request.POST if request.method == "POST" else None, initial=given)
    if form.is_valid():
        moved = actions.correct_country(found, *form.place(), by=request.user)
        day = reckoning.long_date(moved.due_on)
        messages.success(request, _("Corrected. The answer comes by %(day)s.") % {"day": day})
        return redirect(back, found.reference)
    acts = allowed.acts(found, request.user, rules_of_time.RULES)
    context = {
        "request_": found,
        "form": form,
        "verdict": acts["correct_country"],
        "back": back,
        "law": laws.law_of(found),
    }
    status = 422 if form.errors else 200
    return render(request, "dsar/clock/country.html", context, status=status)
