"""What who acts for the person does with their link, and the end of it (ADR 26)."""

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from consents.actions.links import Entered
from dsar import agents, letters, rules
from dsar.actions import ask_codes
from dsar.actions.downloads import CopyGone
from dsar.actions.lifecycle import Code, lock, note
from dsar.models import Mandate, Package, SubjectRequest
from portal.lib import mail
from portal.lib.errors import DomainError


class NotWrittenTo(DomainError):
    """Nobody is written to besides the person, or not any more."""

    code = "not_written_to"


@transaction.atomic
def send_code(mandate: Mandate, *, browser: str) -> None:
    """Mail a code to who acts for the person, and to nobody else; it works in this browser."""
    row, code = ask_codes.new_code(_owner(mandate), browser=browser)
    mail.send(
        "dsar/agent_code",
        to=mandate.agent_email,
        language=mandate.request.language,
        key=f"ask-code:{row.pk}",
        context={"code": code, "reference": mandate.request.reference},
        useful_for=ask_codes.LIVES,
    )


def enter_code(mandate: Mandate, code: str, *, browser: str) -> Entered:
    """Say whether the code is right, and use it up if it is."""
    return ask_codes.enter_short(_owner(mandate), code, browser=browser)


@transaction.atomic
def hand_over(mandate: Mandate) -> Package:
    """Return the copy, to be streamed to who acts for the person; the person is told by mail.

    The view calls this after a code, entered lately in this browser.

    Raises:
        NotWrittenTo: the mandate was ended, or the person has not confirmed the request.
        CopyGone: there is none, or it has been destroyed.
    """
    request = lock(mandate.request_id)
    if agents.told(request) is None or not agents.may_read(request):
        raise NotWrittenTo(_("The copy is not given to you, or not yet."))
    package = Package.objects.select_for_update().filter(request=request).first()
    if package is None or not package.is_ready(timezone.now()):
        raise CopyGone(_("This copy has been destroyed. You can ask for a new one at any time."))
    package.downloads += 1
    package.save(update_fields=["downloads"])
    note(request, Code.DOWNLOADED, by=None, to="agent")
    letters.agent_took(request, package)
    return package


@transaction.atomic
def end(request: SubjectRequest, *, by: User) -> SubjectRequest:
    """Write no more to who acts for the person; their link opens nothing any more.

    A mandate can be ended at any time and without a reason: by the person, or by support for them.

    Raises:
        StaffOnly, NotYourOwn: see ``rules``. NotWrittenTo: nobody was written to.
    """
    request = lock(request)
    if by.pk != request.person_id:
        rules.staff_of_another(request, by)
    mandate = agents.told(request)
    if mandate is None:
        raise NotWrittenTo(_("Nobody is written to besides the person."))
    mandate.answer_to_agent = False
    mandate.save(update_fields=["answer_to_agent"])
    note(request, Code.MANDATE_ENDED, by=by)
    return request


def _owner(mandate: Mandate) -> str:
    return f"mandate:{mandate.pk}"
