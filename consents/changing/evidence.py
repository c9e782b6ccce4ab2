"""The changes about evidence: a measurement is recorded; the gate asks for one, or does not."""

from collections.abc import Sequence
from typing import Any

from django.template.defaultfilters import filesizeformat
from django.urls import reverse
from django.utils.formats import date_format, number_format
from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from accounts.changes.kinds import Difference, Problems
from accounts.changes.models import Change
from consents.actions import evidence as actions
from consents.actions.evidence import Measurement
from consents.changing.measured import file_of, measurement, problems
from consents.models import Evidence, EvidenceFile, Purpose
from consents.models.evidence import end_of
from consents.queries.titles import titles_of
from portal.lib.canonical import sha256_of
from portal.lib.errors import DomainError
from portal.lib.typesetting import percent

KIND, POLICY = "evidence", "evidence_policy"
# Said where somebody wants the gate to ask no more, with what they can do instead.
STAYS: str | Promise = gettext_lazy(
    "Where the gate asks for evidence it goes on asking: to ask no more would open what is closed "
    "for people, and nobody would have told them. Record new evidence; or draft a version of the "
    "purpose that no longer claims that the data are anonymous: it goes further, so people are "
    "told before and asked again."
)


class GoesOnAsking(DomainError):
    """That the gate asks for evidence is not taken back."""

    code = "evidence_goes_on_being_asked_for"


class EvidenceChange:
    """``subject`` is the slug of the purpose; the payload is what was typed of a measurement."""

    slug = KIND
    label: str | Promise = gettext_lazy("Evidence")

    def titles(self, changes: Sequence[Change]) -> list[str]:
        """Return what each is evidence for."""
        said, names = _("Evidence for “%(purpose)s”"), titles_of(one.subject for one in changes)
        return [said % {"purpose": names.get(one.subject, one.subject)} for one in changes]

    def path(self, change: Change) -> str:
        """Return the address of the draft."""
        return reverse("dashboard-evidence-draft", args=[change.uid])

    def base(self, subject: str) -> str:
        """Return a hash of the last evidence there is; "" if none."""
        last = Evidence.objects.filter(purpose__slug=subject).order_by("-pk").first()
        return sha256_of(str(last.uid)) if last else ""

    def problems(self, change: Change) -> Problems:
        """Return what is missing or cannot be."""
        return problems(change.subject, change.payload)

    def differences(self, change: Change) -> list[Difference]:
        """Return all that would be published, and the report, against the last evidence."""
        if self.problems(change):
            return []
        evidence = Evidence.objects.filter(purpose__slug=change.subject).select_related("file")
        last, file = evidence.order_by("-pk").first(), file_of(change.payload)
        new = Evidence(purpose_id=0, **_columns(measurement(change.payload)))
        before = _said(last) if last else {}
        lines = [
            Difference(label, before.get(label, ""), said) for label, said in _said(new).items()
        ]
        path = reverse("dashboard-evidence-file", args=[file.uid]) if file else ""
        old = _report(last.file if last else None)
        report = Difference(_("The report"), old, _report(file), path)
        return [*lines, report]

    def apply(self, change: Change) -> None:
        """Record it in the name of its author."""
        purpose = Purpose.objects.get(slug=change.subject)
        actions.record(
            purpose, measurement(change.payload), by=change.author,
            file=file_of(change.payload), change=change,
        )  # fmt: skip


class EvidencePolicyChange:
    """That the gate is closed without evidence, from now on. The payload is ``{"closes": True}``.

    The other direction is refused: people would have less than they have, without a word to them.
    """

    slug = POLICY
    label: str | Promise = gettext_lazy("Rule about evidence")

    def titles(self, changes: Sequence[Change]) -> list[str]:
        """Return what is asked for, of which purpose each."""
        said = _("Whether “%(purpose)s” stops without evidence")
        names = titles_of(one.subject for one in changes)
        return [said % {"purpose": names.get(one.subject, one.subject)} for one in changes]

    def path(self, change: Change) -> str:
        """Return the address of the purpose's evidence."""
        return reverse("dashboard-evidence-purpose", args=[change.subject])

    def base(self, subject: str) -> str:
        """Return a hash of how it is now."""
        return sha256_of(_asks(subject))

    def problems(self, change: Change) -> Problems:
        """Return whether nothing would change, or less would be asked for."""
        if not Purpose.objects.filter(slug=change.subject).exists():
            return {"": [_("There is no such purpose.")]}
        if not change.payload.get("closes"):
            return {"": [str(STAYS)]}
        return {"": [_("It is like this already.")]} if _asks(change.subject) else {}

    def differences(self, change: Change) -> list[Difference]:
        """Return how it is and how it would be."""
        words = {True: _("stops"), False: _("goes on, and the page says that nothing proves it")}
        closes = bool(change.payload.get("closes"))
        return [
            Difference(_("Without valid evidence"), words[_asks(change.subject)], words[closes])
        ]

    def apply(self, change: Change) -> None:
        """Let the gate ask.

        Raises:
            GoesOnAsking: it was to ask no more.
        """
        if not change.payload.get("closes"):
            raise GoesOnAsking(STAYS)
        actions.ask_for(Purpose.objects.get(slug=change.subject))


def words_of(words: dict[str, str]) -> str:
    """Return words by language in the active one, else in English."""
    return words.get((get_language() or "en").split("-")[0]) or words.get("en", "")


def _asks(slug: str) -> bool:
    return Purpose.objects.filter(slug=slug, needs_evidence=True).exists()


def _columns(measured: Measurement) -> dict[str, Any]:
    return {
        **{name: one for name, one in vars(measured).items() if name != "valid_until"},
        "expires_at": end_of(measured.valid_until),
    }


def _said(one: Evidence) -> dict[str, str]:
    """Return evidence in short lines, by label."""
    again, words = one.reidentified, _in_each_language
    return {
        _("Measured on"): date_format(one.measured_on, "DATE_FORMAT"),
        _("How"): one.get_method_display(),
        _("How it was measured, for everybody"): words(one.method_words),
        _("On which data"): words(one.dataset),
        _("Documents in the set"): number_format(one.documents),
        _("Identifiers found"): f"{percent(one.recall.share, 2)} ({_of(one.found, one.items)})",
        _("People recognised again"): _of(one.successes, one.attempts) if again else _("not tried"),
        _("How somebody tried to recognise people again"): words(one.attack),
        _("By"): f"{one.reviewer}, {one.reviewer_function}",
        _("Independent of the service"): _("yes") if one.is_independent else _("no"),
        _("Counts until"): date_format(one.valid_until, "DATE_FORMAT"),
        _("Everybody may download the report"): _("yes") if one.is_file_public else _("no"),
    }


def _of(part: int, whole: int) -> str:
    return f"{number_format(part)} / {number_format(whole)}"


def _in_each_language(words: dict[str, str]) -> str:
    """Return words that everybody reads, each language on a line of its own."""
    return "\n".join(f"{code.upper()}: {said}" for code, said in sorted(words.items()) if said)


def _report(file: EvidenceFile | None) -> str:
    """Return by what a report is known: name, size, and the SHA-256 of the file in clear."""
    return f"{file.name}, {filesizeformat(file.size)}\nSHA-256 {file.sha256}" if file else ""
