"""Mail: a row first, in the transaction of the act that causes it, then a job that delivers it.

The row is written and its job queued on our own connection, so a mail leaves if, and only if, the
act is committed. The worker looks at the queue every ``Q_CLUSTER["poll"]`` seconds (0.2), so a
sign-in code leaves within the second while a worker is free; no page waits for a mail server, and
no page's duration tells whether an address is known.

A worker that dies after the server took the mail, and before the row says so, sends it again once
the lease is over: at least once, with the same Message-ID, by which mail servers and readers drop
the second copy.
"""

import logging
import smtplib
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.db.models import F, Q
from django.template import Context
from django.template.loader import get_template, render_to_string
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from portal.lib.errors import DomainError
from portal.lib.models import OutgoingMail
from portal.lib.office.contacts import controller
from portal.lib.tasks import enqueue

log = logging.getLogger(__name__)

DELIVER = "portal.lib.tasks_mail.deliver"
KEPT = timedelta(days=90)
# Longer than a conversation with a server that answers each step at its last moment
# (EMAIL_TIMEOUT), or two workers would send the same mail.
LEASE = timedelta(minutes=3)
# How long to wait after the first, second … attempt. Then the mail has failed, and staff see it.
BACKOFF = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 240, 720))
# The clocks of the web server and the worker may differ by a little.
CLOCK_SKEW = timedelta(seconds=5)
AT_A_TIME = 500

Status = OutgoingMail.Status


class NotSendable(DomainError):
    """The mail was sent, is on its way, or has been emptied."""

    code = "mail_not_sendable"


@dataclass(frozen=True)
class Words:
    """What a mail says, in one language."""

    subject: str
    text: str
    html: str


@dataclass(frozen=True)
class Wording:
    """The office's own words of one letter, filled in; ``number`` is their version.

    They are text: nothing in them is evaluated.
    """

    number: int
    subject: str
    body: str


def render(
    template: str, *, language: str, context: dict[str, Any], wording: Wording | None = None
) -> Words:
    """Render ``templates/mail/<template>.txt``: its first line is the subject.

    With a ``wording`` its words stand where the template's would; the foot is the same.

    The HTML part is the same text set in ``mail/base.html``, so that the two cannot differ.
    """
    with translation.override(language or settings.LANGUAGE_CODE):
        known = {"controller": controller(), "site_url": settings.SITE_URL} | context
        if wording is not None:
            template, known = "wording", known | {"wording": wording}
        plain = get_template(f"mail/{template}.txt").template  # type: ignore[attr-defined]
        # Plain text is not HTML: an apostrophe stays an apostrophe.
        whole = plain.render(Context(known, autoescape=False)).strip()
        subject, _line, text = whole.partition("\n")
        words = {"subject": subject.strip(), "text": text.strip()}
        return Words(**words, html=render_to_string("mail/base.html", known | words))


@transaction.atomic
def send(
    template: str,
    *,
    to: str,
    language: str,
    key: str,
    context: dict[str, Any],
    useful_for: timedelta | None = None,
    wording: Wording | None = None,
) -> OutgoingMail:
    """Write a mail and queue its delivery, in the caller's transaction.

    ``key`` makes the mail unique: sending with the same key again returns the first one. After
    ``useful_for`` the mail is not sent any more and its words are deleted. An empty ``language``
    is the site's default.
    """
    words = render(template, language=language, context=context, wording=wording)
    mail, is_new = OutgoingMail.objects.get_or_create(
        key=key,
        defaults={
            "template": template,
            "to": to,
            "language": language or settings.LANGUAGE_CODE,
            "subject": words.subject[:300],
            "text": words.text,
            "wording": wording.number if wording else 0,
            "html": words.html,
            "expires_at": timezone.now() + useful_for if useful_for else None,
        },
    )
    if is_new:
        enqueue(DELIVER, mail.pk)
    return mail


@transaction.atomic
def retry(mail: OutgoingMail) -> OutgoingMail:
    """Try a failed mail again from the start, now.

    Raises:
        NotSendable: it is not failed, or its words are deleted.
    """
    mail = OutgoingMail.objects.select_for_update().get(pk=mail.pk)
    if mail.status != Status.FAILED or not mail.text:
        raise NotSendable(_("This mail cannot be sent again."))
    mail.status, mail.attempts, mail.error = Status.WAITING, 0, ""
    mail.due_at, mail.leased_until = timezone.now(), None
    mail.save(update_fields=["status", "attempts", "error", "due_at", "leased_until"])
    enqueue(DELIVER, mail.pk)
    return mail


