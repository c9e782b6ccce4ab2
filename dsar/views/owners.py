"""For the owner of a source: the link from our mail, the code, what is asked, and the answer."""

from collections.abc import Callable
from datetime import datetime, timedelta
from functools import wraps
from typing import Any

from allauth.core import ratelimit
from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseNotAllowed
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _

from consents.actions.links import Entered
from consents.links import masked
from consents.signer_forms import CodeForm
from consents.views.parts import SeeOther
from consents.views.signer import SAID, _closed_to_all
from dsar.actions import outside, owners
from dsar.models import OutsideTask
from dsar.outside_forms import AnswerForm
from dsar.sources.base import label_of
from portal.lib.errors import DomainError

View = Callable[..., HttpResponseBase]
IDLE = timedelta(minutes=30)  # then the page closes by itself
OPENED, SENT, SHOWN = "opened_tasks", "task_codes_sent", "tasks_shown"


def by_link(*methods: str, opened: bool = False) -> Callable[[View], View]:
    """Let a view receive the question of the token in its URL, or answer why there is none.

    No cache keeps the answer, no search engine finds it. ``opened``: the code was entered in this
    browser, and lately.
    """

    def decorate(view: View) -> View:
        @login_not_required
        @wraps(view)
        def answer(request: HttpRequest, token: str) -> HttpResponseBase:
            task = outside.task_of(token)
            options = owners.options_of(task) if task else None
            if task is None or options is None:
                return _closed_to_all(render(request, "dsar/outside/unknown.html", status=404))
            _speak(request, options["language"])
            now = timezone.now()
            if not task.is_open(now):
                return _closed_to_all(_ended(request, task))
            if request.method not in methods:
                is_read = request.method in ("GET", "HEAD")
                there = redirect("dsar:owner", token)
                return _closed_to_all(there if is_read else HttpResponseNotAllowed(methods))
            if opened and not _is_open(request, task, now=now):
                messages.info(request, _("The page has closed. Ask for a new code to open it."))
                return _closed_to_all(SeeOther(reverse("dsar:owner", args=[token])))
            return _closed_to_all(view(request, task))

        return answer

    return decorate


@by_link("GET", "HEAD")
def page(request: HttpRequest, task: OutsideTask) -> HttpResponseBase:
    """Say who asks and for what; once the code was entered, about whom, and take the answer."""
    if _is_open(request, task, now=timezone.now()):
        return _opened_page(request, task, _form(task))
    return _door_page(request, task, CodeForm())


@by_link("POST")
def send_code(request: HttpRequest, task: OutsideTask) -> HttpResponseBase:
    """Send a code to the owner, and to nobody else."""
    limited = _limit(request, task, "send_link_code")
    if limited is not None:
        return limited
    owners.send_code(task)
    _note(request, SENT, task, timezone.now())
    return SeeOther(_path(task) + "#code")


@by_link("POST")
def open_(request: HttpRequest, task: OutsideTask) -> HttpResponseBase:
    """Open the page with the code."""
    limited = _limit(request, task, "open_link")
    if limited is not None:
        return limited
    form = CodeForm(request.POST)
    if form.is_valid():
        entered = owners.enter_code(task, form.cleaned_data["code"])
        if entered is Entered.RIGHT:
            request.session.cycle_key()
            _note(request, OPENED, task, timezone.now())
            return SeeOther(_path(task))
        form.add_error("code", str(SAID[entered]))
    return _door_page(request, task, form, status=422)


@by_link("POST", opened=True)
def show(request: HttpRequest, task: OutsideTask) -> HttpResponseBase:
    """Show whom it is about, and put that on record."""
    owners.show(task)
    _note(request, SHOWN, task, timezone.now())
    return SeeOther(_path(task) + "#person")


