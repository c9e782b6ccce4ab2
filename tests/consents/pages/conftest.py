"""A shop of real purposes, a person with documents, and somebody signed in."""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.test import Client
from django.utils import timezone

from accounts.actions import join
from accounts.models import Address, Organisation, User
from consents.actions import choices
from consents.actions.purposes import load_catalogue
from consents.models import (
    ContractClause,
    Document,
    Party,
    Purpose,
    PurposeVersion,
    System,
    TrainingRun,
    Use,
)  # fmt: skip
from tests.accounts import people
from tests.consents.worlds import make_person

LONG_AGO = timedelta(days=500)


@dataclass
class Shop:
    """The catalogue's purposes in force, and Ada, Ben and Cleo who share documents."""

    shape: str = "consent"
    people: dict[str, User] = field(default_factory=dict)

    def __post_init__(self) -> None:
        load_catalogue(self.shape, at=timezone.now() - LONG_AGO)
        self.training = Purpose.objects.get(is_ai_training=True)
        self.ada, self.ben, self.cleo = (make_person(name) for name in ("ada", "ben", "cleo"))
        self.lilas = Organisation.objects.create(name="Agence des Lilas", reference="org:lilas")

    def document(self, title: str, *parties: User | Address | None, **fields: Any) -> Document:
        """Return a completed document; the first party sent it, the others signed."""
        at = fields.pop("at", timezone.now())
        fields = {"status": "completed", "completed_at": at} | fields
        document = Document.objects.create(
            reference=f"ref:{Document.objects.count()}", title=title, state_at=at, listed_at=at,
            **fields,
        )  # fmt: skip
        for number, one in enumerate(parties):
            address = one.addresses.first() if isinstance(one, User) else one
            Party.objects.create(
                document=document, address=address, listed_at=at, signed_at=at if number else None,
                role="signer" if number else "sender",
                name=one.name if isinstance(one, User) else "Somebody",
            )  # fmt: skip
        return document

    def use(self, document: Document, slug: str, at: datetime, run: str = "") -> None:
        """Record a use under the wording that was in force."""
        version = PurposeVersion.objects.get(purpose__slug=slug, number=1)
        system = System.objects.order_by("pk").first()
        assert system is not None
        training = None
        if run:
            training = TrainingRun.objects.get_or_create(
                reference=run,
                defaults={
                    "model_name": "Clauses 1", "system": system, "started_at": at,
                    "remedy": "filter",
                },
            )[0]  # fmt: skip
        Use.objects.create(
            document=document, version=version, system=system, at=at, training_run=training
        )

    def sign_the_contract(self) -> ContractClause:
        """Let the agency have agreed by a clause that Ada accepted."""
        at = timezone.now() - timedelta(days=100)
        before = ContractClause.objects.create(
            organisation=self.lilas, contract="General terms", number="9.2", version="2023",
            texts={"en": "Documents serve the service alone."}, accepted_by=self.ada,
            accepted_at=at - timedelta(days=300), sha256="0" * 64,
        )  # fmt: skip
        clause = ContractClause.objects.create(
            organisation=self.lilas, contract="General terms", number="9.2", version="2025",
            texts={"en": "Documents serve the service and train models."}, previous=before,
            accepted_by=self.ada, accepted_at=at, sha256="1" * 64,
        )  # fmt: skip
        choices.agree_by_contract(self.training, clause=clause)
        return clause

    def refuse(self, person: User, **scope: Any) -> None:
        """The person refuses AI training."""
        choices.refuse(self.training, person=person, by=person, language="en", **scope)

    def allow(self, person: User, **scope: Any) -> None:
        """The person allows AI training."""
        choices.allow(self.training, person=person, by=person, language="en", **scope)

    def members(self) -> None:
        """Make Ada the agency's administrator and Ben a member, for years now."""
        join(self.lilas, person=self.ada, is_admin=True)
        join(self.lilas, person=self.ben)
        self.lilas.memberships.update(joined_at=timezone.now() - timedelta(days=1000))


def can_sign_in(person: User) -> None:
    """Give the person a password and a verified address for the sign-in page."""
    person.set_password(people.PASSWORD)
    person.save()
    EmailAddress.objects.create(user=person, email=person.email, verified=True, primary=True)


@pytest.fixture(autouse=True)
def _no_limits_left_over(db: None) -> None:
    cache.clear()


@pytest.fixture
def shop(db: None) -> Shop:
    """AI training rests on consent."""
    return Shop()


@pytest.fixture
def objection(db: None) -> Shop:
    """AI training rests on a legitimate interest, and people may object."""
    return Shop("objection")


@pytest.fixture
def signed_in(db: None) -> Callable[..., Client]:
    """A function that returns a browser in which the person is signed in."""

    def sign_in(person: User, **options: Any) -> Client:
        client = Client(**options)
        client.force_login(person)
        return client

    return sign_in