def deliver(mail_id: int) -> None:
    """Hand one mail to the server, if it is due and nobody else is at it."""
    mail = _claim(mail_id)
    if mail is None:
        return
    try:
        _message(mail).send()
    except (smtplib.SMTPException, OSError, ValueError) as problem:
        _record_problem(mail, problem)
    else:
        _record_success(mail)


def deliver_due() -> None:
    """Queue what is due again: after a failed attempt, or left over by a dead worker.

    A mail at which the worker died every time fails like any other, for staff to see.
    """
    now = timezone.now()
    due = OutgoingMail.objects.filter(_free(at=now), status=Status.WAITING, due_at__lte=now)
    due.filter(_NEVER_WORKED).update(status=Status.FAILED, error="worker_died")
    with transaction.atomic():
        for pk in due.order_by("due_at").values_list("pk", flat=True)[:AT_A_TIME]:
            enqueue(DELIVER, pk)


def empty_expired() -> None:
    """Delete the words of mails that are of no use any more, whether or not they were sent."""
    now = timezone.now()
    useless = OutgoingMail.objects.filter(_free(at=now), expires_at__lte=now)
    useless.filter(status=Status.WAITING).update(status=Status.FAILED, error="expired")
    useless.exclude(text="").update(**_EMPTIED)


def delete_old() -> int:
    """Delete the rows of mails older than ``KEPT``; return how many."""
    return OutgoingMail.objects.filter(created_at__lt=timezone.now() - KEPT).delete()[0]


_EMPTIED = {"subject": "", "text": "", "html": ""}
# The server will say the same again: the address does not exist, or it refuses what we say.
_FINAL = (smtplib.SMTPRecipientsRefused, smtplib.SMTPDataError)
_NEVER_WORKED = Q(attempts__gt=len(BACKOFF))


def _free(*, at: Any) -> Q:
    return Q(leased_until=None) | Q(leased_until__lt=at)


def _claim(mail_id: int) -> OutgoingMail | None:
    """Take the lease and count the attempt: whoever changes the row owns it."""
    now = timezone.now()
    taken = (
        OutgoingMail.objects.filter(_free(at=now), pk=mail_id, status=Status.WAITING)
        .filter(due_at__lte=now + CLOCK_SKEW)
        .exclude(expires_at__lte=now)
        .update(leased_until=now + LEASE, attempts=F("attempts") + 1)
    )
    return OutgoingMail.objects.get(pk=mail_id) if taken else None


def _message(mail: OutgoingMail) -> EmailMultiAlternatives:
    """Build the message; its Message-ID is the same at every attempt."""
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    message = EmailMultiAlternatives(
        mail.subject,
        mail.text,
        to=[mail.to],
        headers={
            "Message-ID": f"<mail-{mail.pk}-{mail.created_at:%Y%m%d%H%M%S%f}@{domain}>",
            "Auto-Submitted": "auto-generated",
            "Content-Language": mail.language,
        },
    )
    message.attach_alternative(mail.html, "text/html")
    return message


def _record_success(mail: OutgoingMail) -> None:
    OutgoingMail.objects.filter(pk=mail.pk).update(
        status=Status.SENT, sent_at=timezone.now(), leased_until=None, error="", **_EMPTIED
    )
    log.info("mail %s sent", mail.pk)


def _record_problem(mail: OutgoingMail, problem: Exception) -> None:
    """Write down the failure and when to try again, or that this was the last attempt."""
    error, reply = _code(problem)
    final = (isinstance(problem, _FINAL) and reply >= 500) or isinstance(problem, ValueError)
    mail.error, mail.leased_until = error, None
    if final or mail.attempts > len(BACKOFF):
        mail.status = Status.FAILED
    else:
        mail.due_at = timezone.now() + BACKOFF[mail.attempts - 1]
    mail.save(update_fields=["error", "leased_until", "status", "due_at"])
    log.warning("mail %s not sent at attempt %s: %s", mail.pk, mail.attempts, error)


def _code(problem: Exception) -> tuple[str, int]:
    """Return a short code for the failure, without the server's words, and its SMTP reply."""
    reply = 0
    if isinstance(problem, smtplib.SMTPRecipientsRefused):
        reply = max(code for code, _words in problem.recipients.values())
    elif isinstance(problem, smtplib.SMTPResponseException):
        reply = problem.smtp_code
    if reply:
        return f"smtp_{reply}", reply
    if isinstance(problem, ValueError):
        return "not_an_address", 0
    return ("timeout" if isinstance(problem, TimeoutError) else "unreachable"), 0
