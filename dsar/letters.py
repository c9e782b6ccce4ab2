"""What the person is told by mail, at each turn: the reference, and one clear next step.

Mails carry no link that opens anything by itself, but for the certificate: after an erasure there
is no account left to sign in to.
"""

from typing import Any

from django.conf import settings
from django.urls import reverse
from django.utils.translation import override

from dsar import authorities
from dsar.models import Message, Package, SubjectRequest
from dsar.models.requests import Kind
from portal.lib import mail


def acknowledge(request: SubjectRequest) -> None:
    """Confirm receipt, with the due date."""
    _tell(request, "received")


def confirm_withdrawal(request: SubjectRequest) -> None:
    """Confirm that the request was taken back."""
    _tell(request, "withdrawn")


def announce_extension(request: SubjectRequest) -> None:
    """Say by when, and why, inside the first month (art. 12(3))."""
    _tell(request, "extended", authority=authorities.of(request.country))


def explain_refusal(request: SubjectRequest) -> None:
    """Give ground, evidence, the authority and the court (art. 12(4))."""
    _tell(request, "refused", authority=authorities.of(request.country))


def announce_message(request: SubjectRequest, message: Message) -> None:
    """Say that staff wrote; the words themselves stay in the portal."""
    _tell(request, "message", unique=str(message.pk))


def answer(request: SubjectRequest, missing: list[str]) -> None:
    """Say that the copy is ready. An erasure is answered by its certificate instead."""
    if request.kind == Kind.ACCESS:
        _tell(request, "ready", package=request.package, has_gaps=bool(missing))


def send_certificate(request: SubjectRequest, *, to: str, path: str, has_gaps: bool) -> None:
    """Send the link to the certificate, the last mail an erased person gets from us."""
    link, authority = f"{settings.SITE_URL}{path}", authorities.of(request.country)
    _tell(request, "erased", to=to, link=link, has_gaps=has_gaps, authority=authority)


def announce_expiry(package: Package) -> None:
    """Say that the copy will be destroyed soon."""
    _tell(package.request, "expiring", package=package)


def _tell(
    request: SubjectRequest, template: str, *, to: str = "", unique: str = "", **context: Any
) -> None:
    to = to or request.person.email or ""
    if not to:
        return  # erased: nobody is left to be told
    key = ":".join(filter(None, [f"dsar-{template}", str(request.pk), unique]))
    url = settings.SITE_URL + reverse("dsar:detail", args=[request.reference])
    with override(request.language):
        known = {"request": request, "url": url, "person": request.person}
        mail.send(
            f"dsar/{template}",
            to=to,
            language=request.language,
            key=key,
            context=known | context,
        )
