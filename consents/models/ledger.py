"""The ledger of choices, the present that is derived from it, and what the gate answered."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import Address, Organisation, User
from consents.models.documents import Document
from consents.models.purposes import Purpose, PurposeVersion


class ContractClause(models.Model):
    """The clause by which an organisation is said to have agreed, as it stood that day."""

    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="clauses")
    contract = models.CharField(max_length=200)
    number = models.CharField(max_length=20)
    version = models.CharField(max_length=40)
    texts = models.JSONField()  # language → words of the clause
    previous = models.ForeignKey("self", models.PROTECT, null=True, blank=True)
    accepted_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    accepted_at = models.DateTimeField()
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"clause {self.number} ({self.version})"


class Act(models.TextChoices):
    """What was done, in the law's words: never just a boolean (standards §1.4)."""

    CONSENT_GIVEN = "consent_given", _("agreed")
    CONSENT_REFUSED = "consent_refused", _("refused")
    CONSENT_WITHDRAWN = "consent_withdrawn", _("withdrew the agreement")
    OBJECTION_LODGED = "objection_lodged", _("objected")
    OBJECTION_WITHDRAWN = "objection_withdrawn", _("withdrew the objection")
    # Said of a wider version by somebody who never objected: they let it be used as it is now.
    NOT_OBJECTED = "not_objected", _("accepted it without objecting")
    # A narrower choice is taken back: what was chosen more widely holds there again.
    FOLLOWS_AGAIN = "follows_again", _("removed the exception")
    # An organisation's policy: stricter than its members' choices, or silent; never looser.
    POLICY_REFUSED = "policy_refused", _("refused for the whole organisation")
    POLICY_LIFTED = "policy_lifted", _("left it to each member")


# What can make a use more permitted, and so is done by the person (for a policy: the admin) alone.
ALLOWING = frozenset(
    {
        Act.CONSENT_GIVEN,
        Act.OBJECTION_WITHDRAWN,
        Act.NOT_OBJECTED,
        Act.FOLLOWS_AGAIN,
        Act.POLICY_LIFTED,
    }
)
REFUSING = frozenset(set(Act) - ALLOWING)
POLICY = frozenset({Act.POLICY_REFUSED, Act.POLICY_LIFTED})


class Source(models.TextChoices):
    """By which way the choice came."""

    PORTAL = "portal", _("in the portal")
    LINK = "link", _("by the link to the document")
    API = "api", _("through the service’s own settings")
    GPC = "gpc", _("by the browser’s privacy signal")
    STAFF = "staff", _("by support, on request")
    CONTRACT = "contract", _("by a clause of a contract")


def exactly_one(*fields: str) -> Q:
    """Return the condition that just one of the nullable columns is filled."""
    condition = Q()
    for filled in fields:
        condition |= Q(**{f"{field}__isnull": field != filled for field in fields})
    return condition


