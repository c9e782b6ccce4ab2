"""``/demo/mail/``: the mails of the demo, in the browser, whoever they are addressed to."""

import email.policy
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from csp.decorators import csp_update
from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.clickjacking import xframe_options_sameorigin

SHOWN = 100
NAME = re.compile(r"\d{1,20}-[0-9a-f]{32}\Z")
# A mail is a stranger's page: it may bring its colours along, but runs nothing and fetches nothing.
# Its links open in the whole window, as a click in a mail program would.
STRANGER = (
    "sandbox allow-top-navigation-by-user-activation; default-src 'none'; "
    "style-src 'unsafe-inline'; img-src data:; frame-ancestors 'self'"
)


@dataclass(frozen=True)
class Mail:
    """One mail, as it was handed to the mail server."""

    name: str
    at: datetime
    recipients: list[str]
    message: EmailMessage

    @property
    def subject(self) -> str:
        """The subject, decoded."""
        return str(self.message["Subject"] or "")

    @property
    def text(self) -> str:
        """The part for readers of plain text."""
        return self._body("plain")

    @property
    def html(self) -> str:
        """The part with clothes on."""
        return self._body("html")

    @property
    def attachments(self) -> list[str]:
        """The names of what is attached."""
        return [part.get_filename() or "–" for part in self.message.iter_attachments()]

    def _body(self, kind: str) -> str:
        part = self.message.get_body(preferencelist=(kind,))
        return str(part.get_content()) if part else ""


@login_not_required
@never_cache
def inbox(request: HttpRequest) -> HttpResponse:
    """List the newest mails, those to one address with ``?to=``."""
    wanted = request.GET.get("to", "").strip().lower()
    mails = [mail for mail in _mails() if not wanted or wanted in mail.recipients]
    addresses = sorted({address for mail in _mails() for address in mail.recipients})
    context = {"mails": mails[:SHOWN], "wanted": wanted, "addresses": addresses}
    return render(request, "demo/mail.html", context)


@login_not_required
@never_cache
@csp_update({"frame-src": ["'self'"]})  # type: ignore[arg-type]  # its types know no view with arguments
def message(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail: who, when, its text, and how it looks."""
    return render(request, "demo/mail_message.html", {"mail": _get(name)})


@login_not_required
@never_cache
@xframe_options_sameorigin
def message_html(request: HttpRequest, name: str) -> HttpResponse:
    """Return the HTML of a mail, fenced in by the browser."""
    response = HttpResponse(f'<base target="_top">{_get(name).html}')
    response["Content-Security-Policy"] = STRANGER
    return response


def _mails() -> list[Mail]:
    """Return all mails, newest first."""
    files = (settings.STATE_DIR / "mail").glob("*.eml")
    return [_read(file) for file in sorted(files, key=_time, reverse=True)]


def _get(name: str) -> Mail:
    file = settings.STATE_DIR / "mail" / f"{name}.eml"
    if not NAME.match(name) or not file.exists():
        raise Http404
    return _read(file)


def _read(file: Path) -> Mail:
    message = BytesParser(policy=email.policy.default).parsebytes(file.read_bytes())
    return Mail(
        name=file.stem,
        at=datetime.fromtimestamp(_time(file) / 1e9, tz=UTC),
        recipients=str(message["X-Envelope-To"]).lower().split(", "),
        message=message,
    )


def _time(file: Path) -> int:
    """Return when the mail came, in nanoseconds since 1970; its name begins with that."""
    return int(file.name.partition("-")[0])
