"""Names in every script, files that vanish or change while they are copied, tables of one name."""

import io
import json
import unicodedata
from collections.abc import Iterator
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage

from accounts.models import User
from consents.models import Document
from dsar import contents, parts
from dsar.masks import Mask
from dsar.models import Step
from dsar.sources.base import Column, OriginalFile, Row, Table
from tests.dsar.worlds import Ask, make_document, unpack, work

PARIS = ZoneInfo("Europe/Paris")
LONG = {
    "latin": "é" * 100,
    "greek": "Ω" * 100,
    "han": "契" * 100,
    "arabic": "عقد" * 33,
    "thai": "สัญญา" * 20,
    "emoji": "📜" * 100,
    "devanagari": "क़रार" * 20,
}


@pytest.mark.parametrize("name", LONG.values(), ids=LONG)
def test_a_hundred_characters_of_any_script_are_a_safe_short_name(name: str) -> None:
    safe = parts.safe_name(f"{name}.pdf")
    assert safe.endswith(".pdf") or safe == "pdf"
    assert len(safe.encode()) <= parts.LONGEST_NAME
    assert safe == unicodedata.normalize("NFC", safe)


@pytest.mark.parametrize(
    "name",
    ["../../etc/passwd", "..\\..\\boot.ini", "/abs", "a/b/../c", "..", ".", "", "???", "x\0y",
     "evil\u202egpj.exe", "CON", "a:b", "name. ", "-rf"],
)  # fmt: skip
def test_no_name_leads_out_of_the_folder(name: str) -> None:
    safe = parts.safe_name(name)
    assert safe
    assert safe.strip(".") == safe
    assert not set(safe) & set('/\\:\0\u202e*?"<>|')


class Broken(io.BytesIO):
    """A file that breaks off while it is read."""

    def read(self, size: int | None = -1, /) -> bytes:
        """Give a little, then fail."""
        if self.tell():
            raise OSError("stale file handle")
        return super().read(4)


class Grown(io.BytesIO):
    """A file that was longer, or shorter, when it was opened."""

    size = 99


def written(*files: OriginalFile) -> tuple[parts.Summary, list[Any]]:
    """Write a part with one row of these files, and read its rows back."""
    table = Table("t", "T", "", (Column("n", "N"),), [Row({"n": 1}, files=files)])
    part = parts.write(
        [table], name="x/y", source="s", zone=PARIS, mask=Mask(), alive=lambda _part: None
    )
    rows = [row for _head, rows in parts.tables(part.name, part.keys) for row in rows]
    return part, rows


def test_a_file_that_breaks_off_or_changes_is_missing_and_the_rest_is_whole() -> None:
    part, (row,) = written(
        OriginalFile("good.txt", lambda: io.BytesIO(b"good")),
        OriginalFile("broken.txt", lambda: Broken(b"12345678")),
        OriginalFile("grown.txt", lambda: Grown(b"123")),
        OriginalFile("other.txt", lambda: io.BytesIO(b"x"), sha256="0" * 64),
        OriginalFile("last.txt", lambda: io.BytesIO(b"last")),
    )
    assert (part.files, part.missing) == (2, 3)
    assert [name.rpartition("-")[2] for name in row["files"]] == ["good.txt", "last.txt"]
    by_name = {name: b"".join(blocks) for name, blocks in parts.files(part.name, part.keys)}
    assert by_name[row["files"][1]] == b"last"


@pytest.mark.django_db
def test_a_file_that_broke_off_is_a_named_gap(
    alice: User, sam: User, open_request: Ask, monkeypatch: pytest.MonkeyPatch
) -> None:
    make_document("whole", alice)
    document = make_document("broken", alice)
    opened: Any = getattr(FileSystemStorage, "_open")  # noqa: B009 - not in its stubs

    def breaking(self: FileSystemStorage, name: str, mode: str = "rb") -> Any:
        return Broken(b"12345678") if str(document.file.name) == name else opened(self, name, mode)

    monkeypatch.setattr(FileSystemStorage, "_open", breaking)
    request = work(open_request())
    assert request.status == "review"
    step = request.steps.get(source="documents", kind=Step.Kind.COLLECT)
    assert (step.outcome, step.cause, step.files) == ("exception", "file_missing", 1)


@pytest.mark.django_db
def test_names_are_given_in_their_own_script(alice: User, open_request: Ask) -> None:
    document: Document = make_document("契约", alice, title="契" * 100)
    document.file.save(LONG["arabic"] + ".pdf", ContentFile(b"%PDF-1.7 x"))
    copy = unpack(work(open_request()))
    (row,) = json.loads(copy.read("data/documents.json"))["records"]
    assert "عقد" in row["files"][0]
    assert row["title"] == "契" * 100
    assert copy.read(row["files"][0]) == b"%PDF-1.7 x"


def test_two_sources_may_call_a_table_alike() -> None:
    class Found:
        def __init__(self, pk: int, source: str) -> None:
            self.pk, self.source, self.tables = pk, source, [{"slug": "orders", "rows": 1}]

    steps: Any = [Found(1, "shop"), Found(2, "crm"), Found(3, "crm")]
    slugs = contents.unique_slugs(steps)
    assert list(slugs.values()) == ["orders", "crm-orders", "crm-crm-orders"]


def test_rows_are_made_one_at_a_time() -> None:
    """However many rows there are, one is in memory: the next is asked for when it is written."""
    alive = 0

    def rows() -> Iterator[Row]:
        for number in range(1000):
            assert number == alive or number == 0
            yield Row({"n": number})

    def count(part: parts.Summary) -> None:
        nonlocal alive
        alive = part.records + 1

    table = Table("t", "T", "", (Column("n", "N"),), rows())
    part = parts.write([table], name="x/z", source="s", zone=PARIS, mask=Mask(), alive=count)
    assert part.records == 1000
