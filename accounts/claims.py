"""A verified address is a claimed address, by whichever of its ways allauth verified it.

allauth marks an address as verified when its code is entered, at sign-in with a code, at a reset of
the password, and at single sign-on; only the first of these passes through the adapter. All of them
save the row, so this is the one place in Regard where a signal says more than a function would.
"""

from typing import Any

from allauth.account.models import EmailAddress
from django.db.models.signals import pre_save
from django.dispatch import receiver

from accounts import actions


@receiver(pre_save, sender=EmailAddress)
def claim_before_it_counts(instance: EmailAddress, *, raw: bool = False, **_more: Any) -> None:
    """Claim the address *before* the row says verified: refused, the row is not written either.

    Raises:
        AddressTaken: another person claimed it, perhaps no longer signs in with it.
    """
    if instance.verified and not raw:
        actions.claim_address(instance.email, person=instance.user)
