"""What is looked for in the log: every field narrows, none set means everything."""

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from accounts.models import User
from consents.models import Document, Purpose
from dsar.models import SubjectRequest

EVERYTHING = "everything"


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
