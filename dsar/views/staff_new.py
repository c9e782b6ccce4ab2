"""Staff enter what came in by post, telephone, e-mail, or through an agent."""

from datetime import datetime, time, timedelta
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.actions import look
from accounts.models import AccessEvent, Address, User
from accounts.proven import person_for_claimed_address
from accounts.roles import SignedInRequest, support_required
from dsar import actions, rules
from dsar.actions.requests import Agent
from dsar.entry_forms import EntryForm, EntryWhoForm
from dsar.intake_forms import ANSWERS, KINDS, AnswersForm
from dsar.models import Attachment, Mandate, SubjectRequest
from dsar.models.requests import Channel, Kind
from dsar.states import OPEN
from portal.lib.errors import DomainError

# An earlier request is shown as a possible repetition for so long.
RECENT = timedelta(days=90)


@require_http_methods(["GET", "HEAD", "POST"])
@support_required
def new(request: SignedInRequest) -> HttpResponse:
    """First who and what; then, with what they asked before in sight, the rest.

    The address is posted, so that it stands in no URL.
    """
    who = EntryWhoForm(request.POST or None)
    if not who.is_valid():
        status = 422 if who.is_bound else 200
        return render(request, "dsar/staff/new.html", {"form": who}, status=status)
    kind = Kind(who.cleaned_data["kind"])
    if "received_on" not in request.POST:
        initial = _initial(_known(who.cleaned_data["email"]))
        return _second_step(request, who, EntryForm(initial=initial), _answers(kind, None))
    entry, answers = EntryForm(request.POST, request.FILES), _answers(kind, request.POST)
    if not entry.is_valid() or not answers.is_valid():
        return _second_step(request, who, entry, answers, status=422)
    try:
        filed = _file(request.user, who.cleaned_data["email"], kind, entry, answers)
    except rules.AlreadyOpen as already:
        entry.add_error(None, str(already.message))
    except DomainError as refused:
        entry.add_error(None, str(refused.message))
    else:
        messages.success(request, _("Entered as %(ref)s.") % {"ref": filed.reference})
        return redirect("dsar:staff-detail", filed.reference)
    return _second_step(request, who, entry, answers, status=422)


def possible_duplicates(person: User | None, kind: Kind) -> list[SubjectRequest]:
    """Return what the same person asks, or lately asked, of the same kind; newest first."""
    if person is None:
        return []
    asked = person.subject_requests.filter(kind=kind)
    since = timezone.now() - RECENT
    recent = [one for one in asked.order_by("-id")[:50] if one.is_open or one.received_at >= since]
    return recent[:10]


@transaction.atomic
def _file(
    by: User, email: str, kind: Kind, entry: EntryForm, answers: AnswersForm
) -> SubjectRequest:
    given = entry.cleaned_data
    enclosed = [(Attachment.Role.SCAN, one) for one in given["scan"]]
    enclosed += [(Attachment.Role.MANDATE, one) for one in given["mandate"]]
    return actions.open_request(
        kind,
        person=person_for_claimed_address(email, language=given["language"]),
        by=by,
        language=given["language"],
        channel=Channel(given["channel"]),
        country=given["country"],
        region=given["region"],
        received_at=_moment(given["received_on"]),
        agent=_agent(given),
        enclosed=enclosed,
        **answers.answers(),
    )


def _agent(given: dict[str, Any]) -> Agent | None:
    if not given["agent_name"]:
        return None
    return Agent(
        name=given["agent_name"],
        email=given["agent_email"],
        proof=Mandate.Proof(given["proof"] or Mandate.Proof.NONE),
        answer_to_agent=given["answer_to_agent"],
    )


def _moment(day: Any) -> datetime:
    """Return an instant of a day in the office's zone: now, where it is today."""
    zone = timezone.get_default_timezone()
    now = timezone.now()
    if day == timezone.localdate(now, zone):
        return now
    return datetime.combine(day, time(12), tzinfo=zone)


def _answers(kind: Kind, posted: Any) -> AnswersForm:
    """Return the questions of the kind; staff confirm nothing in the person's place."""
    form = ANSWERS[kind](posted)
    form.fields.pop("understood", None)
    return form


def _initial(person: User | None) -> dict[str, Any]:
    """Propose today, and what the person has said of themselves, else what is likely here."""
    country, language = (person.country, person.language) if person else ("", "")
    return {
        "received_on": timezone.localdate(timezone=timezone.get_default_timezone()),
        "country": country or settings.CONTROLLER["country"],
        "language": language or get_language() or settings.LANGUAGE_CODE,
    }


def _second_step(
    request: SignedInRequest,
    who: EntryWhoForm,
    entry: EntryForm,
    answers: AnswersForm,
    *,
    status: int = 200,
) -> HttpResponse:
    kind = Kind(who.cleaned_data["kind"])
    person = _known(who.cleaned_data["email"])
    if person is not None and not entry.is_bound:
        look(person, by=request.user, kind=AccessEvent.Kind.PERSON_VIEWED)
    found = possible_duplicates(person, kind)
    context = {
        "who": who,
        "title": KINDS[kind][0],
        "form": entry,
        "answers": answers,
        "duplicates": found,
        "open": [one for one in found if one.status in OPEN],
        "agent_open": entry.is_bound and bool(entry.data.get("agent_name")),
    }
    return render(request, "dsar/staff/new_details.html", context, status=status)


def _known(email: str) -> User | None:
    """Return whose address it is here, if anybody's; nothing is made."""
    address = Address.objects.select_related("person").filter(email=email).first()
    if address is not None and address.person is not None:
        return address.person
    return User.objects.filter(email=email).first()