@by_link("POST", opened=True)
def answer(request: HttpRequest, task: OutsideTask) -> HttpResponseBase:
    """Take the answer; what was typed stays where something is missing."""
    form = _form(task, request)
    if form.is_valid():
        try:
            with transaction.atomic():
                given = form.cleaned_data
                taken = owners.answer(task, given, given.get("enclosed", []))
        except outside.NotOpen:
            return SeeOther(_path(task))
        except DomainError as refusal:
            form.add_error("enclosed" if "enclosed" in form.fields else None, str(refusal.message))
        else:
            if taken in (outside.Accepted.TAKEN, outside.Accepted.SAME):
                for name in (OPENED, SENT, SHOWN):
                    request.session.get(name, {}).pop(task.uid.hex, None)
                request.session.modified = True
            return SeeOther(_path(task))
    return _opened_page(request, task, form, status=422)


def _form(task: OutsideTask, request: HttpRequest | None = None) -> AnswerForm:
    data, files = (request.POST, request.FILES) if request else (None, None)
    return AnswerForm(data, files, action=task.action, held=_held(task) is not None)


def _held(task: OutsideTask) -> Any:
    """Return the thing that a legal hold keeps, if there is one: it must not be erased."""
    if task.action != "erase":
        return None
    items = task.request.items.filter(source=task.source, done_at=None)
    return next((item for item in items if item.stays), None)


def _door_page(
    request: HttpRequest, task: OutsideTask, form: CodeForm, *, status: int = 200
) -> HttpResponse:
    sent = task.uid.hex in request.session.get(SENT, {}) or form.is_bound
    context = _common(task) | {"form": form, "sent": sent}
    return render(request, "dsar/outside/door.html", context, status=status)


def _opened_page(
    request: HttpRequest, task: OutsideTask, form: AnswerForm, *, status: int = 200
) -> HttpResponse:
    person, options = task.request.person, owners.options_of(task) or {}
    known = {person.email, *person.addresses.values_list("email", flat=True)}
    emails = sorted(email for email in known if email)
    shown = task.uid.hex in request.session.get(SHOWN, {})
    context = _common(task) | {
        "form": form,
        "shown": shown,
        "name": person.name if shown else _initials(person.name),
        "emails": emails if shown else [masked(email) for email in emails],
        "what_to_do": options.get("what_to_do", ""),
        "held": _held(task),
    }
    return render(request, "dsar/outside/task.html", context, status=status)


def _ended(request: HttpRequest, task: OutsideTask) -> HttpResponse:
    """Say that it was answered, or why there is nothing to answer any more."""
    answered = task.verdict in (
        OutsideTask.Verdict.DONE, OutsideTask.Verdict.NOT_FOUND, OutsideTask.Verdict.EXCEPTION,
    )  # fmt: skip
    template = "dsar/outside/done.html" if answered else "dsar/outside/ended.html"
    context = _common(task) | {"over": timezone.now() >= task.due_at}
    return render(request, template, context, status=200 if answered else 410)


def _common(task: OutsideTask) -> dict[str, Any]:
    options = owners.options_of(task) or {}
    return {
        "task": task,
        "token": outside.token_of(task),
        "source": label_of(task.source),
        "reference": task.request.reference,
        "owner": masked(options.get("owner", "")),
    }


def _initials(name: str) -> str:
    """Return a name by its first letters only."""
    return " ".join(f"{word[:1]}…" for word in name.split()[:4])


def _is_open(request: HttpRequest, task: OutsideTask, *, now: datetime) -> bool:
    """Whether this browser has opened the page and not been idle since; being asked is use."""
    used = request.session.get(OPENED, {}).get(task.uid.hex)
    if used is None or now.timestamp() - used > IDLE.total_seconds():
        return False
    _note(request, OPENED, task, now)
    return True


def _note(request: HttpRequest, name: str, task: OutsideTask, now: datetime) -> None:
    request.session.setdefault(name, {})[task.uid.hex] = now.timestamp()
    request.session.modified = True


def _speak(request: HttpRequest, language: str) -> None:
    """Speak the language that the file says, unless another was chosen on a page."""
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(language)
        request.LANGUAGE_CODE = language


def _path(task: OutsideTask) -> str:
    return reverse("dsar:owner", args=[outside.token_of(task)])


def _limit(request: HttpRequest, task: OutsideTask, action: str) -> HttpResponse | None:
    limited: HttpResponse | None = ratelimit.consume_or_429(
        request, action=action, key=task.uid.hex
    )
    return limited
