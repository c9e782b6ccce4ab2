"""People with data of every kind, and a way to do the worker's jobs in the test's own process."""

import io
import zipfile
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.actions import claim_address, join
from accounts.models import Address, Organisation, User
from accounts.roles import Role
from consents.actions import choices
from consents.models import Document, Party, Purpose, PurposeVersion, System, Use
from dsar import packages, tasks
from dsar.models import Step, SubjectRequest
from tests.consents.worlds import make_person, make_purpose

__all__ = ["make_person"]

Ask = Callable[..., SubjectRequest]
PDF = b"%PDF-1.7 the contract itself"


def make_staff(name: str, role: str = Role.SUPPORT) -> User:
    """Return somebody who works here."""
    return User.objects.create_user(f"{name}@staff.example.org", name=name.title(), role=role)


def make_document(reference: str, *parties: User | Address | None, **fields: object) -> Document:
    """Return a document of these parties, the first being its sender, with a real file."""
    now = timezone.now()
    defaults = {"title": f"Title of {reference}", "status": "completed", "completed_at": now}
    document = Document.objects.create(reference=reference, state_at=now, **defaults | fields)
    document.file.save(f"{reference}.pdf", ContentFile(PDF))
    for number, one in enumerate(parties):
        address = one.addresses.get() if isinstance(one, User) else one
        role = "signer" if number else "sender"
        Party.objects.create(document=document, address=address, role=role)
    return document


def make_life(person: User, other: User) -> dict[str, Document]:
    """Give a person something in every category of data; return their documents by name."""
    EmailAddress.objects.get_or_create(
        user=person, email=person.email, defaults={"verified": True, "primary": True}
    )
    Authenticator.objects.create(user=person, type="totp", data={"secret": "s3cret-of-totp"})
    UserSession.objects.create(
        user=person, ip="192.0.2.1", session_key="k" * 32, user_agent="A browser"
    )
    join(Organisation.objects.create(name="Atelier", reference="atelier"), person=person)
    purpose = Purpose.objects.filter(slug="ai-training").first() or make_purpose()
    choices.allow(purpose, person=person, by=person, language="en")
    documents = {
        "shared": make_document("shared", other, person),
        "own": make_document("own", person, title="=cmd|' /C calc'!A0"),
        "draft": make_document("draft", person, other, status="draft", completed_at=None),
        "sent": make_document("sent", other, person, status="sent", completed_at=None),
        "declined": make_document("declined", person, status="declined", completed_at=None),
        "old": make_document("old", person, keep_until=date(2020, 1, 1)),
    }
    use(documents["shared"], purpose)
    return documents


def use(document: Document, purpose: Purpose, *, times: int = 1) -> None:
    """Record that a system used the document."""
    system, _ = System.objects.get_or_create(slug="search", defaults={"name": "Search index"})
    start = datetime(2026, 1, 5, 9, tzinfo=UTC)
    version = PurposeVersion.objects.filter(purpose=purpose).latest("number")
    Use.objects.bulk_create(
        Use(document=document, version=version, system=system, at=start + timedelta(seconds=n))
        for n in range(times)
    )


def work(request: SubjectRequest) -> SubjectRequest:
    """Do every job of the request that can be done now; return it as it is then."""
    while (step := due(request)) is not None:
        tasks.run_step(step.pk)
    request.refresh_from_db()
    return request


def due(request: SubjectRequest) -> Step | None:
    """Return a step that the worker could take up now."""
    waiting = request.steps.filter(status="waiting", not_before__lte=timezone.now())
    worked_on = SubjectRequest.objects.filter(
        pk=request.pk, status__in=["searching", "preparing"]
    ).exists()
    return waiting.first() if worked_on else None


def unpack(request: SubjectRequest) -> zipfile.ZipFile:
    """Return the opened copy of an answered request."""
    return zipfile.ZipFile(io.BytesIO(b"".join(packages.open_stream(request.package))))


def verify(email: str, person: User) -> Address:
    """Make a further address the person's."""
    return claim_address(email, person=person)
