"""Who is in the documents of a batch of reports: read once, written once."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Q

from accounts import erased
from accounts.actions import addresses_for
from consents.models import Document, Party, Standing
from consents.reports import DocumentReport, PartyReport

# What makes a party one in its document: the e-mail (else the name) and the role.
Key = tuple[str, str]
S = Document.Status


class Parties:
    """The parties of some locked documents, and what has to be written about them.

    Until a document is completed, the newest report says who is in it: a party it leaves out was
    put there by mistake and goes (recipients are corrected before signing), unless they signed or
    refused. From then on parties are only added, so that nobody's "no" can be lost with them, nor
    the missing "yes" of anybody who never answered. A signer without address whom a newer report
    names with theirs stays the same party. Somebody whose address was erased is not made known
    again in a document they were in.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self.new: dict[int, Party] = {}  # by id()
        self.emails: dict[int, str] = {}  # by id(): addresses that these parties are to get
        self.changed: dict[int, Party] = {}
        self.gone: list[int] = []
        self.of: dict[int, dict[Key, Party]] = {one.pk: {} for one in documents}
        for party in Party.objects.filter(document__in=self.of).select_related("address"):
            self.of[party.document_id][_key(party)] = party
        self.refusals = _refusals(party for known in self.of.values() for party in known.values())

    def learn(
        self, document: Document, report: DocumentReport, *, newer: bool, settled: bool
    ) -> bool:
        """Take in the parties of one report; return whether anything is new.

        ``settled``: the document was completed, or came to another end, before the report.
        """
        if not report.parties or document.erased_at:
            return False
        known = self.of[document.pk]
        told: dict[Key, PartyReport] = {}
        for one in report.parties:
            told.setdefault((one.address or f"?{one.name}", one.role), one)
        # For good, also when the minor's row goes, or is replaced by one that does not say so.
        document.involves_minor |= any(one.is_minor for one in told.values())
        document.involves_minor |= any(party.is_minor for party in known.values())
        recognised = newer and self._recognise(known, told)
        # An old report of the completed document names people no newer one can have taken out.
        is_last = report.status == S.COMPLETED and report.completed_at is not None
        adds = newer or not known or is_last
        changes = [
            self._meet(document, key, one, newer=newer, add=adds or one.signed_at is not None)
            for key, one in told.items()
        ]
        dropped = newer and not settled and self._drop(document, told)
        return recognised or dropped or any(changes)

    def list_anew(self, document: Document) -> None:
        """Repeat the date by which the document is now listed in its parties."""
        for party in self.of[document.pk].values():
            party.listed_at = document.listed_at
            self._touch(party)

    def save(self) -> None:
        """Write what was learnt, in a few queries."""
        if self.gone:
            Party.objects.filter(pk__in=self.gone).delete()
        addresses = addresses_for(self.emails.values())
        for party in (*self.new.values(), *self.changed.values()):
            if email := self.emails.get(id(party)):
                party.address = addresses[email]
        if self.changed:
            Party.objects.bulk_update(
                self.changed.values(),
                ["address", "name", "is_minor", "signed_at", "listed_at"],
                batch_size=500,
            )
        Party.objects.bulk_create(self.new.values(), batch_size=2000)

    def _recognise(self, known: dict[Key, Party], told: dict[Key, PartyReport]) -> bool:
        """Give signers without address the one they are now named with; return if there was any.

        Only where it can be nobody else: one of that name and role had no address, and one of it
        is now told with an address that is new to the document.
        """
        named = Counter((one.role, one.name) for one in told.values() if one.address and one.name)
        recognised = False
        for key, one in told.items():
            unknown = (f"?{one.name}", one.role)
            if named[(one.role, one.name)] != 1 or not one.address or key in known:
                continue
            if unknown in told or unknown not in known or _was_erased(one, known.values()):
                continue
            party = known[key] = known.pop(unknown)
            self.emails[id(party)] = one.address
            self._touch(party)
            recognised = True
        return recognised

    def _meet(
        self, document: Document, key: Key, one: PartyReport, *, newer: bool, add: bool
    ) -> bool:
        """Learn of one party; return whether that was new."""
        known = self.of[document.pk]
        party = known.get(key)
        if party is not None:
            return self._update(party, one, newer=newer)
        if not add or _was_erased(one, known.values()):
            return False
        if not newer and _is_now_known_by_address(one, known):
            return False
        party = Party(
            document=document,
            role=one.role,
            name=one.name,
            is_minor=one.is_minor,
            signed_at=one.signed_at,
            listed_at=document.listed_at,
        )
        known[key] = party
        self.new[id(party)] = party
        if one.address:
            self.emails[id(party)] = one.address
        return True

    def _update(self, party: Party, one: PartyReport, *, newer: bool) -> bool:
        before = (party.name, party.signed_at, party.is_minor)
        if one.name and (newer or not party.name):
            party.name = one.name
        if one.signed_at and (newer or not party.signed_at):
            party.signed_at = one.signed_at
        party.is_minor |= one.is_minor
        if before == (party.name, party.signed_at, party.is_minor):
            return False
        self._touch(party)
        return True

    def _touch(self, party: Party) -> None:
        if party.pk is not None:
            self.changed[party.pk] = party

    def _drop(self, document: Document, told: dict[Key, PartyReport]) -> bool:
        """Let go of whom the newest report leaves out; return whether there was anybody."""
        known = self.of[document.pk]
        left_out = [
            key
            for key, party in known.items()
            if key not in told
            and party.signed_at is None
            and not _is_erased(party)
            and not self._refused(party, document)
        ]
        for key in left_out:
            party = known.pop(key)
            self.changed.pop(party.pk, None)
            if self.new.pop(id(party), None) is None:
                self.gone.append(party.pk)
        return bool(left_out)

    def _refused(self, party: Party, document: Document) -> bool:
        """Whether the party said no to anything that bears on the document."""
        if party.address is None:
            return False
        mine = self.refusals.get(("address", party.address_id), []) + self.refusals.get(
            ("person", party.address.person_id), []
        )
        return any(
            of in (None, document.pk) and within in (None, document.organisation_id)
            for of, within in mine
        )


