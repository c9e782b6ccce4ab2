"""Places in their context, for the staff who decide about them. Nothing of it is stored."""

from collections.abc import Iterable
from dataclasses import dataclass
from io import BytesIO

from PIL import ImageDraw

from dsar import parts
from dsar.models import Redaction
from dsar.redaction import pages, screening
from dsar.sources.base import Words, label_of
from portal.lib import crypto

AROUND = 90  # characters before and behind
DOTS_PER_INCH = 110
BAND = 150  # points of the page above and below a place
FRAME = (176, 0, 32)


@dataclass(frozen=True)
class Shown:
    """One place: ``marked`` between what stands before and behind it; empty where it cannot be."""

    place: Redaction
    where: Words
    file_name: str
    before: str = ""
    marked: str = ""
    after: str = ""

    @property
    def has_picture(self) -> bool:
        """Whether its page can be drawn."""
        return self.place.page is not None


def shown(places: Iterable[Redaction]) -> list[Shown]:
    """Return the places as staff see them, in their order; each part is opened once."""
    wanted = list(places)
    found: dict[int, Shown] = {}
    for step_id in {place.step_id for place in wanted}:
        mine = [place for place in wanted if place.step_id == step_id]
        found |= _in_texts([place for place in mine if place.file is None])
        found |= _in_files([place for place in mine if place.file is not None])
    return [
        found.get(place.pk) or Shown(place, label_of(place.step.source), "") for place in wanted
    ]


def picture(place: Redaction) -> bytes:
    """Return a PNG of the part of the page around a place, with the place framed.

    Raises:
        Unreadable: the page is not there, or cannot be drawn.
    """
    data = next((data for _n, _name, data in _files(place, {place.file or 0})), None)
    if data is None or place.page is None:
        raise pages.Unreadable("no such page")
    with pages.opened(pages.flat(data)) as document:
        if place.page > len(document):
            raise pages.Unreadable("no such page")
        page = document[place.page - 1]
        scale = min(DOTS_PER_INCH / 72, 1800 / max(page.get_width(), page.get_height(), 1))
        bitmap = page.render(scale=scale)
        image, position = bitmap.to_pil().convert("RGB"), bitmap.get_posconv(page)
        pen, rows = ImageDraw.Draw(image), list[float]()
        for box in place.boxes:
            one, other = position.to_bitmap(*box[:2]), position.to_bitmap(*box[2:])
            across, down = sorted([one[0], other[0]]), sorted([one[1], other[1]])
            pen.rectangle((across[0] - 3, down[0] - 3, across[1] + 3, down[1] + 3), None, FRAME, 3)
            rows += down
        page.close()
    top, bottom = max(0, min(rows) - BAND * scale), min(image.height, max(rows) + BAND * scale)
    target = BytesIO()
    image.crop((0, int(top), image.width, int(bottom))).save(target, "PNG")
    return target.getvalue()


def _in_texts(places: list[Redaction]) -> dict[int, Shown]:
    if not places:
        return {}
    step, found = places[0].step, dict[int, Shown]()
    by_row: dict[tuple[str, int | None], list[Redaction]] = {}
    for place in places:
        by_row.setdefault((place.table, place.row), []).append(place)
    for head, rows in parts.tables(step.part, _keys(places[0])):
        for number, row in enumerate(rows):
            for place in by_row.get((head["slug"], number), ()):
                text, start, end = str(row["values"][place.field]), place.start or 0, place.end or 0
                found[place.pk] = Shown(
                    place, head["title"], "", *_around(text, start, end)
                )  # fmt: skip
    return found


def _in_files(places: list[Redaction]) -> dict[int, Shown]:
    if not places:
        return {}
    where, found = label_of(places[0].step.source), dict[int, Shown]()
    for number, name, data in _files(places[0], {place.file or 0 for place in places}):
        mine = [place for place in places if place.file == number]
        found |= {place.pk: Shown(place, where, name) for place in mine}
        on_pages = [place for place in mine if place.page is not None and data is not None]
        if on_pages and data is not None:
            found |= _on_pages(data, on_pages, where, name)
    return found


def _on_pages(data: bytes, places: list[Redaction], where: Words, name: str) -> dict[int, Shown]:
    found = {}
    try:
        with pages.opened(pages.flat(data)) as document:
            for place in places:
                page = document[(place.page or 1) - 1]
                letters = pages.letters_of(page)
                page.close()
                inside = [i for i, letter in enumerate(letters) if _in_boxes(letter, place)]
                if inside:
                    text = pages.text_of(letters)
                    around = _around(text, inside[0], inside[-1] + 1)
                    found[place.pk] = Shown(place, where, name, *around)
    except (pages.Unreadable, IndexError):
        return {}
    return found


def _in_boxes(letter: pages.Letter, place: Redaction) -> bool:
    if letter.text.isspace():
        return False
    middle = ((letter.box[0] + letter.box[2]) / 2, (letter.box[1] + letter.box[3]) / 2)
    return any(b[0] <= middle[0] <= b[2] and b[1] <= middle[1] <= b[3] for b in place.boxes)


def _files(place: Redaction, wanted: set[int]) -> Iterable[tuple[int, str, bytes | None]]:
    """Yield number, name and bytes of the wanted files of a part; None for one too large."""
    for name, blocks in parts.files(place.step.part, _keys(place)):
        number = parts.number_of(name)
        if number not in wanted:
            screening.skip(blocks)
            continue
        own = name.rpartition("/")[2].partition("-")[2]
        try:
            yield number, own, screening.whole(blocks)
        except screening.TooLarge:
            yield number, own, None


def _around(text: str, start: int, end: int) -> tuple[str, str, str]:
    return text[max(0, start - AROUND) : start], text[start:end], text[end : end + AROUND]


def _keys(place: Redaction) -> bytes:
    return crypto.unwrap(bytes(place.step.part_key or b""))
