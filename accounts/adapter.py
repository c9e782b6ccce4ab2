"""Where allauth asks us: the only hook it has for our rules."""

from allauth.account.adapter import DefaultAccountAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.http import HttpRequest

from accounts import actions


class AccountAdapter(DefaultAccountAdapter):
    """Accounts by e-mail."""

    def confirm_email(self, request: HttpRequest, email_address: object) -> bool:
        """Make a just verified address the person's own, with all that lies under it."""
        confirmed = bool(super().confirm_email(request, email_address))
        if confirmed:
            actions.claim_address(email_address.email, person=email_address.user)  # type: ignore[attr-defined]
        return confirmed


class SocialAccountAdapter(DefaultSocialAccountAdapter):
    """Accounts by single sign-on."""
