"""A small world of people, documents and choices, to try the gate in."""

from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any

from django.utils import timezone

from accounts.actions import claim_address, join
from accounts.models import Address, Organisation, User
from consents.actions import choices
from consents.models import ContractClause, Document, Party, Purpose, PurposeVersion
from consents.models.purposes import Control
from portal.lib.canonical import sha256_of

WORDS = dict.fromkeys(
    ["title", "summary", "detail", "legal", "data", "recipients", "retention", "consequence",
     "refusal", "example"], "words",
)  # fmt: skip


def make_purpose(
    slug: str = "ai-training", control: str = Control.CONSENT, **fields: Any
) -> Purpose:
    """Return a purpose with one version in force for a year."""
    training = slug == "ai-training"
    purpose = Purpose.objects.create(slug=slug, control=control, is_ai_training=training, **fields)
    start = timezone.now() - timedelta(days=365)
    basis = {"consent": "6(1)(a)", "objection": "6(1)(f)"}.get(control, "6(1)(b)")
    PurposeVersion.objects.create(
        purpose=purpose, number=1, published_at=start, effective_from=start, legal_basis=basis,
        texts={"en": WORDS, "fr": WORDS}, retention_trigger="end", retention_duration="P1Y",
        dpv_purpose="dpv:ServiceProvision", sha256=sha256_of(slug),
    )  # fmt: skip
    return purpose


def make_person(name: str) -> User:
    """Return a customer whose one address is verified."""
    email = f"{name}@example.org"
    user = User.objects.create_user(email, name=name.title())
    claim_address(email, person=user)
    return user


def make_document(reference: str, *parties: User | Address, **fields: Any) -> Document:
    """Return a completed document of these parties."""
    now = timezone.now()
    document = Document.objects.create(
        reference=reference, title=reference, status="completed", completed_at=now, state_at=now,
        **fields,
    )  # fmt: skip
    for one in parties:
        address = one.addresses.get() if isinstance(one, User) else one
        Party.objects.create(document=document, address=address, role="signer")
    return document


@dataclass
class World:
    """Two members of an organisation, two others, a signer without account, four documents."""

    control: str = Control.CONSENT
    purpose: Purpose = field(init=False)

    def __post_init__(self) -> None:
        self.purpose = make_purpose(control=self.control)
        self.organisation = Organisation.objects.create(name="Lilas", reference="org:lilas")
        self.people = [make_person(name) for name in ("ada", "ben", "cleo", "dan")]
        self.ada, self.ben, self.cleo, self.dan = self.people
        self.signer = Address.objects.create(email="signer@example.org")
        join(self.organisation, person=self.ada, is_admin=True)
        join(self.organisation, person=self.ben)
        own = {"organisation": self.organisation}
        self.documents = [
            make_document("org:members", self.ada, self.ben, **own),
            make_document("org:shared", self.ada, self.cleo, **own),
            make_document("private", self.cleo, self.dan),
            make_document("with-signer", self.ada, self.signer),
        ]

    def sign_the_contract(self) -> None:
        """Let the organisation have agreed by a clause."""
        clause = ContractClause.objects.create(
            organisation=self.organisation, contract="Master agreement", number="9.2",
            version="2025", texts={"en": "All documents may train models."}, sha256="0" * 64,
            accepted_by=self.ada, accepted_at=timezone.now(),
        )  # fmt: skip
        choices.agree_by_contract(self.purpose, clause=clause)

    def widen(self) -> PurposeVersion:
        """Let the purpose grow wider from now on, announced long before."""
        now = timezone.now()
        last = PurposeVersion.objects.filter(purpose=self.purpose).order_by("-number")[0]
        return PurposeVersion.objects.create(
            purpose=self.purpose, number=last.number + 1, widens=True,
            published_at=now - timedelta(days=60), effective_from=now,
            legal_basis=last.legal_basis, texts=last.texts, retention_trigger="end",
            retention_duration="P1Y", data_categories=[*last.data_categories, "pd:Name"],
            dpv_purpose=last.dpv_purpose, sha256=sha256_of(str(last.number)),
        )  # fmt: skip

    def allow(self, person: User, **scope: Any) -> None:
        """The person allows the purpose within the scope."""
        choices.allow(self.purpose, person=person, by=person, language="en", **scope)

    def refuse(self, person: User, **scope: Any) -> None:
        """The person refuses the purpose within the scope."""
        choices.refuse(self.purpose, person=person, by=person, language="en", **scope)
