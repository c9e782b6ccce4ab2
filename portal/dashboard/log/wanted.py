"""What is looked for in the log: every field narrows, none set means everything."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cached_property

from django.db.models import Exists, OuterRef, Q
from django.utils import timezone

from accounts.models import User
from consents.models import Document, Party, Purpose
from dsar.models import SubjectRequest

EVERYTHING = "everything"
# What machines did with a person's documents is looked for in at most so many days: it is found
# through the documents, and how many of those somebody has is not bounded.
MOST_DAYS = 92
# Up to so many documents are looked up one by one; more are met on the way through the period.
MOST_DOCUMENTS = 500


@dataclass(frozen=True)
class Wanted:
    """A search in the log.

    ``since`` counts and ``until`` does not (aware, UTC). ``what`` is empty (all but what machines
    do by the thousand), :data:`EVERYTHING`, a family's slug, or ``slug.code``.
    """

    since: datetime | None = None
    until: datetime | None = None
    what: str = ""
    staff: User | None = None
    person: User | None = None
    request: str = ""  # a reference, known or not
    document: str = ""  # the signing service's reference, known or not
    purpose: str = ""  # a slug

    @property
    def family(self) -> str:
        """The slug of the only family that is wanted, or nothing."""
        return "" if self.what == EVERYTHING else self.what.partition(".")[0]

    @property
    def code(self) -> str:
        """The only kind of event that is wanted, or nothing."""
        return self.what.partition(".")[2]

    @property
    def with_machines(self) -> bool:
        """Whether what machines did is wanted, too."""
        return self.what == EVERYTHING or bool(self.document)

    @property
    def is_short(self) -> bool:
        """Whether the period is short enough to look for what machines did with documents."""
        if self.since is None:
            return False
        return (self.until or timezone.now()) - self.since <= timedelta(days=MOST_DAYS, hours=1)

    @property
    def misses_machines(self) -> bool:
        """Whether a person's uses and answers are wanted, and the period is too long for them."""
        return self.person is not None and self.looks_at_machines and not self.is_short

    @property
    def looks_at_machines(self) -> bool:
        """Whether uses, or answers of the gate, are asked for."""
        return self.what == EVERYTHING or self.family in ("answers", "uses")

    @cached_property
    def request_key(self) -> int:
        """The key of the request; 0 where there is none of that reference."""
        found = SubjectRequest.objects.filter(reference=self.request)
        return found.values_list("pk", flat=True).first() or 0

    @cached_property
    def document_key(self) -> int:
        """The key of the document; 0 where there is none of that reference."""
        found = Document.objects.filter(reference=self.document)
        return found.values_list("pk", flat=True).first() or 0

    @cached_property
    def purpose_key(self) -> int:
        """The key of the purpose; 0 where there is none of that slug."""
        found = Purpose.objects.filter(slug=self.purpose)
        return found.values_list("pk", flat=True).first() or 0

    @cached_property
    def requests_of_person(self) -> list[int]:
        """The keys of the person's requests: few, so that their own index is used."""
        return list(SubjectRequest.objects.filter(person=self.person).values_list("pk", flat=True))

    @cached_property
    def addresses_of_person(self) -> list[int]:
        """The keys of the person's addresses."""
        return list(self.person.addresses.values_list("pk", flat=True)) if self.person else []

    @cached_property
    def of_their_documents(self) -> Q | None:
        """The condition that a row is about one of the person's documents; None: not looked for.

        A person is a party by address, and stays one when the part was hidden or emptied.
        """
        if not self.is_short:
            return None
        parties = Party.objects.filter(address__in=self.addresses_of_person)
        few = list(parties.values_list("document", flat=True)[: MOST_DOCUMENTS + 1])
        if len(few) <= MOST_DOCUMENTS:
            return Q(document__in=few)
        return Q(Exists(parties.filter(document=OuterRef("document"))))
