"""The ledgers about documents: what they were used for, what the gate answered.

Append-only, and they hold ids only: when the account is emptied they name nobody any more, and stay
as proof of what was done (art. 5(2)).
"""

from collections.abc import Iterator

from django.db.models import QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from consents.models import ManifestLine, PermitAnswer, PurposeVersion, Use
from consents.permits import Reason
from dsar.grounds import ErasureGround, Sentence
from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Description, Proposal, Row, Source, Table
from dsar.sources.portal.people import parties_of

AT_A_TIME = 2000


class UseSource(Source):
    """Every use of every document of the person."""

    slug = "uses"
    label = gettext_lazy("Uses of your documents")
    # A canary is a document of nobody; it is named here because it names a document.
    covers = frozenset({"consents.Use", "consents.ManifestLine", "consents.Canary"})

    def describe(self) -> Description:
        """Say in words what is held about uses."""
        return Description(
            holds=_("When each of your documents was used, for which purpose, by which system."),
            why=_("To answer for every use of your documents (art. 5(2) GDPR)."),
            origin=_("From the systems that use documents."),
            kept=_("As long as the document, then without any link to you."),
        )

    def find(self, person: User) -> int:
        """Count the uses."""
        return _uses(person).count()

    def collect(self, person: User) -> Iterator[Table]:
        """Yield every use, oldest first; read in batches, whatever their number."""
        uses = _uses(person).select_related("document", "system", "training_run")
        uses = uses.order_by("at", "id")
        # Read once, not with each of a million uses: the texts are long.
        titles = {version.pk: version.text().title for version in PurposeVersion.objects.all()}
        yield Table(
            "uses",
            _("Uses of your documents"),
            _("Each single use that was reported to us."),
            (
                Column("at", _("When")),
                Column("document", _("Document")),
                Column("purpose", _("Purpose")),
                Column("system", _("System")),
                Column("training_run", _("Training of a model")),
                Column("reference", _("Reference of the document")),
            ),
            (_use_row(use, titles) for use in uses.iterator(chunk_size=AT_A_TIME)),
        )
        lines = _lines(person).select_related("document", "run").order_by("checked_at", "pk")
        yield Table(
            "training_runs",
            _("Training runs that asked for your documents"),
            _("For which run a document was proposed, and whether it was told to leave it out."),
            (
                Column("checked_at", _("When")),
                Column("document", _("Document")),
                Column("training_run", _("Training of a model")),
                Column("excluded", _("Left out because")),
                Column("used_at", _("Used on")),
            ),
            (_line_row(line) for line in lines.iterator(chunk_size=AT_A_TIME)),
        )

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """They stay, as numbers."""
        yield from _numbers_stay(self, person, "uses", Sentence.USES)

    def erase(self, person: User, item: ErasureItem) -> None:
        """Do nothing here: a use names a document, and the document names the person no more."""

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether no document of a use still lists the person for others to see."""
        return not parties_of(person).filter(hidden_at=None).exists()

    def end(self, person: User, item: ErasureItem) -> None:
        """Do nothing: under a hold or not, the rows hold numbers only."""


class PermitSource(Source):
    """What the gate answered about the person's documents."""

    slug = "permits"
    label = gettext_lazy("Permissions asked about your documents")
    covers = frozenset({"consents.PermitAnswer", "consents.PermitChange"})

    def describe(self) -> Description:
        """Say in words what is held about permissions."""
        return Description(
            holds=_("When a system asked whether it may use your document, and our answer."),
            why=_("To prove that your choices were obeyed (art. 5(2) GDPR)."),
            origin=_("From the systems that asked."),
            kept=_("As long as the document, then without any link to you."),
        )

    def find(self, person: User) -> int:
        """Count the answers."""
        return _answers(person).count()

    def collect(self, person: User) -> Iterator[Table]:
        """Yield every answer, oldest first."""
        answers = _answers(person).select_related("document", "purpose").order_by("at", "pk")
        yield Table(
            "permits",
            _("Permissions asked about your documents"),
            _("Each time a system asked us whether it may use a document of yours."),
            (
                Column("at", _("When")),
                Column("document", _("Document")),
                Column("purpose", _("Purpose")),
                Column("allowed", _("Allowed")),
                Column("reason", _("Reason")),
                Column("client", _("Who asked")),
            ),
            (_answer_row(answer) for answer in answers.iterator(chunk_size=AT_A_TIME)),
        )

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """They stay, as numbers."""
        yield from _numbers_stay(self, person, "permits", Sentence.ANSWERS)

    def erase(self, person: User, item: ErasureItem) -> None:
        """Do nothing here: an answer names a document, and the document the person no more."""

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether no document of an answer still lists the person for others to see."""
        return not parties_of(person).filter(hidden_at=None).exists()

    def end(self, person: User, item: ErasureItem) -> None:
        """Do nothing: under a hold or not, the rows hold numbers only."""


def _numbers_stay(source: Source, person: User, key: str, sentence: Sentence) -> Iterator[Proposal]:
    if amount := source.find(person):
        yield Proposal(
            key,
            Decision.ANONYMISE,
            sentence,
            ground=ErasureGround.LEGAL_DUTY,
            label=str(source.label),
            amount=amount,
        )


def _uses(person: User) -> QuerySet[Use]:
    return Use.objects.filter(document__in=parties_of(person).values("document"))


def _lines(person: User) -> QuerySet[ManifestLine]:
    return ManifestLine.objects.filter(document__in=parties_of(person).values("document"))


def _answers(person: User) -> QuerySet[PermitAnswer]:
    return PermitAnswer.objects.filter(document__in=parties_of(person).values("document"))


def _use_row(use: Use, titles: dict[int, str]) -> Row:
    return Row(
        {
            "at": use.at,
            "document": use.document.title,
            "purpose": titles[use.version_id],
            "system": use.system.name,
            "training_run": use.training_run.reference if use.training_run else None,
            "reference": use.document.reference,
        }
    )


def _line_row(line: ManifestLine) -> Row:
    return Row(
        {
            "checked_at": line.checked_at,
            "document": line.document.title,
            "training_run": line.run.reference,
            "excluded": line.excluded,
            "used_at": line.used_at,
        },
        {"excluded": Reason(line.excluded).label} if line.excluded in Reason.values else {},
    )


def _answer_row(answer: PermitAnswer) -> Row:
    return Row(
        {
            "at": answer.at,
            "document": answer.document.title if answer.document else None,
            "purpose": answer.purpose.slug if answer.purpose else None,
            "allowed": answer.allowed,
            "reason": answer.reason,
            "client": answer.client,
        },
        {"reason": Reason(answer.reason).label} if answer.reason in Reason.values else {},
    )