class Subject(models.Model):
    """Whose choice it is, about what. Shared by the ledger and the standing choices.

    Exactly one of ``person``, ``address`` (not claimed then) and ``organisation`` (a policy) chose.
    The scope is one document, all documents of one organisation (``within``), or everything.
    """

    person = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    address = models.ForeignKey(Address, models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )
    purpose = models.ForeignKey(Purpose, models.PROTECT, related_name="+")
    document = models.ForeignKey(Document, models.PROTECT, null=True, blank=True, related_name="+")
    within = models.ForeignKey(
        Organisation, models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        abstract = True


class ChoiceEvent(Subject):
    """One act of choice. Append-only; the exact text shown is the version's, by its hash."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    at = models.DateTimeField(default=timezone.now)
    act = models.CharField(max_length=20, choices=Act)
    version = models.ForeignKey(PurposeVersion, models.PROTECT, related_name="+")
    text_sha256 = models.CharField(max_length=64)
    language = models.CharField(max_length=8)
    source = models.CharField(max_length=8, choices=Source)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    clause = models.ForeignKey(ContractClause, models.PROTECT, null=True, blank=True)
    batch = models.UUIDField(null=True, blank=True)  # acts of one selection, done in one go
    undoes = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="+")

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="choice_follows_again_somewhere",
                condition=~Q(act="follows_again")
                | Q(document__isnull=False)
                | Q(within__isnull=False),
            ),
            models.CheckConstraint(
                name="choice_of_one", condition=exactly_one("person", "address", "organisation")
            ),
            models.CheckConstraint(
                name="choice_one_scope", condition=Q(document=None) | Q(within=None)
            ),
            # Nobody but the person (or, for a policy, who may bind the organisation) switches on.
            models.CheckConstraint(
                name="choice_on_by_oneself_only",
                condition=~Q(act__in=sorted(ALLOWING))
                | Q(person__isnull=False, by__isnull=False, by=F("person"), source="portal")
                | Q(organisation__isnull=False, by__isnull=False, act="policy_lifted")
                | Q(organisation__isnull=False, by__isnull=False, source="contract"),
            ),
            models.CheckConstraint(
                name="choice_policy_is_an_organisations",
                condition=Q(organisation=None, act__in=sorted(set(Act) - POLICY))
                | Q(organisation__isnull=False, act__in=sorted(POLICY), document=None, within=None)
                | Q(organisation__isnull=False, act="consent_given", source="contract"),
            ),
            models.CheckConstraint(
                name="choice_by_contract_names_its_clause",
                condition=~Q(source="contract") | Q(clause__isnull=False),
            ),
        ]
        indexes = [
            models.Index("person", F("id").desc(), name="choice_of_person"),
            models.Index("purpose", "at", name="choice_by_purpose"),
            models.Index(fields=["batch"], name="choice_batch", condition=~Q(batch=None)),
            models.Index("address", F("id").desc(), name="choice_of_address"),
            # For the log, newest first, and for the figures of a day: an index reads both ways.
            models.Index(F("at").desc(), F("id").desc(), name="choice_newest"),
            models.Index("act", F("at").desc(), F("id").desc(), name="choice_of_kind"),
            models.Index("by", F("at").desc(), F("id").desc(), name="choice_by_whom"),
        ]

    def __str__(self) -> str:
        return f"choice {self.uid}"

    @property
    def allows(self) -> bool:
        """Whether the act makes the use more permitted."""
        return self.act in ALLOWING


class Standing(Subject):
    """The present state of one choice: a projection of the ledger, for the gate's speed.

    Written by the same action in the same transaction as its ``event``; ``manage.py
    rebuild_standings`` makes it anew and says what differed.
    """

    event = models.OneToOneField(ChoiceEvent, models.PROTECT, related_name="standing")
    allowed = models.BooleanField()
    since = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["purpose", "person", "address", "organisation", "document", "within"],
                name="standing_once",
                nulls_distinct=False,
            ),
        ]
        indexes = [
            models.Index(fields=["person", "purpose"], name="standing_of_person"),
            models.Index(fields=["address", "purpose"], name="standing_of_address"),
            models.Index(fields=["organisation", "purpose"], name="standing_of_organisation"),
            models.Index(fields=["purpose", "-since", "-id"], name="standing_newest"),
        ]

    def __str__(self) -> str:
        return f"standing {self.pk}"


class Receipt(models.Model):
    """The sealed proof of one act, for the person: RFC 8785 bytes and their JWS. Append-only."""

    event = models.OneToOneField(ChoiceEvent, models.PROTECT, related_name="receipt")
    body = models.BinaryField()
    jws = models.TextField()
    kid = models.CharField(max_length=60)
    sha256 = models.CharField(max_length=64)

    def __str__(self) -> str:
        return f"receipt {self.pk}"


class PermitAnswer(models.Model):
    """What the gate answered, to which client, on which state. Append-only.

    ``document`` and ``purpose`` are NULL where the question named an unknown one.
    """

    at = models.DateTimeField(default=timezone.now)
    client = models.CharField(max_length=100)
    document = models.ForeignKey(
        Document, models.PROTECT, null=True, related_name="+", db_index=False
    )
    purpose = models.ForeignKey(Purpose, models.PROTECT, null=True, related_name="+")
    allowed = models.BooleanField()
    reason = models.CharField(max_length=40)
    state = models.CharField(max_length=64)

    class Meta:
        indexes = [
            models.Index(fields=["at", "allowed"], name="permit_answer_by_day"),
            models.Index(
                "document", F("at").desc(), F("id").desc(), name="permit_answer_of_document"
            ),
        ]

    def __str__(self) -> str:
        return f"permit answer {self.pk}"
