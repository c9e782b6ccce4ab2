"""A change of the register: a draft of a record, its differences, and its recording."""

from collections.abc import Sequence
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.changes.kinds import Difference, Problems
from accounts.changes.models import Change
from consents.actions import register as actions
from consents.models import ProcessingVersion, Purpose
from consents.queries.titles import titles_of
from consents.register import checking, saying
from consents.register.fields import Subject, draft_of
from portal.lib.typesetting import named


class RegisterChange:
    """A draft of one record of the register; its subject is the slug of the processing."""

    slug = "register"
    label: str | Promise = gettext_lazy("Register of processing")

    def titles(self, changes: Sequence[Change]) -> list[str]:
        """Return what is changed: the names of the processings, of purposes as published."""
        names = titles_of(one.subject for one in changes)
        return [
            names.get(one.subject) or saying.title(one.payload) or one.subject for one in changes
        ]

    def path(self, change: Change) -> str:
        """Return the page where the draft is edited."""
        return reverse("dashboard-register-edit", args=[change.subject])

    def base(self, subject: str) -> str:
        """Return the fingerprint of the version that holds."""
        last = present(subject)
        return last.sha256 if last else ""

    def problems(self, change: Change) -> Problems:
        """Return what keeps the draft from being recorded."""
        wrong = checking.problems(change.payload, subject_of(change.subject))
        found = {field: _named(field, said) for field, said in wrong.items()}
        if not found and not self.differences(change):
            found[""] = [_("The draft says what the register says already.")]
        return found

    def differences(self, change: Change) -> list[Difference]:
        """Return what it would change, field by field, in words."""
        last = present(change.subject)
        subject = subject_of(change.subject)
        return saying.differences(
            draft_of(last) if last else {}, change.payload, subject, language_marks=True
        )

    def apply(self, change: Change) -> None:
        """Record the draft as the next version."""
        actions.record(change.subject, change.payload, change=change)


def _named(field: str, sentences: list[str]) -> list[str]:
    """Return sentences that say of which field they are: they may stand far from it."""
    return [named(saying.place(field), sentence) for sentence in sentences]


def subject_of(slug: str) -> Subject:
    """Return of what a draft with this slug is."""
    return Subject(slug, of_purpose=Purpose.objects.filter(slug=slug).exists())


def present(slug: str) -> ProcessingVersion | None:
    """Return the version of a processing that holds, if there is one."""
    return ProcessingVersion.objects.filter(record__slug=slug).order_by("-number").first()


def begin(slug: str) -> dict[str, Any]:
    """Return the draft with which a change of a record begins: what holds now."""
    return draft_of(present(slug))
