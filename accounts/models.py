"""Who people are, whom they act for, and who looked at whose file."""

import uuid
from datetime import timedelta
from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.roles import Role


class UserManager(BaseUserManager["User"]):
    """Makes users; the e-mail is stored in lower case."""

    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        """Create a user whose address is *not* thereby verified.

        ``accounts.actions.claim_address`` makes a verified address theirs.
        """
        user = self.model(email=email.lower(), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def get_by_natural_key(self, username: str | None) -> "User":
        """Find by e-mail, whatever its capitals."""
        return self.get(email=(username or "").lower())


class User(AbstractBaseUser):
    """A person with an account: customer, support or data protection officer.

    ``uid`` is what URLs and receipts show. ``language`` and ``time_zone`` are empty while the
    person has chosen none: then the browser's language and the controller's zone hold. An erased
    person keeps the row, emptied (``erased_at``), so that ledgers stay valid without them.
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(_("e-mail address"), null=True, unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    role = models.CharField(max_length=10, choices=Role, default=Role.CUSTOMER)
    language = models.CharField(_("language"), max_length=8, blank=True)
    time_zone = models.CharField(_("time zone"), max_length=64, blank=True)
    country = models.CharField(_("country"), max_length=2, blank=True)
    is_active = models.BooleanField(default=True)
    date_joined = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, blank=True)

    objects: ClassVar[UserManager] = UserManager()

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="user_email_lower", condition=Q(email=None) | Q(email=Lower("email"))
            ),
            models.CheckConstraint(
                name="user_erased_iff_emptied",
                condition=Q(erased_at=None, email__isnull=False)
                | Q(erased_at__isnull=False, email=None, name="", is_active=False),
            ),
        ]

    def __str__(self) -> str:
        return f"person {self.uid}"

    @property
    def is_staff(self) -> bool:
        """Whether the person works here (support or DPO)."""
        return self.role != Role.CUSTOMER

    @property
    def is_support(self) -> bool:
        """Whether the person may work on requests. A DPO may do what support may."""
        return self.role in (Role.SUPPORT, Role.DPO)

    @property
    def is_dpo(self) -> bool:
        """Whether the person is the data protection officer."""
        return self.role == Role.DPO

    def get_short_name(self) -> str:
        """Return what a greeting says: the name, else the part of the address before the @."""
        return self.name or (self.email or "").partition("@")[0]


class Address(models.Model):
    """An e-mail address we have met, whoever it belongs to.

    Parties of documents point here. Verifying the address in an account sets ``person``, one row,
    and everything under the address becomes that person's. ``email`` is NULL once erased, and then
    ``erased_hash`` knows it again (see ``accounts.erased``).
    """

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    email = models.EmailField(null=True, unique=True)
    erased_hash = models.CharField(max_length=64, blank=True)
    person = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="addresses"
    )
    claimed_at = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                name="address_lower", condition=Q(email=None) | Q(email=Lower("email"))
            ),
            models.CheckConstraint(
                name="address_claimed_iff_person",
                condition=Q(person=None, claimed_at=None)
                | Q(person__isnull=False, claimed_at__isnull=False),
            ),
            models.CheckConstraint(
                name="address_hashed_only_if_erased", condition=Q(email=None) | Q(erased_hash="")
            ),
        ]
        indexes = [
            models.Index(
                fields=["erased_hash"], name="address_erased", condition=~Q(erased_hash="")
            )
        ]

    def __str__(self) -> str:
        return f"address {self.uid}"


class Organisation(models.Model):
    """A customer with several members, known to the signing service by ``reference``."""

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    name = models.CharField(max_length=200)
    reference = models.CharField(max_length=120, unique=True)
    created_at = models.DateTimeField(auto_now_add=True)

    def __str__(self) -> str:
        return self.name


class Membership(models.Model):
    """A person in an organisation. An admin may set the organisation's policy."""

    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="memberships")
    person = models.ForeignKey(User, models.CASCADE, related_name="memberships")
    is_admin = models.BooleanField(default=False)
    joined_at = models.DateTimeField(default=timezone.now)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "person"], name="membership_once_per_organisation"
            )
        ]

    def __str__(self) -> str:
        return f"membership {self.pk}"


class InvitationQuerySet(models.QuerySet["Invitation"]):
    """Invitations."""

    def valid(self) -> "InvitationQuerySet":
        """Keep those that can still be answered."""
        return self.filter(invited_at__gte=timezone.now() - Invitation.VALID)


class Invitation(models.Model):
    """An admin asks whoever has an address to become a member; open until answered, or 30 days.

    Nobody is made a member without saying yes, and the answer to the admin is the same whether or
    not the address is known here.
    """

    VALID = timedelta(days=30)

    uid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    organisation = models.ForeignKey(Organisation, models.CASCADE, related_name="invitations")
    address = models.ForeignKey(Address, models.PROTECT, related_name="invitations")
    is_admin = models.BooleanField(default=False)
    invited_by = models.ForeignKey(User, models.PROTECT, related_name="invitations_sent")
    invited_at = models.DateTimeField(default=timezone.now)

    objects = InvitationQuerySet.as_manager()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "address"], name="invitation_once_per_address"
            )
        ]

    def __str__(self) -> str:
        return f"invitation {self.pk}"


class AccessEvent(models.Model):
    """One look, or one act, of staff at a person's file (invariant 14). Append-only.

    ``kind`` says what was seen, ``reference`` which one (a request's reference, never a name). The
    person reads these rows at ``/account/access/``.
    """

    class Kind(models.TextChoices):
        """What was looked at or done."""

        REQUEST_VIEWED = "request_viewed", _("opened your request")
        REQUEST_ACTED = "request_acted", _("worked on your request")
        IDENTITY_REVEALED = "identity_revealed", _("made your name and address visible")
        PERSON_VIEWED = "person_viewed", _("opened your file")
        DOCUMENT_VIEWED = "document_viewed", _("opened the details of a document")
        CHOICE_REFUSED = "choice_refused", _("recorded a refusal you asked for")
        EVENTS_VIEWED = "events_viewed", _("looked up who did what with your file")
        EVENTS_EXPORTED = "events_exported", _("exported who did what with your file")
        ACTIVITY_VIEWED = "activity_viewed", _("looked up what you did as our staff")

    person = models.ForeignKey(User, models.PROTECT, related_name="looks_at_my_file")
    by = models.ForeignKey(User, models.PROTECT, related_name="looks_i_took")
    kind = models.CharField(max_length=20, choices=Kind)
    reference = models.CharField(max_length=60, blank=True)
    reason = models.CharField(max_length=200, blank=True)
    at = models.DateTimeField(default=timezone.now)

    class Meta:
        indexes = [
            models.Index("person", F("at").desc(), F("id").desc(), name="access_of_person"),
            # For the log: newest first, of all, of one member of staff, of one kind, of a request.
            models.Index(F("at").desc(), F("id").desc(), name="access_newest"),
            models.Index("by", F("at").desc(), F("id").desc(), name="access_of_staff"),
            models.Index("kind", F("at").desc(), F("id").desc(), name="access_of_kind"),
            models.Index("reference", F("id").desc(), name="access_of_reference"),
        ]
        constraints = [
            models.CheckConstraint(name="access_not_of_oneself", condition=~Q(person=F("by")))
        ]

    def __str__(self) -> str:
        return f"access {self.pk}"


from accounts.changes.models import Change, ChangeEvent  # noqa: E402, F401  # models of this app
