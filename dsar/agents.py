"""Who acts for the person and gets the answer too: what they are written, and their page.

Only where the mandate says that the answer goes to them (ADR 26). Their mails hold a reference, a
sentence and a link, never an answer: what it says, and the copy, open on a page of theirs with a
code sent to the same address. The person is told of everything, as always.
"""

from django.conf import settings
from django.urls import reverse
from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from dsar.models import Mandate, SubjectRequest
from dsar.models.requests import Identity
from portal.lib import mail

# What each letter to the person means to who acts for them. Questions, words between the person and
# us, and what confirms that it is the person (art. 12(6)) are for the person alone.
NOTICES: dict[str, str | Promise] = {
    "received": _("We have received it."),
    "confirmed": _("The person said that you act for them: we go on with it."),
    "appeal": _("We have received it."),
    "due_moved": _("It will be answered on another day."),
    "extended": _("We need more time. The reason is on the page."),
    "ready": _("The copy is ready."),
    "expiring": _("The copy has not been downloaded, and will soon be destroyed."),
    "answered": _("It is answered."),
    "obeyed": _("It is answered: the use has stopped."),
    "restricted": _("The use of the data is paused."),
    "rectified": _("It is answered: the data is corrected."),
    "refused": _("It is refused. The ground, and what can be done, are on the page."),
    "erased": _("It is answered: the data is erased."),
    "withdrawn": _("The person took it back."),
    "unidentified": _("It is closed: the person did not confirm it."),
    "duplicate": _("It is answered together with an earlier one."),
    "forwarded": _("It was passed on to who decides about the data."),
    "reopened": _("It was opened again."),
}


def acting(request: SubjectRequest) -> Mandate | None:
    """Return the mandate of who says that they act for the person, whatever has become of it."""
    return getattr(request, "mandate", None)


def told(request: SubjectRequest) -> Mandate | None:
    """Return the mandate of who is written to besides the person, if anybody is.

    Who filed it themselves hears nothing before it is sure that they act for the person: a mail
    that comes or does not come would tell whether we know them.
    """
    mandate = acting(request)
    if mandate is None or not mandate.is_told:
        return None
    return mandate if may_read(request) or not mandate.is_claimed else None


def may_read(request: SubjectRequest) -> bool:
    """Whether it is sure enough who asked for the answer to be shown to who acts for them.

    A signed permission alone shows nothing: the person has confirmed it by then (CCPA § 7063(a)).
    """
    return request.identity in (Identity.PROVEN, Identity.NOT_NEEDED)


def tell(request: SubjectRequest, letter: str, *, unique: str, link: str = "") -> None:
    """Tell who acts for the person that a letter went to the person; some are nobody else's.

    ``link`` opens the certificate of an erasure, and nothing else.
    """
    mandate = told(request)
    if mandate is None or letter not in NOTICES:
        return
    mail.send(
        "dsar/agent",
        to=mandate.agent_email,
        language=request.language,
        key=":".join(filter(None, [f"dsar-agent-{letter}", str(request.pk), unique])),
        context={
            "request": request,
            "sentence": NOTICES[letter],
            "url": f"{settings.SITE_URL}{page_of(mandate)}",
            "certificate": link if letter == "erased" else "",
        },
    )


def token_of(mandate: Mandate) -> str:
    """Return the secret in the link (256 bits); the same each time it is sent."""
    told_of = f"{mandate.request.uid.hex}:{mandate.agent_email.lower()}"
    return salted_hmac("dsar.agents", told_of, algorithm="sha256").hexdigest()


def page_of(mandate: Mandate) -> str:
    """Return the path of the page of who acts for the person."""
    return reverse("dsar:agent", args=[mandate.request.reference, token_of(mandate)])


def by_token(reference: str, token: str) -> Mandate | None:
    """Return the mandate whose link this is; None if it is none, or was ended."""
    found = Mandate.objects.select_related("request__person", "request__package")
    mandate = found.filter(request__reference=reference).first()
    if mandate is None or told(mandate.request) is None:
        return None
    return mandate if constant_time_compare(token, token_of(mandate)) else None
