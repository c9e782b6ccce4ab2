"""What documents are used for, in the words that were published."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property
from typing import Any, Self

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from accounts.changes.models import Change
from consents import rights
from consents.rights import Right
from portal.lib.typesetting import in_series


class Control(models.TextChoices):
    """What a person can do about a purpose."""

    CONSENT = "consent", _("only if you agree")  # art. 6(1)(a): off until given
    OBJECTION = "objection", _("you can object")  # art. 21(1): on until objected to
    NONE = "none", _("needed for the service")
    NOT_USED = "not_used", _("not used")  # declared, and never done


class LegalBasis(models.TextChoices):
    """The bases of art. 6(1) GDPR, by their letter."""

    CONSENT = "6(1)(a)", _("your consent")
    CONTRACT = "6(1)(b)", _("the contract with you")
    LEGAL_DUTY = "6(1)(c)", _("a legal obligation")
    VITAL = "6(1)(d)", _("vital interests")
    PUBLIC_TASK = "6(1)(e)", _("a public task")
    INTEREST = "6(1)(f)", _("a legitimate interest")


class Purpose(models.Model):
    """One purpose, known by its slug for ever. Its words are in its versions."""

    slug = models.SlugField(unique=True)
    control = models.CharField(max_length=10, choices=Control)
    is_ai_training = models.BooleanField(default=False)
    shares_with_third_parties = models.BooleanField(default=False)
    # Sale, sharing or advertising across contexts: what a Global Privacy Control signal is about.
    honours_gpc = models.BooleanField(default=False)
    # Whether it uses documents at all: what is about a person only has no choice for one of them.
    by_document = models.BooleanField(default=True)
    # What it claims of anonymous data has to be proven: without valid evidence the gate is closed.
    needs_evidence = models.BooleanField(default=False)
    position = models.PositiveSmallIntegerField(default=100)

    class Meta:
        ordering = ["position", "slug"]
        constraints = [
            models.CheckConstraint(
                name="purpose_training_is_a_choice",
                condition=Q(is_ai_training=False) | ~Q(control=Control.NONE),
            ),
            # A browser's signal is about advertising; AI training has a switch of its own.
            models.CheckConstraint(
                name="purpose_training_heeds_no_signal",
                condition=Q(is_ai_training=False) | Q(honours_gpc=False),
            ),
            # One switch, one state: "AI training" is one purpose.
            models.UniqueConstraint(
                fields=["is_ai_training"],
                condition=Q(is_ai_training=True),
                name="purpose_one_ai_training",
            ),
        ]

    def __str__(self) -> str:
        return self.slug

    @property
    def has_control(self) -> bool:
        """Whether a person decides about it."""
        return self.control in (Control.CONSENT, Control.OBJECTION)


@dataclass(frozen=True)
class PurposeText:
    """The words of a version in one language; each level is complete in itself (page rule 8)."""

    title: str
    summary: str  # one line
    detail: str  # a paragraph
    legal: str  # the legal text
    data: str  # which data
    recipients: str  # who receives it
    retention: str  # how long, counted from what
    consequence: str  # what follows from a use
    refusal: str  # who may refuse, and how
    example: str  # "{document}" is the title of the document at hand


class PurposeVersionQuerySet(models.QuerySet["PurposeVersion"]):
    """Which words held when. What was stopped before its day never holds."""

    def standing(self) -> Self:
        """Return the versions that were not stopped."""
        return self.filter(stop=None)

    def effective(self, at: datetime) -> Self:
        """Return the versions that are, or have been, in effect at ``at`` (aware)."""
        return self.standing().filter(effective_from__lte=at)

    def floors(self, at: datetime) -> dict[int, int]:
        """Return, by purpose id, the number of the last widening version in effect at ``at``.

        An agreement to an earlier version is an agreement to something else (invariant 4).
        """
        wider = self.effective(at).filter(widens=True).values_list("purpose_id")
        return dict(wider.annotate(models.Max("number")))

    def widened_at(self, at: datetime) -> dict[int, datetime]:
        """Return, by purpose id, when the last widening version in effect at ``at`` began."""
        wider = self.effective(at).filter(widens=True).values_list("purpose_id")
        return dict(wider.annotate(models.Max("effective_from")))

    def in_force(self, at: datetime) -> Self:
        """Return one version per purpose: the latest in effect at ``at`` (aware)."""
        return (
            self.effective(at)
            .order_by("purpose_id", "-effective_from", "-number")
            .distinct("purpose_id")
        )


class PurposeVersion(models.Model):
    """The words, basis, data, recipients and retention as published. Append-only (invariant 4).

    ``texts`` maps a language to the fields of :class:`PurposeText`; ``sha256`` is that of the
    canonical JSON (RFC 8785) of what was published. ``retention_duration`` is ISO 8601.
    """

    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="versions")
    number = models.PositiveSmallIntegerField()
    published_at = models.DateTimeField()
    effective_from = models.DateTimeField()
    legal_basis = models.CharField(max_length=8, choices=LegalBasis)
    texts = models.JSONField()
    data_categories = models.JSONField(default=list)
    recipients = models.JSONField(default=list)
    retention_trigger = models.CharField(max_length=40)
    retention_duration = models.CharField(max_length=20)
    safeguards = models.JSONField(default=dict)
    dpv_purpose = models.CharField(max_length=60)
    dpv_processing = models.CharField(max_length=60, blank=True)
    sha256 = models.CharField(max_length=64)
    # What was agreed to before it no longer counts once it is in effect; see consents/widening.py.
    widens = models.BooleanField(default=False)
    # The notice promised when it was published, for a wider one (0: none was needed or recorded).
    notice_days = models.PositiveSmallIntegerField(default=0)
    # The change by which it was drafted and agreed to; none for what a release brought along.
    change = models.OneToOneField(
        Change, models.PROTECT, null=True, blank=True, related_name="version"
    )

    objects = PurposeVersionQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["purpose", "number"], name="version_number_once"),
            models.CheckConstraint(
                name="version_not_before_publication",
                condition=Q(effective_from__gte=F("published_at")),
            ),
        ]
        indexes = [models.Index(fields=["purpose", "-effective_from"], name="version_in_force")]

    def __str__(self) -> str:
        return f"{self.purpose_id} v{self.number}"

    @cached_property
    def before(self) -> "PurposeVersion | None":
        """Return the version that this one follows: the last one before it that was not stopped."""
        if self.purpose_id is None:  # of a purpose that is only drafted
            return None
        earlier = PurposeVersion.objects.standing().filter(purpose=self.purpose_id)
        return earlier.filter(number__lt=self.number).order_by("-number").first()

    @property
    def rights(self) -> tuple[Right, ...]:
        """Return the rights that a person exercises about it (``consents.rights``)."""
        marketing = self.dpv_purpose == "dpv:DirectMarketing"
        return rights.exercised(self.legal_basis, marketing=marketing)

    @property
    def rights_in_words(self) -> str:
        """Return the rights as one series of words, in the active language."""
        return in_series(right.words for right in self.rights)

    @property
    def is_new(self) -> bool:
        """Whether there was no such purpose before it."""
        return self.number == 1 or (self.widens and self.before is None)

    @property
    def is_claimed(self) -> bool:
        """Whether it claims that data are anonymous, or how much of it is found and masked.

        The same law as ``unproven`` in ``permits.RULE``.
        """
        safeguards = self.safeguards if isinstance(self.safeguards, dict) else {}
        recall = safeguards.get("recall")
        measured = isinstance(recall, int | float) and not isinstance(recall, bool)
        return safeguards.get("anonymised") is True or measured

    def text(self, language: str | None = None) -> PurposeText:
        """Return the words in ``language`` (default: the active one), else in English."""
        code = (language or get_language() or "en").split("-")[0]
        return PurposeText(**self.texts.get(code, self.texts["en"]))

    def published(self) -> dict[str, Any]:
        """Return what ``sha256`` is taken of."""
        return {
            "purpose": self.purpose.slug,
            "number": self.number,
            "effective_from": self.effective_from.isoformat(),
            "legal_basis": self.legal_basis,
            "texts": self.texts,
            "data_categories": self.data_categories,
            "recipients": self.recipients,
            "retention_trigger": self.retention_trigger,
            "retention_duration": self.retention_duration,
            "safeguards": self.safeguards,
            "dpv_purpose": self.dpv_purpose,
            "dpv_processing": self.dpv_processing,
        }


class PurposeStop(models.Model):
    """A published version that was stopped before its day: it never takes effect. Append-only.

    ``at`` is aware; the database refuses a stop once the version is in effect (migration 0019).
    """

    version = models.OneToOneField(PurposeVersion, models.PROTECT, related_name="stop")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+")
    reason = models.TextField()  # in the officer's words; people who were told read it

    class Meta:
        constraints = [
            models.CheckConstraint(name="stop_has_a_reason", condition=~Q(reason="")),
        ]

    def __str__(self) -> str:
        return f"stop of version {self.version_id}"
