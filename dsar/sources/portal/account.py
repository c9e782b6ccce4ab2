"""Who the person is to us. Erased last: the rest is found by it."""

from collections.abc import Iterator

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts import erased
from accounts.models import Address, User
from accounts.roles import Role
from dsar.grounds import Sentence
from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Description, Proposal, Row, Source, Table
from dsar.sources.portal import documents, people


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
            portable=True,  # typed in by the person, used under the contract
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
            portable=True,  # given to us by the person or for them, used under the contract
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
                _forget_addresses(person, item)
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
            return item.stays or not (left or people.names_are_left(person))
        emptied = person.erased_at is not None and not (person.email or person.name)
        return not person.is_active and (item.stays or emptied)

    def end(self, person: User, item: ErasureItem) -> None:
        """Empty what a hold had kept."""
        if item.key == "addresses":
            _forget_addresses(person, item)
        elif person.erased_at is None:
            _empty(person)
            person.save()


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


def _forget_addresses(person: User, item: ErasureItem) -> None:
    people.forget_names(person)
    erased.erase(person.addresses.all())
    left_to_others = item.request.items.filter(source="documents", decision=Decision.ANONYMISE)
    documents.erase_abandoned(person, left_to_others.order_by("key"))


def _empty(person: User) -> None:
    now = timezone.now()
    person.email, person.name = None, ""
    person.language = person.time_zone = person.country = ""
    person.role, person.last_login, person.date_joined = Role.CUSTOMER, None, now
    person.is_active, person.erased_at = False, now
