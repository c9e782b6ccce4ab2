"""How the person signs in: addresses, second factors, sessions, accounts elsewhere."""

from collections.abc import Iterator

from allauth.account.models import EmailAddress, EmailConfirmation
from allauth.idp.oidc.models import Client, Token
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from dsar.grounds import Sentence
from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Description, Proposal, Row, Source, Table


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
