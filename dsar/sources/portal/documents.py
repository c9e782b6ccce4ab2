"""The documents a person signed, sent or received, with their files.

A contract is everybody's who signed it: what becomes of it is decided document by document.
"""

from collections.abc import Iterable, Iterator

from django.core.files.storage import default_storage
from django.db.models import QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.models import User
from consents.models import Document, Party
from consents.queries.retention import said as in_register
from dsar.grounds import Sentence
from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Description, OriginalFile, Proposal, Row, Source, Table
from dsar.sources.portal.contracts import PREFIX, decide, is_abandoned, is_theirs_alone, period
from dsar.sources.portal.emptying import empty
from dsar.sources.portal.people import named_by_address, parties_of

Status = Document.Status


class DocumentSource(Source):
    """Documents, parties and files."""

    slug = "documents"
    label = gettext_lazy("Your documents")
    covers = frozenset({"consents.Document", "consents.Party"})

    def describe(self) -> Description:
        """Say in words what is held about documents."""
        return Description(
            holds=_("Documents you signed, sent or received: title, dates, parties, file."),
            why=_("To deliver and keep signed documents: the contract with you (art. 6(1)(b))."),
            origin=_("From the signing service, on behalf of whoever sent the document."),
            kept=in_register("delivery")
            or _("As long as the contract can matter; the date stands beside each document."),
        )

    def find(self, person: User) -> int:
        """Count the documents the person is party to."""
        return _documents(person).count()

    def collect(self, person: User) -> Iterator[Table]:
        """Yield every document, with its original file where the portal has it."""
        yield Table(
            "documents",
            _("Your documents"),
            _("Every document you are party to, also those you removed from your space."),
            (
                Column("title", _("Title")),
                Column("kind", _("Kind")),
                Column("status", _("State")),
                Column("my_role", _("Your part")),
                Column("sender", _("Organisation")),
                Column("sent", _("Sent")),
                Column("completed", _("Signed by all")),
                Column("signed_by_me", _("Signed by you")),
                Column("other_parties", _("Other parties")),
                Column("fingerprint", _("Fingerprint (SHA-256)")),
                Column("keep_until", _("Kept until")),
                Column("reference", _("Reference")),
            ),
            (
                _row(document, person)
                for document in _documents(person)
                .select_related("organisation")
                .prefetch_related("parties__address")
                .order_by("pk")
                .iterator(chunk_size=500)
            ),
            portable=True,  # sent, received and signed under the contract, by automated means
        )

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """Decide document by document (see ``contracts.decide``)."""
        today, kept_for = timezone.localdate(), period()
        documents = _documents(person).prefetch_related("parties__address").order_by("pk")
        for document in documents.iterator(chunk_size=500):
            yield decide(document, person, today, kept_for)

    def identity(self, item: ErasureItem | Proposal) -> str:
        """Return the document's own number, which no other document ever has."""
        return str(Document.objects.values_list("uid", flat=True).get(pk=_pk(item)))

    def files(self, item: ErasureItem) -> tuple[str, ...]:
        """Return the document's file as it is now."""
        name = str(Document.objects.values_list("file", flat=True).get(pk=_pk(item)))
        return (name,) if name else ()

    def erase(self, person: User, item: ErasureItem) -> None:
        """Erase the document, or the person's part in it, or lock it away.

        What the law lets somebody decide (``dsar.actions.plan``) is not softened by the rules; what
        others have a part in always is.
        """
        document = Document.objects.select_for_update().get(pk=_pk(item))
        if document.erased_at is None:
            # Others may have signed since the plan was made: what is theirs now is not destroyed.
            now = decide(document, person, timezone.localdate(), period())
            if not (item.is_decided and now.sentence == Sentence.CONTRACT_PROOF):
                item.take_the_milder(now)
        if item.decision == Decision.ERASE:
            empty(document)
            return
        mine = document.parties.filter(address__person=person)
        mine.filter(hidden_at=None).update(hidden_at=timezone.now())
        # A name stays with the contract as its proof and ends with it; an address does not.
        document.parties.filter(named_by_address(person)).update(name="")
        if item.decision == Decision.ANONYMISE:
            mine.update(name="")
        if item.decision == Decision.RESTRICT and is_theirs_alone(document, person):
            document.restricted_at = document.restricted_at or timezone.now()
            document.save(update_fields=["restricted_at"])

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether the document is as decided, and no file is left of an erased one."""
        document = Document.objects.get(pk=_pk(item))
        if item.decision == Decision.ERASE:
            files_gone = not any(default_storage.exists(name) for name in item.files)
            return document.erased_at is not None and files_gone
        mine = document.parties.filter(address__person=person)
        if mine.filter(hidden_at=None).exists():
            return False
        if document.parties.filter(named_by_address(person)).exists():
            return False
        if item.decision == Decision.ANONYMISE:
            return not mine.exclude(name="").exists()
        locked = document.restricted_at is not None or not is_theirs_alone(document, person)
        return item.decision != Decision.RESTRICT or locked

    def end(self, person: User, item: ErasureItem) -> None:
        """At its date: erase what nobody else can see any more, else the person's name in it.

        Also what was kept for others: they may have been erased themselves since.
        """
        document = Document.objects.select_for_update().get(pk=_pk(item))
        if is_abandoned(document, person):
            empty(document)
        else:
            document.parties.filter(address__person=person).update(name="")

    def has_ended(self, person: User, item: ErasureItem) -> bool:
        """Whether it is erased with its file, or others need it and the person's name is gone."""
        document = Document.objects.get(pk=_pk(item))
        if document.erased_at is not None:
            return not document.file
        named = document.parties.filter(address__person=person).exclude(name="").exists()
        return not (named or is_abandoned(document, person))


