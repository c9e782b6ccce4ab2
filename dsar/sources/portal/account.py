"""Who the person is to us, and how they sign in. Erased last: the rest is found by it."""

from collections.abc import Iterator

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.idp.oidc.models import Client, Token
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import Address, User
from accounts.roles import Role
from dsar.grounds import Sentence
from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Description, Proposal, Row, Source, Table


class AccountSource(Source):
    """The account and its addresses. The row stays, emptied, so that ledgers keep their ids."""

    slug = "account"
    label = gettext_lazy("Your account")
    identifies = True
    covers = frozenset({"accounts.User", "accounts.Address"})

    def describe(self) -> Description:
        """Say in words what the account holds."""
        return Description(
            holds=_("Name, e-mail addresses, language, time zone, country."),
            why=_("To give you access to this portal: the contract with you (art. 6(1)(b) GDPR)."),
            origin=_("From you; addresses also from whoever sent you a document to sign."),
            kept=_("As long as you have an account."),
        )

    def find(self, person: User) -> int:
        """Count the account and its addresses."""
        return 0 if person.erased_at else 1 + person.addresses.exclude(email=None).count()

    def collect(self, person: User) -> Iterator[Table]:
        """Yield the account's own fields, then its addresses."""
        yield Table(
            "account",
            _("Your account"),
            _("What you told us about yourself."),
            (
                Column("email", _("E-mail address")),
                Column("name", _("Name")),
                Column("language", _("Language")),
                Column("time_zone", _("Time zone")),
                Column("country", _("Country")),
                Column("role", _("Role")),
                Column("joined", _("Account since")),
                Column("number", _("Number of the account")),
            ),
            [Row(_account_values(person), {"role": Role(person.role).label})],
        )
        yield Table(
            "addresses",
            _("Your addresses"),
            _("The e-mail addresses that are yours; documents sent to any of them are yours too."),
            (
                Column("email", _("E-mail address")),
                Column("first_seen", _("First met")),
                Column("claimed", _("Yours since")),
            ),
            (_address_row(address) for address in person.addresses.order_by("pk")),
        )

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """The account is emptied, its addresses erased."""
        yield Proposal("account", Decision.ANONYMISE, Sentence.EMPTIED, label=str(self.label))
        if amount := person.addresses.exclude(email=None).count():
            label = _("Your addresses")
            yield Proposal(
                "addresses", Decision.ERASE, Sentence.ADDRESSES, label=label, amount=amount
            )

    def erase(self, person: User, item: ErasureItem) -> None:
        """Empty the account, or its addresses; under a hold only close it."""
        if item.key == "addresses":
            if item.decision == Decision.ERASE:
                person.addresses.update(email=None)
            return
        person = User.objects.select_for_update().get(pk=person.pk)
        if item.decision == Decision.ANONYMISE:
            # The certificate is still to be sent: its address waits on the request until then.
            SubjectRequest.objects.filter(pk=item.request_id, contact="").update(
                contact=person.email or ""
            )
            _empty(person)
        person.is_active = False
        person.set_unusable_password()
        person.save()

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether the account cannot be entered and, unless held, names nobody."""
        person.refresh_from_db()
        if item.key == "addresses":
            left = person.addresses.exclude(email=None).exists()
            return item.stays or not left
        emptied = person.erased_at is not None and not (person.email or person.name)
        return not person.is_active and (item.stays or emptied)

    def end(self, person: User, item: ErasureItem) -> None:
        """Empty what a hold had kept."""
        if item.key == "addresses":
            person.addresses.update(email=None)
        elif person.erased_at is None:
            _empty(person)
            person.save()


class SignInSource(Source):
    """How the person signs in: sign-in addresses, second factors, sessions, linked accounts."""

    slug = "sign-in"
    label = gettext_lazy("How you sign in")
    identifies = True
    covers = frozenset(
        {
            "account.EmailAddress",
            "account.EmailConfirmation",
            "mfa.Authenticator",
            "usersessions.UserSession",
            "socialaccount.SocialAccount",
            "socialaccount.SocialToken",
            "allauth_idp_oidc.Client",
            "allauth_idp_oidc.Token",
        }
    )

    def describe(self) -> Description:
        """Say in words what is held for signing in."""
        return Description(
            holds=_("Sign-in addresses, passkeys and codes, sessions with network address."),
            why=_("To keep others out of your account: our interest in security (art. 6(1)(f))."),
            origin=_("From you and from the devices you sign in with."),
            kept=_("As long as you have an account; sessions until they end."),
        )

    def find(self, person: User) -> int:
        """Count every row about signing in."""
        return sum(rows.count() for rows in _sign_in_rows(person))

    def collect(self, person: User) -> Iterator[Table]:
        """Yield the ways to sign in. Secrets are said to exist and not given out."""
        yield Table(
            "sign-in-addresses",
            _("Sign-in addresses"),
            _("Addresses with which you can sign in."),
            (
                Column("email", _("E-mail address")),
                Column("verified", _("Verified")),
                Column("primary", _("Used for mail to you")),
            ),
            (
                Row({"email": row.email, "verified": row.verified, "primary": row.primary})
                for row in EmailAddress.objects.filter(user=person).order_by("pk")
            ),
        )
        yield _factors(person)
        yield _sessions(person)
        yield _linked(person)

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """All of it is erased."""
        if amount := self.find(person):
            label = str(self.label)
            yield Proposal("sign-in", Decision.ERASE, Sentence.ERASED, label=label, amount=amount)

    def erase(self, person: User, item: ErasureItem) -> None:
        """Delete every way to sign in, and end every session at once (ASVS 7.4.2)."""
        _end_sessions(person)
        if item.decision == Decision.ERASE:
            self.end(person, item)

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether a new count finds nothing (under a hold: no session)."""
        if item.stays:
            return not UserSession.objects.filter(user=person).exists()
        return self.find(person) == 0

    def end(self, person: User, item: ErasureItem) -> None:
        """Delete the rows."""
        Client.objects.filter(owner=person).update(owner=None)
        for rows in _sign_in_rows(person):
            rows.delete()