def _refusals(
    parties: Iterable[Party],
) -> dict[tuple[str, int | None], list[tuple[int | None, int | None]]]:
    """Return what these people refused: by person or address, each (document, organisation)."""
    addresses = [party.address for party in parties if party.address is not None]
    if not addresses:
        return {}
    theirs = Q(address__in=addresses) | Q(
        person__in={one.person_id for one in addresses if one.person_id is not None}
    )
    found: dict[tuple[str, int | None], list[tuple[int | None, int | None]]] = {}
    refused = Standing.objects.filter(theirs, allowed=False)
    for person, address, of, within in refused.values_list(
        "person_id", "address_id", "document_id", "within_id"
    ):
        key = ("person", person) if person is not None else ("address", address)
        found.setdefault(key, []).append((of, within))
    return found


def _key(party: Party) -> Key:
    if _is_erased(party):
        return (f"#{party.pk}", party.role)
    return ((party.address and party.address.email) or f"?{party.name}", party.role)


def _is_unknown(key: Key) -> bool:
    return key[0].startswith("?")


def _is_erased(party: Party) -> bool:
    return party.address is not None and party.address.email is None


def _was_erased(one: PartyReport, known: Iterable[Party]) -> bool:
    """Whether it is somebody who was in the document and had their address erased.

    Told by the address itself, of which a keyed hash is left; without an address, by the moment
    they signed.
    """
    hashes = erased.fingerprints(one.address) if one.address else ()
    return any(
        party.address.erased_hash in hashes
        if one.address
        else one.signed_at is not None
        and (party.role, party.signed_at) == (one.role, one.signed_at)
        for party in known
        if party.address is not None and party.address.email is None
    )


def _is_now_known_by_address(one: PartyReport, known: dict[Key, Party]) -> bool:
    """Whether a signer without address is one whom a newer report names with theirs."""
    return one.address is None and any(
        not _is_unknown(key) and (party.role, party.name) == (one.role, one.name)
        for key, party in known.items()
    )