def erase_abandoned(person: User, items: Iterable[ErasureItem]) -> None:
    """Erase the documents of these items that were left to others who are all gone by now.

    Two who go at the same time leave a document to each other. Call it once the person's addresses
    are emptied: the lock makes the second of the two see that the first is gone.
    """
    for item in items:
        document = Document.objects.select_for_update().get(pk=_pk(item))
        if document.erased_at is None and is_abandoned(document, person):
            empty(document)


def _documents(person: User) -> QuerySet[Document]:
    return Document.objects.filter(pk__in=parties_of(person).values("document"), erased_at=None)


def _pk(item: ErasureItem | Proposal) -> int:
    return int(item.key.removeprefix(PREFIX))


def _row(document: Document, person: User) -> Row:
    parties = document.parties.all()
    mine = [p for p in parties if p.address and p.address.person_id == person.pk]
    signed = next((p.signed_at for p in mine if p.signed_at), None)
    roles = [Party.Role(p.role) for p in mine]
    return Row(
        {
            "title": document.title,
            "kind": document.kind,
            "status": document.status,
            "my_role": [role.value for role in roles],
            "sender": document.organisation.name if document.organisation else None,
            "sent": document.sent_at,
            "completed": document.completed_at,
            "signed_by_me": signed,
            "other_parties": len(parties) - len(mine),
            "fingerprint": document.sha256,
            "keep_until": document.keep_until,
            "reference": document.reference,
        },
        {
            "kind": document.get_kind_display(),
            "status": document.get_status_display(),
            "my_role": ", ".join(str(role.label) for role in roles),
        },
        _original(document, mine),
        is_own=not _only_in_copy(mine),
    )


def _original(document: Document, mine: list[Party]) -> tuple[OriginalFile, ...]:
    """Return the file. Who sent or signs a document knows it, and gets it whole (CJEU C-487/21).

    Who is only in copy has been sent it once all had signed; before that, data of others in it is
    looked for first (art. 15(4)).
    """
    if not document.file:
        return ()
    storage, name = document.file.storage, str(document.file.name)
    unseen = _only_in_copy(mine) and document.status != Status.COMPLETED
    return (OriginalFile(name, lambda: storage.open(name), screen=unseen),)


def _only_in_copy(mine: list[Party]) -> bool:
    return all(party.role == Party.Role.COPY for party in mine)
