"""Who is in the documents of a batch of reports: read once, written once."""

from collections.abc import Iterable

from accounts.actions import addresses_for
from consents.models import Document, Party
from consents.reports import DocumentReport, PartyReport

# What makes a party one in its document: the e-mail (else the name) and the role.
Key = tuple[str, str]


class Parties:
    """The parties of some locked documents, and what has to be written about them.

    The newest report says who is in a document. A party it leaves out was put there by mistake and
    goes (recipients are corrected before signing), unless they signed: who signed is a party for
    ever, whatever is said later, so that nobody's refusal can be lost with them. Somebody whose
    address was erased is not made known again by a report that still names them.
    """

    def __init__(self, documents: Iterable[Document]) -> None:
        self.new: dict[int, tuple[Party, str | None]] = {}  # by id(), with the e-mail
        self.changed: dict[int, Party] = {}
        self.gone: list[int] = []
        self.of: dict[int, dict[Key, Party]] = {one.pk: {} for one in documents}
        for party in Party.objects.filter(document__in=self.of).select_related("address"):
            self.of[party.document_id][_key(party)] = party

    def learn(
        self, document: Document, report: DocumentReport, *, newer: bool, listed: bool
    ) -> bool:
        """Take in the parties of one report; return whether anything is new.

        ``listed``: the document is now listed by another date, which its parties repeat.
        """
        known = self.of[document.pk]
        if listed:
            for party in known.values():
                party.listed_at = document.listed_at
                self._touch(party)
        if not report.parties or document.erased_at:
            return False
        told: dict[Key, PartyReport] = {}
        for one in report.parties:
            told.setdefault((one.address or f"?{one.name}", one.role), one)
        first = newer or not known
        changes = [
            self._meet(document, key, one, newer=newer, add=first or one.signed_at is not None)
            for key, one in told.items()
        ]
        return (newer and self._drop(known, told)) or any(changes)

    def save(self) -> None:
        """Write what was learnt, in a few queries."""
        if self.gone:
            Party.objects.filter(pk__in=self.gone).delete()
        if self.changed:
            Party.objects.bulk_update(
                self.changed.values(),
                ["name", "is_minor", "signed_at", "listed_at"],
                batch_size=500,
            )
        addresses = addresses_for(email for _party, email in self.new.values() if email)
        for party, email in self.new.values():
            party.address = addresses[email] if email else None
        Party.objects.bulk_create((party for party, _ in self.new.values()), batch_size=2000)

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
        self.new[id(party)] = party, one.address
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

    def _drop(self, known: dict[Key, Party], told: dict[Key, PartyReport]) -> bool:
        """Let go of whom the newest report leaves out; return whether there was anybody."""
        named = {(one.role, one.name) for one in told.values() if one.address}
        left_out = [
            key
            for key, party in known.items()
            if key not in told
            and not _is_erased(party)
            and (
                party.signed_at is None
                # The same signer, of whom we now know the address.
                or (_is_unknown(key) and (party.role, party.name) in named)
            )
        ]
        for key in left_out:
            party = known.pop(key)
            self.changed.pop(party.pk, None)
            if self.new.pop(id(party), None) is None:
                self.gone.append(party.pk)
        return bool(left_out)


def _key(party: Party) -> Key:
    if _is_erased(party):
        return (f"#{party.pk}", party.role)
    return ((party.address and party.address.email) or f"?{party.name}", party.role)


def _is_unknown(key: Key) -> bool:
    return key[0].startswith("?")


def _is_erased(party: Party) -> bool:
    return party.address is not None and party.address.email is None


def _was_erased(one: PartyReport, known: Iterable[Party]) -> bool:
    """Whether it must be somebody who had their address erased: the same part, signed then."""
    return any(
        _is_erased(party) and (party.role, party.signed_at) == (one.role, one.signed_at)
        for party in known
    )


def _is_now_known_by_address(one: PartyReport, known: dict[Key, Party]) -> bool:
    """Whether a signer without address is one whom a newer report names with theirs."""
    return one.address is None and any(
        not _is_unknown(key) and (party.role, party.name) == (one.role, one.name)
        for key, party in known.items()
    )
