"""The change of a purpose: a new version, or a new purpose with its first one."""

from collections.abc import Callable, Sequence

from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.translation import get_language, get_language_info, gettext_lazy
from django.utils.translation import gettext as _

from accounts.changes.actions import Overtaken
from accounts.changes.kinds import Difference, Problems
from accounts.changes.models import Change
from consents.actions import purposes
from consents.changing import drafts
from consents.changing.problems import problems
from consents.models import Purpose, PurposeStop, PurposeVersion
from consents.models.purposes import Control
from consents.queries import change as changed
from consents.queries import diff
from consents.register import terms
from portal.lib.canonical import sha256_of
from portal.lib.typesetting import in_series

KIND = "purpose"
POSITION = 10  # between two purposes on the page


class PurposeChange:
    """``subject`` is the slug of the purpose; the payload is that of ``drafts``."""

    slug = KIND
    label: str | Promise = gettext_lazy("Purpose")

    def titles(self, changes: Sequence[Change]) -> list[str]:
        """Return the titles as drafted, or the slugs."""
        texts = [one.payload.get("texts", {}).get(_code(), {}) for one in changes]
        return [
            drafts.text_of(text).title or one.subject
            for one, text in zip(changes, texts, strict=True)
        ]

    def path(self, change: Change) -> str:
        """Return the address of the overview."""
        return reverse("dashboard-wizard", args=[change.uid])

    def base(self, subject: str) -> str:
        """Return a hash of the last version and of what was stopped; "" for a new purpose."""
        return base_of(subject)

    def problems(self, change: Change) -> Problems:
        """Return what is wrong if it were published now: a day may have passed meanwhile."""
        return problems(change.subject, change.payload, at=timezone.now())

    def differences(self, change: Change) -> list[Difference]:
        """Return what would change, in short; word by word stands on the wizard's pages."""
        after = drafts.version_of(change.subject, change.payload, at=timezone.now())
        before = after.before
        day = timezone.localtime(after.effective_from, timezone.get_default_timezone())
        further = [str(step.label) for step in changed.steps(before, after)] if after.widens else []
        lines = [
            Difference(_("In effect from"), "", date_format(day, "DATE_FORMAT")),
            Difference(_("Goes further"), "", ", ".join(further) or _("no")),
        ]
        return lines + facts(before, after)

    def warning(self, change: Change) -> str:
        """Return what people would still read as it was, though it changes; "" if nothing."""
        after = drafts.version_of(change.subject, change.payload, at=timezone.now())
        if after.before is None and after.purpose.control == Control.NONE:
            return _("Nobody can refuse a purpose like this: it counts for everybody from its day.")
        left = left_behind(after.before, after)
        if not left:
            return ""
        return _("The words do not follow. People would read as before: %(what)s.") % {
            "what": in_series(left)
        }

    def apply(self, change: Change) -> None:
        """Publish it. The day and the notice are counted from now.

        Raises:
            Overtaken: the day it was to take effect is too near now.
            DomainError: see ``consents.actions.purposes.publish``.
        """
        now = timezone.now()
        payload = change.payload
        version = drafts.version_of(change.subject, payload, at=now)
        starts = drafts.effective_from(payload, version, at=now)
        if starts is None or starts < drafts.earliest(version, at=now):
            raise Overtaken(_("The day it was to take effect is too near now. Set another one."))
        purpose = version.purpose
        if purpose.pk is None:
            last = Purpose.objects.aggregate(last=Max("position"))["last"] or 0
            purpose.position = last + POSITION
            purpose.save(force_insert=True)
        purposes.publish(
            purpose, drafts.wording(payload), published_at=now, effective_from=starts, change=change
        )


def base_of(subject: str) -> str:
    """Return a hash of the last version of a purpose and of what was stopped; "" for none."""
    last = PurposeVersion.objects.filter(purpose__slug=subject).order_by("-number").first()
    if last is None:
        return ""
    stops = PurposeStop.objects.filter(version__purpose__slug=subject).count()
    return sha256_of([last.sha256, stops])


def facts(before: PurposeVersion | None, after: PurposeVersion) -> list[Difference]:
    """Return what stands beside the words, and which texts differ in any language."""
    lines = [
        Difference(label, said(before) if before else "", said(after))
        for label, _words, said in _facts()
    ]
    languages = [
        str(get_language_info(code)["name_translated"])
        for code in after.texts
        if _reads(before, code) != after.texts[code]
    ]
    words = Difference(_("Texts"), "", _("changed: %(codes)s") % {"codes": ", ".join(languages)})
    return [one for one in lines if one.before != one.after] + ([words] if languages else [])


def left_behind(before: PurposeVersion | None, after: PurposeVersion) -> list[str]:
    """Return which facts change while what people read of them stays, each with its languages."""
    if before is None:
        return []
    found = []
    for label, words, said in _facts():
        if not words or said(before) == said(after):
            continue
        same = [
            str(get_language_info(code)["name_translated"])
            for code, texts in after.texts.items()
            if texts.get(words) == before.texts.get(code, {}).get(words)
        ]
        if same:
            found.append(f"{label} ({', '.join(same)})")
    return found


def _facts() -> list[tuple[str, str, Callable[[PurposeVersion], str]]]:
    """Return each fact: its label, the text that tells people of it, and how it is said."""
    return [
        (_("Legal basis"), "legal", diff.basis),
        (_("Which data"), "data", lambda one: terms.listed(one.data_categories, terms.DATA)),
        (_("Recipients"), "recipients", changed.places),
        (_("How long it is kept"), "retention", changed.term),
        (_("Processing"), "", lambda one: f"{one.dpv_purpose} {one.dpv_processing}".strip()),
        (_("Safeguards"), "", changed.protection),
    ]


def _reads(version: PurposeVersion | None, code: str) -> dict[str, str] | None:
    return version.texts.get(code) if version else None


def _code() -> str:
    return (get_language() or "en").split("-")[0]
