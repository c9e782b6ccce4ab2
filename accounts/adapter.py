"""Where allauth asks us: the hooks it has for our rules."""

import base64
from datetime import timedelta
from typing import Any
from uuid import uuid4

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.models import EmailAddress
from allauth.core.exceptions import ReauthenticationRequired
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from accounts import proven, reauthentication, single_sign_on
from accounts.models import User
from portal.lib import crypto, mail, strict_json


def display(user: User) -> str:
    """Return what allauth's pages, and the person's own device, call them."""
    return user.email or ""


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    """Accounts by e-mail."""

    def new_user(self, request: HttpRequest) -> User:
        """Make a user who goes on in the language in which they signed up."""
        return User(language=get_language() or "")

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Send a mail of allauth's through our own queue, in the person's language.

        Every answer of a form costs one row, whether or not the address is known, and none waits
        for a mail server: nothing can be told from the time it takes. The words of a mail with a
        code are deleted when it is sent, or has come to nothing.
        """
        lifetime = timedelta(seconds=settings.ACCOUNT_EMAIL_VERIFICATION_BY_CODE_TIMEOUT)
        mail.send(
            f"account/{template_prefix.rpartition('/')[2]}",
            to=email,
            language=_language_of(email),
            key=f"account:{uuid4()}",
            context=context,
            useful_for=lifetime if "code" in context else None,
        )

    def send_confirmation_mail(
        self,
        request: HttpRequest,
        emailconfirmation: Any,
        signup: bool,  # noqa: FBT001 - allauth's
    ) -> None:
        """Write to the owner, and send no code, when the address is another account's already.

        Who tried to add it sees the same page as for an address that is free.
        """
        address = emailconfirmation.email_address
        others = EmailAddress.objects.filter(email=address.email, verified=True)
        if others.exclude(user=address.user).exists():
            self.send_account_already_exists_mail(address.email)
        else:
            super().send_confirmation_mail(request, emailconfirmation, signup)

    def confirm_email(self, request: HttpRequest, email_address: EmailAddress) -> bool:
        """Note that the code was entered in the browser that signed up, or added the address."""
        setattr(request, proven.AT_SIGN_UP, True)
        confirmed: bool = super().confirm_email(request, email_address)
        return confirmed

    def is_safe_url(self, url: str) -> bool:
        """Refuse what is no URL at all ("http://["): allauth would fail on it, with a 500."""
        try:
            safe: bool = super().is_safe_url(url)
        except ValueError:
            return False
        return safe

    def get_reauthentication_methods(self, user: User) -> list[dict[str, Any]]:
        """Offer a code by e-mail to who has no password and no second factor."""
        methods: list[dict[str, Any]] = super().get_reauthentication_methods(user)
        if methods or not user.is_authenticated:
            return methods
        url = reverse("accounts:reauthenticate")
        return [{"id": "code", "description": _("Use a code by e-mail"), "url": url}]

    def is_reauthentication_required(self, *, app: str, **more: Any) -> bool:
        """Ask also the person whom allauth would let pass for want of anything to ask for."""
        user = self.request.user
        if reauthentication.is_only_reachable_by_mail(
            user
        ) and not reauthentication.signed_in_recently(self.request, user):
            raise ReauthenticationRequired
        required: bool = super().is_reauthentication_required(app=app, **more)
        return required


class SocialAccountAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts by single sign-on."""

    def populate_user(self, request: HttpRequest, sociallogin: Any, data: dict[str, Any]) -> User:
        """Take over the name, and believe "verified" only of a provider that may vouch for it."""
        user: User = super().populate_user(request, sociallogin, data)
        parts = [data.get("first_name"), data.get("last_name")]
        user.name = (data.get("name") or " ".join(part for part in parts if part))[:150]
        for address in sociallogin.email_addresses:
            address.verified = address.verified and _vouches(sociallogin, address.email)
        return user

    def list_apps(
        self, request: HttpRequest, provider: str | None = None, client_id: str | None = None
    ) -> list[Any]:
        """Know no provider by a name, taken from the URL, that the database cannot be asked for."""
        if not strict_json.is_storable(provider or ""):
            return []
        apps: list[Any] = super().list_apps(request, provider=provider, client_id=client_id)
        return apps

    def can_authenticate_by_email(self, login: Any, email: str) -> bool:
        """Let the provider open an existing account only if it may vouch for the address."""
        return _vouches(login, email)


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    """Second factors."""

    def encrypt(self, text: str) -> str:
        """Seal the secret of an authenticator app, or of recovery codes, for the database."""
        return base64.b64encode(crypto.wrap(text.encode())).decode()

    def decrypt(self, encrypted_text: str) -> str:
        """Open what :meth:`encrypt` sealed."""
        return crypto.unwrap(base64.b64decode(encrypted_text)).decode()

    def get_public_key_credential_rp_entity(self) -> dict[str, str]:
        """Name the portal as passkey managers show it."""
        entity: dict[str, str] = super().get_public_key_credential_rp_entity()
        return entity | {"name": settings.MFA_TOTP_ISSUER}


def _vouches(sociallogin: Any, email: str) -> bool:
    return single_sign_on.vouches_for(sociallogin.provider.app.settings, email)


def _language_of(email: str) -> str:
    """Return the language of the account that has the address, else of the page."""
    owned = User.objects.filter(emailaddress__email=email.lower(), emailaddress__verified=True)
    chosen: str | None = owned.values_list("language", flat=True).first()
    return chosen or get_language() or ""
