"""The documents of the sample with their parties and files."""

import hashlib
import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path

from django.core.files.base import ContentFile
from django.utils import timezone, translation
from django.utils.formats import date_format

from accounts.actions import address_for
from accounts.models import Address
from consents.models import Document, Party
from portal.demo.sample.clock import PARIS, Clock, uid
from portal.demo.sample.papers import HEALTH, OUTSIDERS, Paper, agency, cabinet, studio
from portal.demo.sample.people import PEOPLE, Cast
from portal.demo.sample.printing import print_paper

PAPERS = (*agency.PAPERS, *studio.PAPERS, *cabinet.PAPERS)
CONTENTS = Path(__file__).resolve().parent / "contents"
S = Document.Status
# What each party may need as proof: five years for claims, ten for a sale to a consumer or a
# medical file. Everything else: five too, it is somebody's signature.
KEPT_YEARS = {Document.Kind.QUOTE: 10, HEALTH: 10}
SIGNED = {"fr": "Signé électroniquement par {name} le {day}.",
          "en": "Signed electronically by {name} on {day}."}  # fmt: skip


@dataclass(frozen=True)
class Filed:
    """A document as it was filed, with what the other parts of the sample ask of it."""

    paper: Paper
    row: Document
    parties: tuple[Party, ...]

    @property
    def signatures(self) -> list[datetime]:
        """When it was signed, in order."""
        return sorted(party.signed_at for party in self.parties if party.signed_at)


def file_all(clock: Clock, cast: Cast) -> list[Filed]:
    """Make every document with its parties; the older first, as lists by number show it."""
    papers = sorted(PAPERS, key=lambda paper: -paper.ago)
    addresses = {email: address_for(email) for email in OUTSIDERS}
    for sketch in PEOPLE:
        for number, email in enumerate(sketch.addresses, start=1):
            key = sketch.key if number == 1 else f"{sketch.key}@{number}"
            addresses[key] = Address.objects.get(email=email)
    filed = [_file(paper, clock, cast, addresses) for paper in papers]
    Document.objects.bulk_create([one.row for one in filed])
    Party.objects.bulk_create([party for one in filed for party in one.parties])
    return filed


def _file(paper: Paper, clock: Clock, cast: Cast, addresses: dict[str, Address]) -> Filed:
    dice = random.Random(paper.title)  # noqa: S311 - sample data
    sent_at = clock.ago(paper.ago, f"{dice.randint(8, 17):02}:{dice.randint(0, 59):02}")
    signed_at = _signatures(paper, sent_at, dice)
    last = max((at for at in signed_at if at), default=None)
    completed_at = last if paper.status in (S.COMPLETED, S.PURGED, S.DELETED) else None
    row = Document(
        uid=uid(paper.title),
        reference=_reference(paper),
        envelope=_envelope(paper),
        title=paper.title,
        kind=paper.kind,
        status=paper.status,
        organisation=cast.organisations.get(paper.organisation),
        sent_at=None if paper.status == S.DRAFT else sent_at,
        completed_at=completed_at,
        listed_at=completed_at or sent_at,
        state_at=(completed_at or sent_at) + timedelta(seconds=2),
        special_category=paper.special,
        keep_until=_keep_until(paper, completed_at),
    )
    _print(paper, row, signed_at, dice)
    return Filed(paper, row, tuple(_parties(paper, row, signed_at, addresses, clock)))


def _reference(paper: Paper) -> str:
    """Return the signing service's reference: the envelope and the document's place in it."""
    siblings = [one.title for one in PAPERS if paper.envelope and one.envelope == paper.envelope]
    number = siblings.index(paper.title) + 1 if siblings else 1
    return f"docusign:{_envelope(paper)}/{number}"


def _envelope(paper: Paper) -> str:
    return str(uid(f"envelope {paper.envelope or paper.title}"))


