"""Systems and pipelines: what they were told, what they asked, what they used."""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from consents.models import BulkAnswer, CanaryCheck, PermitAnswer, RunRemedy, SystemEvent, Use
from consents.models.uses import TrainingRun
from consents.permits import Reason
from portal.dashboard.log.families.base import Event, Family, Words
from portal.dashboard.log.wanted import Wanted


class Systems(Family):
    """Registering and changing who has to obey choices."""

    slug, label, model = "systems", _("Systems"), SystemEvent
    kind, by, related = "kind", "by", ("by", "system")

    def codes(self) -> Mapping[str, Words]:
        """As the page of systems says it."""
        return dict(SystemEvent.Kind.choices)

    def event(self, row: SystemEvent) -> Event:
        """Return an act on a system."""
        return Event(
            at=row.at, family=self.slug, id=row.pk, code=row.kind, what=self.words(row.kind),
            by=row.by, thing=row.system.name,
        )  # fmt: skip


class Remedies(Family):
    """What is done about a training run that used what it should not have."""

    slug, label, model = "remedies", _("Training runs"), RunRemedy
    kind, related = "remedy", ("run",)

    def codes(self) -> Mapping[str, Words]:
        """The remedies."""
        return dict(TrainingRun.Remedy.choices)

    def event(self, row: RunRemedy) -> Event:
        """Return what a pipeline said of a run."""
        return Event(
            at=row.at, family=self.slug, id=row.pk, code=row.remedy, what=self.words(row.remedy),
            machine=row.by, thing=row.run.reference,
        )  # fmt: skip


class Answers(Family):
    """Answers of the gate, one document each."""

    slug, label, model = "answers", _("Answers of the gate"), PermitAnswer
    kind, related, by_machines = "reason", ("document", "purpose"), True

    def codes(self) -> Mapping[str, Words]:
        """The reasons of the gate."""
        return {reason.value: reason.label for reason in Reason}

    def of_person(self, wanted: Wanted) -> Q | None:
        """Answers about documents the person is a party of, within a short period."""
        return wanted.of_their_documents

    def of_document(self, wanted: Wanted) -> Q | None:
        """Answers about this document."""
        return Q(document=wanted.document_key)

    def of_purpose(self, wanted: Wanted) -> Q | None:
        """Answers about this purpose."""
        return Q(purpose=wanted.purpose_key)

    def event(self, row: PermitAnswer) -> Event:
        """Return an answer."""
        what = gettext("was told: allowed") if row.allowed else gettext("was told: not allowed")
        return Event(
            at=row.at, family=self.slug, id=row.pk, code=row.reason, what=what,
            machine=row.client, why=self.words(row.reason),
            document=row.document.reference if row.document else "",
            purpose=row.purpose.slug if row.purpose else "",
        )  # fmt: skip


class Bulk(Family):
    """Answers of the gate about many documents at once."""

    slug, label, model = "bulk", _("Answers about many documents"), BulkAnswer
    kind, related, by_machines = "kind", ("purpose",), True

    def codes(self) -> Mapping[str, Words]:
        """The questions."""
        return {
            BulkAnswer.Kind.QUERY: _("asked about many documents"),
            BulkAnswer.Kind.SNAPSHOT: _("fetched all that is allowed"),
            BulkAnswer.Kind.MANIFEST: _("asked for a training run"),
            BulkAnswer.Kind.CHANGES: _("fetched what changed"),
        }

    def of_purpose(self, wanted: Wanted) -> Q | None:
        """Answers about this purpose."""
        return Q(purpose=wanted.purpose_key)

    def event(self, row: BulkAnswer) -> Event:
        """Return an answer, with its counts."""
        counts = gettext("%(asked)s asked about, %(allowed)s allowed")
        return Event(
            at=row.at, family=self.slug, id=row.pk, code=row.kind, what=self.words(row.kind),
            machine=row.client, purpose=row.purpose.slug if row.purpose else "",
            thing=counts % {"asked": row.asked, "allowed": row.allowed},
        )  # fmt: skip


class Canaries(Family):
    """Checks of the gate with documents that must never be allowed."""

    slug, label, model = "canaries", _("Checks with canaries"), CanaryCheck
    kind, by_machines = "outcome", True

    def codes(self) -> Mapping[str, Words]:
        """How it went."""
        return dict(CanaryCheck.Outcome.choices)

    def event(self, row: CanaryCheck) -> Event:
        """Return a check."""
        return Event(
            at=row.at, family=self.slug, id=row.pk, code=row.outcome,
            what=self.words(row.outcome), thing=row.error,
        )  # fmt: skip


class Uses(Family):
    """Uses of documents, as systems report them."""

    slug, label, model = "uses", _("Uses of documents"), Use
    id, by_machines = "id", True
    related = ("document", "version__purpose", "system", "training_run")

    def rows(self) -> QuerySet[Any]:
        """Return the uses."""
        return Use.objects.all()

    def of_person(self, wanted: Wanted) -> Q | None:
        """Uses of documents the person is a party of, within a short period."""
        return wanted.of_their_documents

    def of_document(self, wanted: Wanted) -> Q | None:
        """Uses of this document."""
        return Q(document=wanted.document_key)

    def of_purpose(self, wanted: Wanted) -> Q | None:
        """Uses for any version of this purpose."""
        return Q(version__purpose=wanted.purpose_key)

    def event(self, row: Use) -> Event:
        """Return a use."""
        return Event(
            at=row.at, family=self.slug, id=row.id, code="", what=gettext("used a document"),
            machine=row.system.name, document=row.document.reference,
            purpose=row.version.text().title,
            thing=row.training_run.reference if row.training_run else "",
        )  # fmt: skip


FAMILIES: tuple[Any, ...] = (Systems(), Remedies(), Answers(), Bulk(), Canaries(), Uses())
