"""People of the past: those who still have an account, those who were erased, and strangers."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import UNUSABLE_PASSWORD_PREFIX

from accounts.erased import fingerprints
from accounts.models import Address, User
from portal.demo.sample.clock import Clock, it_is, uid

JOINED = 470  # days ago, before the first of these requests

# Each country's share of a score of people, and how people are called there.
PLACES = (
    ("FR", 11), ("BE", 1), ("DE", 1), ("ES", 1), ("GB", 2), ("CH", 1), ("US-CA", 2), ("US-*", 1),
)  # fmt: skip
NAMES = {
    "FR": ("Anaïs Benoît Céline Damien Élodie Fabien Gaëlle Hervé Inaya Jérôme Karine Léo Maud "
           "Nicolas Océane Pascal Rachida Sylvain Tiphaine Ulysse Valérie Wassim Zoé",
           "Aubry Besson Colin Delmas Estève Faure Garnier-Petit Humbert Jacquet Klein Lacroix "
           "Masson Navarro Olivier Perrot Renard Saunier Tessier Vidal Weber"),
    "BE": ("Lotte Maxime Noor", "Claes Lambert Peeters"),
    "DE": ("Jonas Katrin Lena", "Brandt Krüger Vogel"),
    "ES": ("Álvaro Lucía Marta", "Castillo Iglesias Romero"),
    "GB": ("Alice Callum Fiona Harriet Owen", "Ashworth Bennett Doyle Hughes Marsh"),
    "CH": ("Corinne Reto Sandrine", "Aebischer Favre Zbinden"),
    "US": ("Aaron Brianna Carlos Denise Ethan Grace Maya", "Alvarez Brooks Foster Nguyen Reed"),
}  # fmt: skip
FRENCH = frozenset({"FR", "BE", "CH"})


@dataclass(eq=False)
class Guest:
    """Somebody of the past. ``erased_at``: when all but the number of the account was erased.

    A stranger has not proven their address: it belongs to no account.
    """

    number: int
    country: str
    region: str
    name: str
    is_stranger: bool = False
    erased_at: datetime | None = None
    row: User | None = None

    @property
    def language(self) -> str:
        """The language they write in."""
        return "fr" if self.country in FRENCH else "en"

    @property
    def email(self) -> str:
        """The address they write from."""
        first, _space, last = self.name.lower().partition(" ")
        return f"{_plain(first)}.{_plain(last)}{self.number}@courriel.example"

    @property
    def person(self) -> User:
        """The row, once :func:`arrive` has made it."""
        assert self.row is not None  # noqa: S101 - for the types: they have arrived
        return self.row


class Guests:
    """Whoever is needed, made in a lasting order."""

    def __init__(self) -> None:
        self.all: list[Guest] = []
        self._score = [place for place, share in PLACES for _ in range(share)]

    def another(self, *, is_stranger: bool = False, erased_at: datetime | None = None) -> Guest:
        """Return somebody new."""
        number = len(self.all)
        # 7 and 20 have no common factor: the places of a score follow each other well mixed.
        country, _dash, region = self._score[number * 7 % 20].partition("-")
        if region == "*":
            region = "VA" if number // 20 % 2 else "CO"
        firsts, lasts = (names.split() for names in NAMES[country])
        name = f"{firsts[number * 5 % len(firsts)]} {lasts[number * 3 % len(lasts)]}"
        guest = Guest(number, country, region, name, is_stranger, erased_at)
        self.all.append(guest)
        return guest


def arrive(clock: Clock, guests: Iterable[Guest]) -> None:
    """Write them down, in three statements; those who were erased as they are now."""
    everybody, joined = list(guests), clock.ago(JOINED)
    for guest in everybody:
        guest.row = _user(guest, joined)
    User.objects.bulk_create(guest.person for guest in everybody)
    proven = [guest for guest in everybody if not guest.is_stranger]
    with it_is(joined):
        Address.objects.bulk_create(_address(guest, joined) for guest in proven)
    EmailAddress.objects.bulk_create(
        EmailAddress(user=guest.person, email=guest.email, verified=True, primary=True)
        for guest in proven
        if guest.erased_at is None
    )


def _user(guest: Guest, joined: datetime) -> User:
    """Nobody has a password: who asked came by a code sent to the address."""
    user = User(uid=uid(f"guest {guest.number}"), password=f"{UNUSABLE_PASSWORD_PREFIX}past")
    if guest.erased_at is not None:
        user.email, user.is_active = None, False
        user.date_joined = user.erased_at = guest.erased_at
        return user
    user.email, user.name, user.date_joined = guest.email, guest.name, joined
    user.language, user.country = guest.language, guest.country
    return user


def _address(guest: Guest, joined: datetime) -> Address:
    address = Address(uid=address_uid(guest), person=guest.person, claimed_at=joined)
    if guest.erased_at is None:
        address.email = guest.email
    else:
        address.erased_hash = fingerprints(guest.email)[0]
    return address


def address_uid(guest: Guest) -> UUID:
    """Return the lasting number of the guest's address."""
    return uid(f"address of guest {guest.number}")


def _plain(name: str) -> str:
    """Return a name as it stands in an address."""
    letters = str.maketrans("áàâçéèêëïíîôöóüú", "aaaceeeeiiiooouu")
    return name.translate(letters)
