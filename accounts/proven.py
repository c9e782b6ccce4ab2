"""Who has an address, once a code sent to it has proven that they read its mail."""

from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.db import IntegrityError, transaction
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.models import Address, User

# On a request: the code was entered where the person signed up, so the password is theirs.
AT_SIGN_UP = "_entered_where_they_signed_up"


@transaction.atomic
def person_for_proven_address(address: Address, *, language: str) -> User:
    """Return the person of an address that a one-time code has proven, made if there is none.

    The code proves just what the sign-in code proves. Whoever is made has no password: they come in
    by a code sent to the address. Nobody is signed in by this, so the powers of staff, and second
    factors, stay where they are. ``language`` is that of the page.
    """
    address = Address.objects.select_for_update().get(pk=address.pk)
    if address.person is not None:
        return address.person
    email = address.email or ""
    person = User.objects.filter(email=email).first()
    if person is None:
        person = User.objects.create_user(email, language=language)
    elif not EmailAddress.objects.filter(user=person, verified=True).exists():
        forget_unproven_ways_in(person)
    others = EmailAddress.objects.filter(user=person, primary=True).exclude(email=email)
    # Verified is claimed, with everything under it (accounts.claims).
    EmailAddress.objects.update_or_create(
        user=person, email=email, defaults={"verified": True, "primary": not others.exists()}
    )
    return person


@transaction.atomic
def person_for_claimed_address(email: str, *, language: str) -> User:
    """Return who is asked for where nobody has proven the address yet, made if there is none.

    That is who has verified it, else the account under it, else a new one without a password. What
    is returned says nothing of whether it was there before, and proves nothing: whoever proves the
    address later gets it (:func:`person_for_proven_address`), and nobody else can come in.
    """
    email = email.strip().lower()
    address = Address.objects.select_related("person").filter(email=email).first()
    if address is not None and address.person is not None:
        return address.person
    known = User.objects.filter(email=email).first()
    if known is not None:
        return known
    try:
        with transaction.atomic():
            return User.objects.create_user(email, language=language)
    except IntegrityError:  # somebody else asked for them at the same moment
        return User.objects.get(email=email)


def forget_unproven_ways_in(person: User) -> None:
    """Take away every way in that was set up before anybody proved an address of the account.

    Whoever signed up with somebody else's address could wait, and come in once its owner proves it:
    by a password of theirs, or by single sign-on.
    """
    SocialAccount.objects.filter(user=person).delete()
    Authenticator.objects.filter(user=person).delete()
    if person.has_usable_password():
        person.set_unusable_password()
        person.save(update_fields=["password"])


@receiver(email_confirmed)
def forget_who_waited(request: HttpRequest, email_address: EmailAddress, **_more: Any) -> None:
    """At the first proof by a code to sign in or to reset a password, forget what was there before.

    Only the code of the sign-up itself is entered by whoever chose the password
    (``AccountAdapter.confirm_email``).
    """
    proven = EmailAddress.objects.filter(user=email_address.user, verified=True)
    first = not proven.exclude(pk=email_address.pk).exists()
    if first and not getattr(request, AT_SIGN_UP, False):
        forget_unproven_ways_in(email_address.user)
