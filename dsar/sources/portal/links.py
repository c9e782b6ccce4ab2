"""Links to documents that the service sent to the person's addresses, and the codes asked for."""

from collections.abc import Iterator

from django.db.models import Max, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from accounts.models import User
from consents.actions.links import REMEMBERED
from consents.models import DocumentLink
from dsar.grounds import Sentence
from dsar.models import ErasureItem, SubjectRequest
from dsar.models.erasure import Decision
from dsar.sources.base import Column, Description, Proposal, Row, Source, Table


class LinkSource(Source):
    """Links for signers without an account. Their codes end with them."""

    slug = "links"
    label = gettext_lazy("Links to your documents")
    covers = frozenset({"consents.DocumentLink", "consents.LinkCode"})

    def describe(self) -> Description:
        """Say in words what is held about links."""
        return Description(
            holds=_("Which document a link leads to, until when, and when a code was asked for."),
            why=_("To let you decide and ask without an account (art. 12(2), 25(1) GDPR)."),
            origin=_("From the signing service, which sends the link; codes from the portal."),
            kept=_("Until %(days)d days after the link has ended; codes for a day.")
            % {"days": REMEMBERED.days},
        )

    def find(self, person: User) -> int:
        """Count the links."""
        return _links(person).count()

    def collect(self, person: User) -> Iterator[Table]:
        """Yield every link. The links themselves are not given out: who holds one can use it."""
        links = (
            _links(person)
            .select_related("document", "address")
            .annotate(asked=Max("codes__sent_at"))
        )
        yield Table(
            "links",
            _("Links to your documents"),
            _("Links that the signing service sent you, to see and decide without an account."),
            (
                Column("document", _("Document")),
                Column("to", _("To")),
                Column("created", _("Made")),
                Column("expires", _("Ends")),
                Column("revoked", pgettext("a link", "Withdrawn")),
                Column("asked", _("Last code asked for")),
            ),
            (_row(link) for link in links.iterator(chunk_size=2000)),
        )

    def plan(self, person: User, request: SubjectRequest) -> Iterator[Proposal]:
        """All of them end and are erased."""
        if amount := self.find(person):
            label = str(self.label)
            yield Proposal("links", Decision.ERASE, Sentence.ERASED, label=label, amount=amount)

    def erase(self, person: User, item: ErasureItem) -> None:
        """Delete them, with their codes."""
        if item.decision == Decision.ERASE:
            self.end(person, item)

    def prove_gone(self, person: User, item: ErasureItem) -> bool:
        """Whether none is left."""
        return item.stays or not _links(person).exists()

    def end(self, person: User, item: ErasureItem) -> None:
        """Delete them."""
        _links(person).delete()


def _links(person: User) -> QuerySet[DocumentLink]:
    return DocumentLink.objects.filter(address__person=person)


def _row(link: DocumentLink) -> Row:
    asked = getattr(link, "asked", None)
    return Row(
        {
            "document": link.document.title,
            "to": link.address.email,
            "created": link.created_at,
            "expires": link.expires_at,
            "revoked": link.revoked_at,
            "asked": asked,
        }
    )
