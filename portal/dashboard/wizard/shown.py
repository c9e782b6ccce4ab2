"""What the wizard shows of a draft: how far it goes, word by word, and as people will read it."""

import re
from dataclasses import dataclass, replace
from datetime import datetime

from django.conf import settings
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.changes.models import Change
from consents.changing import drafts
from consents.models import PurposeVersion
from consents.queries import change as changed
from consents.queries import diff, notices
from consents.queries.change import Step
from consents.queries.choice import REFUSE, choice
from consents.queries.diff import Difference
from consents.queries.notices import Banner, Notice, NoticePage
from consents.standing import Origin, Stand
from portal.lib import mail
from portal.lib.mail import Words

GAP = re.compile(r"\n{3,}")  # between paragraphs: a page needs one empty line


@dataclass(frozen=True)
class Going:
    """How far a draft goes, decided by the system and by nobody else."""

    version: PurposeVersion  # as it would be published now; not saved
    before: PurposeVersion | None
    steps: list[Step]  # in what it goes further; empty if in nothing
    earliest: datetime  # aware: when it may take effect if it is agreed to now
    notice_days: int  # that would be needed

    @property
    def is_new(self) -> bool:
        """Whether there is no such purpose yet, or none that ever took effect."""
        return self.before is None


def going(change: Change) -> Going:
    """Return how far the draft goes, as of now, in the active language."""
    now = timezone.now()
    version = drafts.version_of(change.subject, change.payload, at=now)
    before = version.before
    steps = changed.steps(before, version) if before is not None or version.widens else []
    earliest = drafts.earliest(version, at=now)
    return Going(version, before, steps, earliest, version.notice_days)


def differences(
    before: PurposeVersion | None, after: PurposeVersion
) -> dict[str, list[Difference]]:
    """Return word by word what changes, by the name of the language."""
    found = {}
    for code, name in settings.LANGUAGES:
        with translation.override(code):
            in_it = diff.differences(before, after)
        found[translation.gettext(str(name))] = in_it
    return found


def mail_preview(version: PurposeVersion, code: str) -> Words:
    """Return the mail as it is going to be sent, in one language; the link is an example."""
    with translation.override(code):
        context = changed.for_mail(version)
    link = {"url": f"{settings.SITE_URL}/notices/…/"}
    words = mail.render("consents/purpose_wider", language=code, context=context | link)
    return replace(words, text=GAP.sub("\n\n", words.text))


def banner_preview(request: HttpRequest, version: PurposeVersion, code: str) -> str:
    """Return the banner of the portal's pages, in one language, by the template of those pages."""
    with translation.override(code):
        stand = Stand(allowed=False, origin=Origin.DEFAULT)
        control = choice(version.purpose, version, stand)
        only = tuple(one for one in control.offers if one.act == REFUSE)
        banner = Banner(_notice(version), replace(control, offers=only))
        return render_to_string(
            "consents/parts/banner.html", {"banner": banner, "preview": True}, request=request
        )


def page_preview(version: PurposeVersion) -> NoticePage:
    """Return the page behind the link of the mail, in the active language."""
    button = notices.label(version)
    return NoticePage(notice=_notice(version), refused_at=None, button=button)


def _notice(version: PurposeVersion) -> Notice:
    before = version.before
    steps = changed.steps(before, version)
    return Notice(version, steps, diff.differences(before, version), is_announced=True)
