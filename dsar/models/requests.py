"""A request about one's data: its kinds, the ways in, and the row of each."""

import secrets
import uuid
from datetime import date
from typing import Self

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from accounts.models import User
from dsar import figures
from dsar.deadlines import Regime, RegimeCode
from dsar.grounds import ErasureAsked, ExtensionReason, RefusalGround
from dsar.states import FINAL, OPEN, Outcome, Status

# Crockford's alphabet: no I, L, O or U, so a reference can be read out on the phone.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"


def new_reference() -> str:
    """Return a reference like ``R-2026-7K3M-Q9WT``: 40 random bits, so none can be guessed."""
    letters = "".join(secrets.choice(ALPHABET) for _ in range(8))
    return f"R-{timezone.localdate().year}-{letters[:4]}-{letters[4:]}"


class Kind(models.TextChoices):
    """What is asked for; ``dsar.kinds`` says of each how it is worked on."""

    ACCESS = "access", _("copy of my data")  # art. 15
    PORTABILITY = "portability", _("take my data elsewhere")  # art. 20
    ERASURE = "erasure", _("erase my data")  # art. 17
    RECTIFICATION = "rectification", _("correct my data")  # art. 16
    RESTRICTION = "restriction", _("pause the use of my data")  # art. 18
    OBJECTION = "objection", _("object to a use")  # art. 21
    HUMAN_REVIEW = "human_review", _("have a decision looked at by a person")  # art. 22(3)
    APPEAL = "appeal", _("contest an answer")  # art. 12(4) and the states that demand it


class Channel(models.TextChoices):
    """By which way a request came in (art. 12(2): no form may be forced on anybody)."""

    PORTAL = "portal", _("in the portal")
    LINK = "link", _("by the link to a document")
    FORM = "form", _("by the public form")
    EMAIL = "email", _("by e-mail")
    PHONE = "phone", _("by telephone")
    POST = "post", _("by post")
    AGENT = "agent", _("by somebody acting for the person")
    API = "api", _("through the signing service")


class Identity(models.TextChoices):
    """How sure it is who asks (art. 12(6), 11; standards §7.1). Never asked for an objection."""

    NOT_NEEDED = "not_needed", _("not needed")
    PROVEN = "proven", pgettext_lazy("identity", "confirmed")
    ASKED = "asked", _("confirmation asked for")
    FAILED = "failed", _("not confirmed")


class SubjectRequestQuerySet(models.QuerySet["SubjectRequest"]):
    """Which requests one may see, and which are under way."""

    def visible_to(self, user: User) -> Self:
        """Return the person's own requests; for support and the DPO, everybody's."""
        return self if user.is_support else self.filter(person=user)

    def open(self) -> Self:
        """Return the requests that wait for an answer."""
        return self.filter(status__in=OPEN)


