"""People by their exact address, and outgoing mail: what did not arrive, why, and once more."""

from dataclasses import dataclass
from datetime import datetime

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.actions import look
from accounts.models import AccessEvent, User
from accounts.roles import SignedInRequest, support_required
from dsar import mail_names
from dsar.models import SubjectRequest
from portal.lib import keyset, mail
from portal.lib.models import OutgoingMail

AT_A_TIME = 50
STATES: dict[str, tuple[str | Promise, list[str]]] = {
    "undelivered": (gettext_lazy("Not gone out"), ["waiting", "failed"]),
    "failed": (gettext_lazy("Failed"), ["failed"]),
    "waiting": (gettext_lazy("Waiting"), ["waiting"]),
    "sent": (gettext_lazy("Sent"), ["sent"]),
}
ABOUT: dict[str, tuple[str | Promise, str]] = {
    "": (gettext_lazy("All mail"), ""),
    "dsar/": (gettext_lazy("To people, about requests"), "dsar/"),
    "dsar/staff/": (gettext_lazy("To staff, about requests"), "dsar/staff/"),
}
# Codes of portal.lib.mail, which keeps none of the server's words: they quote addresses.
CAUSES: dict[str, str | Promise] = {
    "unreachable": gettext_lazy("The mail server could not be reached."),
    "timeout": gettext_lazy("The mail server did not answer in time."),
    "not_an_address": gettext_lazy("The address is none that mail can be sent to."),
    "worker_died": gettext_lazy("The worker stopped at every attempt."),
    "expired": gettext_lazy("It was of no use any more before it could be sent."),
}


@require_http_methods(["GET", "HEAD", "POST"])
@support_required
def people(request: SignedInRequest) -> HttpResponse:
    """Find a person by their exact address: nobody browses people here.

    The search itself is a look at the person's file and leaves its row. It is posted, so that no
    address stands in a URL, and with that in histories and in the logs of servers.
    """
    address = request.POST.get("email", "").strip().lower().replace("\0", "")[:254]
    found = User.objects.filter(addresses__email=address).first() if address else None
    if found is not None:
        look(found, by=request.user, kind=AccessEvent.Kind.PERSON_VIEWED)
    context = {
        "address": address,
        "found": found,
        "requests": found.subject_requests.order_by("-id")[:50] if found else [],
    }
    return render(request, "dsar/staff/people.html", context)


@dataclass(frozen=True)
class Sent:
    """A mail as the list shows it: what it is about, and the cause of a failure in words."""

    mail: OutgoingMail
    reference: str
    cause: str
    again_at: datetime | None

    @property
    def name(self) -> mail_names.Words:
        """What it is called."""
        return mail_names.name_of(self.mail.template)

    @property
    def may_be_sent_again(self) -> bool:
        """Whether it failed and still has its words."""
        return self.mail.status == "failed" and bool(self.mail.text)


@require_safe
@support_required
def outbox(request: SignedInRequest) -> HttpResponse:
    """Show mail that did not go out, and why; addresses are not shown."""
    state = request.GET.get("state", "")
    about = request.GET.get("about", "")
    state = state if state in STATES else "undelivered"
    about = about if about in ABOUT else ""
    found = OutgoingMail.objects.filter(status__in=STATES[state][1])
    page = keyset.page(
        found.filter(template__startswith=ABOUT[about][1]),
        by="created_at",
        size=AT_A_TIME,
        older=request.GET.get("older", ""),
        newer=request.GET.get("newer", ""),
    )
    kept = {name: code for name, code in (("state", state), ("about", about)) if code}
    context = {
        "mails": _shown(page.rows),
        "states": [(code, label) for code, (label, _in) in STATES.items()],
        "kinds": [(code, label) for code, (label, _begins) in ABOUT.items()],
        "state": state,
        "about": about,
        "failed": OutgoingMail.objects.filter(status="failed").count(),
        "older": f"?{urlencode(kept | {'older': page.older})}" if page.older else "",
        "newer": f"?{urlencode(kept | {'newer': page.newer})}" if page.newer else "",
    }
    return render(request, "dsar/staff/outbox.html", context)


def _shown(mails: list[OutgoingMail]) -> list[Sent]:
    """Return the mails with the references of the requests they are about, in one query."""
    keys = {mail.pk: _request_of(mail) for mail in mails}
    ids = [pk for pk in keys.values() if pk is not None]
    named = dict(SubjectRequest.objects.filter(pk__in=ids).values_list("pk", "reference"))
    return [
        Sent(
            one,
            named.get(keys[one.pk] or 0, ""),
            _cause(one.error),
            one.due_at if one.status == "waiting" and one.attempts else None,
        )
        for one in mails
    ]


def _request_of(mail: OutgoingMail) -> int | None:
    """Return the request that a key like ``dsar-received:42:…`` names."""
    what, _colon, rest = mail.key.partition(":")
    pk = rest.partition(":")[0]
    named = what.startswith(("dsar-", "staff-")) and pk.isascii() and pk.isdecimal()
    return int(pk) if named and len(pk) < 19 else None


def _cause(code: str) -> str:
    if code.startswith("smtp_"):
        return _("The mail server refused it (%(code)s).") % {"code": code.removeprefix("smtp_")}
    return str(CAUSES.get(code, code))


@require_POST
@support_required
def resend(request: SignedInRequest, pk: int) -> HttpResponse:
    """Try a failed mail again."""
    mail.retry(get_object_or_404(OutgoingMail, pk=pk))
    messages.success(request, _("The mail is tried again."))
    return redirect("dsar:outbox")
