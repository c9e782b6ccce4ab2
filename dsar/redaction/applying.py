"""What was decided, carried out on the way into the copy. Stored originals are never touched."""

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from dsar import parts
from dsar.grounds import Cause
from dsar.models import Redaction, Step, SubjectRequest
from dsar.redaction import burning, pages, screening
from dsar.sources.base import SourceError

GROUND = "justifications:ThirdPartyRightsImpaired"
ARTICLE = "15(4) GDPR"
Verdict, Kind = Redaction.Verdict, Redaction.Kind


@dataclass
class Decisions:
    """What staff decided to take out of one part: words, places on pages, whole files."""

    texts: dict[tuple[str, int], list[Redaction]] = field(default_factory=dict)
    boxes: dict[int, dict[int, list[pages.Box]]] = field(default_factory=dict)
    withheld: set[int] = field(default_factory=set)
    done: list[dict[str, Any]] = field(default_factory=list)  # for the manifest

    def row(self, slug: str, number: int, row: dict[str, Any]) -> dict[str, Any]:
        """Return a row without the words and files that are not given."""
        for place, end in _apart(self.texts.get((slug, number), ())):
            text = row["values"][place.field]
            gone = _("[blacked out: %(kind)s]") % {"kind": place.get_kind_display()}
            row["values"][place.field] = text[: place.start] + gone + text[end:]
            row["words"].pop(place.field, None)
        given = [name for name in row["files"] if parts.number_of(name) not in self.withheld]
        if len(given) < len(row["files"]):
            row["files_withheld"] = len(row["files"]) - len(given)
        row["files"] = given
        return row

    def file(self, name: str, blocks: Iterable[bytes]) -> Iterator[bytes]:
        """Yield a file as it is given: as it is, or with its places blacked out for good.

        Raises:
            SourceError: it cannot be made safe; nothing of it is given out, and staff decide anew.
        """
        boxes = self.boxes.get(parts.number_of(name))
        if not boxes:
            yield from blocks
            return
        try:
            plain = pages.flat(screening.whole(blocks))
            burnt = burning.burn(plain, boxes, _caption)
        except (burning.NotBurntIn, pages.Unreadable, screening.TooLarge):
            raise SourceError(Cause.UNREADABLE) from None
        places = sum(len(one) for one in boxes.values())
        self.note(name, places, pages=list(burnt.pages))
        yield burnt.data

    def note(self, name: str, places: int, **more: Any) -> None:
        """Write down for the manifest that something of a file was taken out."""
        entry = {"name": name, "places": places, "ground": GROUND, "article": ARTICLE}
        self.done.append(entry | more)

    def in_texts(self) -> dict[str, int]:
        """Return how many places are blacked out in the texts of each table."""
        counted = Counter[str]()
        for (slug, _row), places in self.texts.items():
            counted[slug] += len(places)
        return counted


def _apart(places: Iterable[Redaction]) -> list[tuple[Redaction, int]]:
    """Return places of a row with their ends, the last first; those that overlap are one.

    Taken out one after the other, the first would shift the other's end, and leave some of it in.
    """
    found: list[tuple[Redaction, int]] = []
    for place in sorted(places, key=lambda one: (one.field, one.start or 0, one.pk or 0)):
        end = place.end or 0
        if found and found[-1][0].field == place.field and (place.start or 0) < found[-1][1]:
            found[-1] = (found[-1][0], max(found[-1][1], end))
        else:
            found.append((place, end))
    return found[::-1]


def decisions_of(step: Step) -> Decisions:
    """Return what is taken out of a part; the later place of a text comes first."""
    found = Decisions()
    accepted = step.redactions.filter(verdict=Verdict.ACCEPTED)
    for place in accepted.order_by("-start", "pk"):
        if place.row is not None:
            found.texts.setdefault((place.table, place.row), []).append(place)
        elif place.page is None:
            found.withheld.add(place.file or 0)
        else:
            boxes = [(float(b[0]), float(b[1]), float(b[2]), float(b[3])) for b in place.boxes]
            on_pages = found.boxes.setdefault(place.file or 0, {})
            on_pages.setdefault(place.page, []).extend(boxes)
    return found


@dataclass(frozen=True)
class Told:
    """What the person reads on the first page: places blacked out, files not given."""

    places: int
    files: int


def told(request: SubjectRequest) -> Told:
    """Return what was taken out of a copy, in numbers."""
    accepted = request.redactions.filter(verdict=Verdict.ACCEPTED)
    files = accepted.filter(file__isnull=False, page=None).count()
    return Told(accepted.count() - files, files)


def _caption(places: int) -> str:
    return ngettext(
        "%(places)d place on this page was blacked out because it shows others (art. 15(4) GDPR).",
        "%(places)d places on this page were blacked out because they show others"
        " (art. 15(4) GDPR).",
        places,
    ) % {"places": places}