def _signatures(paper: Paper, sent_at: datetime, dice: random.Random) -> Sequence[datetime | None]:
    """Return when each signer signed; of a document still out, the first of several has."""
    nobody: list[datetime | None] = [None] * len(paper.signers)
    if paper.status in (S.DRAFT, S.DECLINED, S.VOIDED):
        return nobody
    if paper.status == S.SENT:
        first = sent_at + timedelta(minutes=dice.randint(20, 300))
        return [first, *nobody[1:]] if len(nobody) > 1 else nobody
    whole = timedelta(days=paper.took, minutes=dice.randint(25, 400))
    return sorted(_by_day(sent_at + whole * n / len(nobody)) for n in range(1, len(nobody) + 1))


def _by_day(moment: datetime) -> datetime:
    """Return the moment, or nine hours later if people sleep then."""
    return moment if 7 <= moment.astimezone(PARIS).hour < 22 else moment + timedelta(hours=9)


def _keep_until(paper: Paper, completed_at: datetime | None) -> date | None:
    if completed_at is None:
        return None
    years = KEPT_YEARS.get(paper.kind, 5)
    return completed_at.astimezone(PARIS).date() + timedelta(days=round(365.25 * years))


def _parties(
    paper: Paper,
    row: Document,
    signed_at: Sequence[datetime | None],
    addresses: dict[str, Address],
    clock: Clock,
) -> list[Party]:
    who: list[tuple[Party.Role, str, datetime | None]]
    who = [(Party.Role.SENDER, paper.sender, None)]
    who += [(Party.Role.SIGNER, *one) for one in zip(paper.signers, signed_at, strict=True)]
    who += [(Party.Role.COPY, copy, None) for copy in paper.copies]
    return [
        Party(
            document=row, role=role, address=addresses.get(key), name=name_of(key), signed_at=at,
            is_minor=key in paper.minors, listed_at=row.listed_at,
            hidden_at=clock.ago(60) if paper.hidden == key else None,
        )
        for role, key, at in who
    ]  # fmt: skip


def name_of(key: str) -> str:
    """Return the name that the signing service knows the party by."""
    names = {sketch.key: sketch.name for sketch in PEOPLE}
    if key in OUTSIDERS:
        return OUTSIDERS[key]
    return names[key.partition("@")[0]] if key else "Robert Vidal"


def _print(
    paper: Paper, row: Document, signed_at: Sequence[datetime | None], dice: random.Random
) -> None:
    """Give the document its file, unless the service no longer has it."""
    if paper.status in (S.PURGED, S.DELETED):
        return
    with translation.override(paper.language):
        content = _printed(paper, row, signed_at, dice)
    row.sha256 = hashlib.sha256(content).hexdigest()
    row.file.save(f"{row.uid}.pdf", ContentFile(content), save=False)


def _printed(
    paper: Paper, row: Document, signed_at: Sequence[datetime | None], dice: random.Random
) -> bytes:
    moment = row.sent_at or row.listed_at
    body = (CONTENTS / f"{paper.body}.txt").read_text().format(
        sender=name_of(paper.sender),
        signers=(" et " if paper.language == "fr" else " and ").join(map(name_of, paper.signers)),
        place=paper.place or "18 rue de la Bourse, 75002 Paris",
        date=_said(moment + timedelta(days=14), "j F Y"),
        amount=f"{dice.randrange(1200, 9800, 50)}",
        monthly=f"{dice.randrange(690, 1480, 5)}",
        surface=dice.randint(28, 71),
        meter=dice.randint(10400, 48900),
        reference=str(row.uid)[:8].upper(),
    )  # fmt: skip
    signed = [
        SIGNED[paper.language].format(name=name_of(key), day=_said(at, "j F Y, H:i"))
        for key, at in zip(paper.signers, signed_at, strict=True)
        if at
    ]
    return print_paper(paper.title, body, signed, row.reference, language=paper.language)


def _said(moment: datetime, how: str) -> str:
    return date_format(moment.astimezone(PARIS), how)


def restrict(filed: list[Filed]) -> None:
    """Pause now the use of the documents whose content is contested (art. 18)."""
    contested = [one.row.pk for one in filed if one.paper.restricted]
    Document.objects.filter(pk__in=contested).update(restricted_at=timezone.now())