class SubjectRequest(models.Model):
    """One person's request. Its status moves as ``states.NEXT`` allows and by actions only.

    ``received_at`` is an instant, ``received_on`` and ``due_on`` are days of the controller's zone;
    an answer is in time to the last hour of ``due_on``. ``contact`` holds an erased person's
    address until the certificate has been sent, and is empty at any other time.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    reference = models.CharField(max_length=16, unique=True, default=new_reference, editable=False)
    kind = models.CharField(max_length=20, choices=Kind)
    person = models.ForeignKey(User, models.PROTECT, related_name="subject_requests")
    channel = models.CharField(max_length=8, choices=Channel, default=Channel.PORTAL)
    # An appeal's first request; the one that this one repeats.
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="appeals"
    )
    duplicate_of = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="duplicates"
    )
    language = models.CharField(max_length=8)
    country = models.CharField(max_length=2)
    region = models.CharField(max_length=6, blank=True)  # ISO 3166-2 without the country: "CA"
    regime = models.CharField(max_length=8, default=RegimeCode.GDPR)
    about = models.TextField(blank=True, max_length=2000)  # the person's own words, if any
    asked_because = models.CharField(max_length=60, choices=ErasureAsked, blank=True)
    contact = models.EmailField(blank=True)
    # The structured part of what is asked, by kind (``dsar.forms``); emptied by erasure.
    details = models.JSONField(default=dict, blank=True)

    identity = models.CharField(max_length=10, choices=Identity, default=Identity.PROVEN)
    # Why there is a doubt who asks, in words (art. 12(6)): without one nothing may be asked for.
    identity_doubt = models.TextField(blank=True, max_length=1000)
    identity_asked_at = models.DateTimeField(null=True, blank=True)
    identity_proven_at = models.DateTimeField(null=True, blank=True)

    status = models.CharField(max_length=12, choices=Status, default=Status.RECEIVED)
    received_at = models.DateTimeField()
    received_on = models.DateField()
    due_on = models.DateField()
    target_on = models.DateField()
    # By when receipt is to be confirmed, where the law says so, and when it was.
    acknowledge_on = models.DateField(null=True, blank=True)
    acknowledged_at = models.DateTimeField(null=True, blank=True)
    # The day from which the clock runs again, once the person's reply has reopened the request.
    reopened_on = models.DateField(null=True, blank=True)
    # Until then an approved erasure can be taken back.
    grace_until = models.DateTimeField(null=True, blank=True)
    extended_at = models.DateTimeField(null=True, blank=True)
    extension_reason = models.CharField(max_length=60, choices=ExtensionReason, blank=True)
    extension_note = models.TextField(blank=True, max_length=2000)
    assignee = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="assigned_requests"
    )
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    approved_at = models.DateTimeField(null=True, blank=True)
    outcome = models.CharField(max_length=14, choices=Outcome, blank=True)
    # What was done and why, in the words of who decided; the person reads it.
    resolution = models.TextField(blank=True, max_length=4000)
    refusal_ground = models.CharField(max_length=60, choices=RefusalGround, blank=True)
    refusal_evidence = models.TextField(blank=True, max_length=4000)
    closed_at = models.DateTimeField(null=True, blank=True)
    unread_by_staff = models.BooleanField(default=False)
    unread_by_person = models.BooleanField(default=False)

    objects = SubjectRequestQuerySet.as_manager()

    class Meta:
        constraints = [
            models.CheckConstraint(name="dsar_status_known", condition=Q(status__in=Status.values)),
            models.CheckConstraint(
                name="dsar_closed_iff_final",
                condition=Q(closed_at=None, status__in=sorted(OPEN))
                | Q(closed_at__isnull=False, status__in=sorted(FINAL)),
            ),
            models.CheckConstraint(
                name="dsar_outcome_iff_answered",
                condition=Q(status="answered", outcome__in=Outcome.values)
                | ~Q(status="answered") & Q(outcome=""),
            ),
            models.CheckConstraint(
                name="dsar_refusal_names_ground_and_evidence",
                condition=Q(status="refused") & ~Q(refusal_ground="") & ~Q(refusal_evidence="")
                | ~Q(status="refused") & Q(refusal_ground="", refusal_evidence=""),
            ),
            models.CheckConstraint(
                name="dsar_extension_names_reason",
                condition=Q(extended_at=None, extension_reason="")
                | Q(extended_at__isnull=False) & ~Q(extension_reason=""),
            ),
            models.CheckConstraint(
                name="dsar_due_after_receipt", condition=Q(due_on__gte=F("received_on"))
            ),
            # Pressing "send" twice opens one request.
            models.CheckConstraint(
                name="dsar_grace_has_end",
                condition=~Q(status="grace") | Q(grace_until__isnull=False),
            ),
            models.CheckConstraint(
                name="dsar_identity_asked_for_a_reason",
                condition=~Q(identity="asked") | Q(identity_asked_at__isnull=False),
            ),
            models.CheckConstraint(
                name="dsar_only_appeals_have_a_parent",
                condition=Q(kind="appeal", parent__isnull=False)
                | ~Q(kind="appeal") & Q(parent=None),
            ),
            models.CheckConstraint(
                name="dsar_duplicate_names_the_first",
                condition=~Q(status="duplicate") | Q(duplicate_of__isnull=False),
            ),
            models.UniqueConstraint(
                fields=["person", "kind"],
                condition=Q(status__in=sorted(OPEN), kind__in=["access", "erasure", "portability"]),
                name="dsar_one_open_per_kind",
            ),
        ]
        indexes = [
            models.Index(
                fields=["due_on", "id"], name="dsar_queue", condition=Q(status__in=sorted(OPEN))
            ),
            models.Index(
                fields=["assignee", "due_on", "id"],
                name="dsar_queue_of_assignee",
                condition=Q(status__in=sorted(OPEN)),
            ),
            models.Index(fields=["status", "due_on", "id"], name="dsar_by_status"),
            models.Index("person", F("received_at").desc(), name="dsar_of_person"),
            models.Index("closed_at", name="dsar_closed", condition=Q(closed_at__isnull=False)),
            GinIndex(SearchVector("about", config="simple"), name="dsar_words"),
            # What the dashboard counts by day, from the index alone.
            models.Index(
                fields=["received_on"], name="dsar_received", include=["regime", "kind", "channel"]
            ),
            models.Index("received_at", "id", name="dsar_by_receipt"),
            models.Index(
                fields=["received_on", "id"],
                name="dsar_oldest_open",
                condition=Q(status__in=sorted(OPEN)),
            ),
        ]

    def __str__(self) -> str:
        return self.reference

    @property
    def is_open(self) -> bool:
        """Whether an answer is still awaited."""
        return self.status in OPEN

    @property
    def law(self) -> Regime:
        """The regime under which it is answered, with the office's figures for its day."""
        return figures.in_force(self.regime, self.reopened_on or self.received_on)

    def is_late(self, today: date) -> bool:
        """Whether it is unanswered after its day; ``today`` in the controller's zone."""
        return self.is_open and self.due_on < today
