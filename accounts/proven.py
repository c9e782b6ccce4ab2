"""Who has an address, once a code sent to it has proven that they read its mail."""

from allauth.account.models import EmailAddress
from django.db import transaction

from accounts.models import Address, User


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
        # Whoever signed up with it and never proved it is theirs shall not come in with a password.
        person.set_unusable_password()
        person.save(update_fields=["password"])
    others = EmailAddress.objects.filter(user=person, primary=True).exclude(email=email)
    # Verified is claimed, with everything under it (accounts.claims).
    EmailAddress.objects.update_or_create(
        user=person, email=email, defaults={"verified": True, "primary": not others.exists()}
    )
    return person
