"""Really removed: from the page, from the text, from every stream, with all that lay beside it."""

from collections.abc import Iterable
from io import BytesIO
from urllib.parse import quote

import pikepdf
import pytest
import weasyprint

from dsar.models import Redaction
from dsar.redaction import burning, pages
from dsar.redaction.finding import Known

KNOWN = Known(names=("Zoë Offinger",), own=frozenset({"alice@example.org"}), region="FR")
SECRETS = ["Zoë Offinger", "ZoëOffinger", "zoe@elsewhere.example", "0001 3M02", "12 34 56"]
WORDS = (
    "<p>Office of Zoë Offinger, zoe@elsewhere.example, +33 6 12 34 56 78, account"
    " FR14 2004 1010 0505 0001 3M02 606.</p><p>Alice (alice@example.org) keeps the final offer.</p>"
)


def make(html: str = WORDS, **options: object) -> bytes:
    """Return a PDF of these words."""
    return bytes(weasyprint.HTML(string=html).write_pdf(**options))


def changed(data: bytes, change: object) -> bytes:
    """Return the PDF with something done to it."""
    target = BytesIO()
    with pikepdf.open(BytesIO(data)) as pdf:
        change(pdf)  # type: ignore[operator]
        pdf.save(target)
    return target.getvalue()


def burnt(data: bytes, known: Known = KNOWN) -> tuple[bytes, list[pages.Place]]:
    """Black out everything that is found."""
    plain = pages.flat(data)
    found = list(pages.scan(data, known))
    boxes: dict[int, list[pages.Box]] = {}
    for place in found:
        boxes.setdefault(place.page, []).extend(place.boxes)
    return burning.burn(plain, boxes, lambda n: f"{n} blacked out").data, found


def readable(data: bytes) -> str:
    """Return all text that a reader extracts."""
    with pages.opened(data) as document:
        return "\n".join(pages.text_of(pages.letters_of(page)) for page in document)


def nothing_left(data: bytes, secrets: Iterable[str] = SECRETS) -> bool:
    """Search text, objects and bytes, opened and as they lie."""
    text = readable(data)
    blobs = [data]
    with pikepdf.open(BytesIO(data)) as pdf:
        for one in pdf.objects:
            if isinstance(one, pikepdf.Stream) and one.get("/Subtype") != "/Image":
                blobs.append(one.read_bytes())
            else:
                blobs.append(repr(one).encode())
    forms = [(secret.encode(), secret.encode("utf-16-be").hex().encode()) for secret in secrets]
    hidden = not any(form in blob for pair in forms for form in pair for blob in blobs)
    return hidden and not any(secret in text for secret in secrets)


def test_names_addresses_numbers_and_accounts_are_found_and_gone_ligatures_too() -> None:
    data, found = burnt(make())
    assert {place.kind for place in found} == {"name", "email", "phone", "iban"}
    assert nothing_left(data)
    text = " ".join(readable(data).split())
    assert "Office of" in text
    assert "Alice (alice@example.org) keeps the final offer." in text
    assert "blacked out" in text


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_on_a_page_that_is_turned(angle: int) -> None:
    def turn(pdf: pikepdf.Pdf) -> None:
        pdf.pages[0].rotate(angle, relative=False)

    data, found = burnt(changed(make(), turn))
    assert len(found) == 4
    assert nothing_left(data)
    assert {"final", "keeps"} < set(readable(data).split())


def test_in_form_fields_and_notes_and_whatever_lies_beside_the_pages() -> None:
    def fill(pdf: pikepdf.Pdf) -> None:
        note = pikepdf.Dictionary(
            Type=pikepdf.Name.Annot,
            Subtype=pikepdf.Name.Text,
            Rect=[100, 100, 120, 120],
            Contents="Call Zoë Offinger",
            T="Zoë Offinger",
        )
        page = pdf.pages[0].obj
        page.Annots = pikepdf.Array([*page.get("/Annots", []), pdf.make_indirect(note)])
        pdf.attachments["zoe.txt"] = b"zoe@elsewhere.example"
        pdf.docinfo["/Author"] = "Zoë Offinger"
        with pdf.open_metadata() as metadata:
            metadata["dc:creator"] = ["Zoë Offinger"]
        pdf.Root.OpenAction = pdf.make_indirect(
            pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="mail('zoe@elsewhere.example')")
        )

    form = WORDS + "<form><input type=text name=who value='zoe@elsewhere.example'></form>"
    data, found = burnt(changed(make(form, pdf_forms=True), fill))
    assert sum(place.kind == Redaction.Kind.EMAIL for place in found) == 2
    assert sum(place.kind == Redaction.Kind.NAME for place in found) == 2
    assert nothing_left(data)
    with pikepdf.open(BytesIO(data)) as pdf:
        assert set(pdf.Root.keys()) == {"/Type", "/Pages"}
        assert not pdf.attachments


def test_an_earlier_revision_is_not_carried_along() -> None:
    first = make(WORDS)
    with pikepdf.open(BytesIO(first)) as pdf:
        pdf.docinfo["/Title"] = "Zoë Offinger, first draft"
        revised = BytesIO()
        pdf.save(revised, qdf=True)
    # A viewer that saves a change appends it: what was there before stays in the file.
    assert nothing_left(burnt(first[: len(first)] + revised.getvalue())[0])


def test_pages_without_a_place_stay_text_and_lose_what_is_not_seen() -> None:
    two = make(WORDS + "<p style='break-before: page'>The second page is about Alice only.</p>")

    def annotate(pdf: pikepdf.Pdf) -> None:
        pdf.pages[1].obj.PieceInfo = pikepdf.Dictionary(Editor="Zoë Offinger")

    data, _found = burnt(changed(two, annotate))
    assert nothing_left(data)
    with pages.opened(data) as document:
        assert "second page" in pages.text_of(pages.letters_of(document[1]))
        drawn = {one.type for one in document[1].get_objects()}
    assert 3 not in drawn  # no picture: only the first page became one


def test_a_scanned_page_is_shown_to_an_eye() -> None:
    xmlns = "http://www.w3.org/2000/svg"
    square = f"<svg xmlns='{xmlns}' width='9' height='9'><rect width='9' height='9'/></svg>"
    picture = f"data:image/svg+xml,{quote(square)}"
    data = make(f'<img src="{picture}">')
    (place,) = pages.scan(data, KNOWN)
    assert place.kind == Redaction.Kind.PICTURE
    data = burning.burn(pages.flat(data), {1: list(place.boxes)}, lambda n: "gone").data
    with pages.opened(data) as document:
        image = document[0].render().to_pil().convert("L")
    assert image.getpixel((image.width // 2, image.height // 2)) < 10


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"PK\x03\x04 no pdf",
        b"%PDF-1.7\n%%EOF",
        make("<p>cut off</p>")[:400],
    ],
)
def test_what_cannot_be_read_is_said_to_be_so(data: bytes) -> None:
    with pytest.raises(pages.Unreadable):
        list(pages.scan(data, KNOWN))


def test_an_encrypted_file_cannot_be_read() -> None:
    target = BytesIO()
    with pikepdf.open(BytesIO(make())) as pdf:
        pdf.save(target, encryption=pikepdf.Encryption(user="secret", owner="secret"))
    with pytest.raises(pages.Unreadable):
        pages.flat(target.getvalue())


def test_what_could_still_be_read_is_never_given_out() -> None:
    plain = pages.flat(make())
    with pytest.raises(burning.NotBurntIn):
        burning._check(plain, {1: ["ZoëOffinger"]}, {1: ""})