def _account_values(person: User) -> dict[str, object]:
    return {
        "email": person.email,
        "name": person.name,
        "language": person.language,
        "time_zone": person.time_zone,
        "country": person.country,
        "role": person.role,
        "joined": person.date_joined,
        "number": str(person.uid),
    }


def _address_row(address: Address) -> Row:
    return Row(
        {
            "email": address.email,
            "first_seen": address.created_at,
            "claimed": address.claimed_at,
        }
    )


def _empty(person: User) -> None:
    now = timezone.now()
    person.email, person.name = None, ""
    person.language = person.time_zone = person.country = ""
    person.role, person.last_login, person.date_joined = Role.CUSTOMER, None, now
    person.is_active, person.erased_at = False, now


def _sign_in_rows(person: User) -> list[models.QuerySet[models.Model]]:
    """Return the rows about signing in, those first that others depend on."""
    return [
        UserSession.objects.filter(user=person),
        Authenticator.objects.filter(user=person),
        Token.objects.filter(user=person),
        SocialToken.objects.filter(account__user=person),
        SocialAccount.objects.filter(user=person),
        EmailConfirmation.objects.filter(email_address__user=person),
        EmailAddress.objects.filter(user=person),
    ]


def _end_sessions(person: User) -> None:
    keys = UserSession.objects.filter(user=person).values_list("session_key", flat=True)
    Session.objects.filter(session_key__in=list(keys)).delete()
    UserSession.objects.filter(user=person).delete()


def _factors(person: User) -> Table:
    return Table(
        "second-factors",
        _("Second factors"),
        _("Passkeys and codes. The secrets themselves are not given out, to nobody."),
        (
            Column("type", _("Kind")),
            Column("created", _("Set up")),
            Column("last_used", _("Last used")),
        ),
        (
            Row(
                {"type": row.type, "created": row.created_at, "last_used": row.last_used_at},
                {"type": Authenticator.Type(row.type).label},
            )
            for row in Authenticator.objects.filter(user=person).order_by("pk")
        ),
    )


def _sessions(person: User) -> Table:
    return Table(
        "sessions",
        _("Sessions"),
        _("Where you are signed in."),
        (
            Column("began", _("Began")),
            Column("last_seen", _("Last seen")),
            Column("network_address", _("Network address")),
            Column("browser", _("Browser")),
        ),
        (
            Row(
                {
                    "began": row.created_at,
                    "last_seen": row.last_seen_at,
                    "network_address": row.ip,
                    "browser": row.user_agent,
                }
            )
            for row in UserSession.objects.filter(user=person).order_by("pk")
        ),
    )


def _linked(person: User) -> Table:
    return Table(
        "linked-accounts",
        _("Linked accounts"),
        _("Accounts elsewhere with which you sign in here."),
        (
            Column("provider", _("Where")),
            Column("number", _("Your number there")),
            Column("last_login", _("Last used")),
        ),
        (
            Row({"provider": row.provider, "number": row.uid, "last_login": row.last_login})
            for row in SocialAccount.objects.filter(user=person).order_by("pk")
        ),
    )
