"""Real type by content, limits that say how to mend it, no metadata, nothing in clear, an end."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import RequestFactory
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin

from accounts.models import User
from dsar import enclosures, media
from dsar.models import Attachment, SubjectRequest
from portal.lib.crypto import Unsealable
from portal.lib.errors import DomainError

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.7\n" + b"a letter " * 20_000
LONG = "é" * 96


@pytest.fixture
def request_(open_request: Any) -> SubjectRequest:
    opened: SubjectRequest = open_request("access")
    return opened


def take(request: SubjectRequest, content: bytes, name: str = "a.pdf", **more: Any) -> Attachment:
    upload = ContentFile(content, name=name)
    return enclosures.take(request, upload, role="message", by=None, **more)


def content(attachment: Attachment) -> bytes:
    return b"".join(enclosures.open_stream(attachment))


def photograph(orientation: int = 6) -> bytes:
    picture, exif, out = Image.new("RGB", (40, 20), "red"), Image.Exif(), io.BytesIO()
    exif[0x0112], exif[0x010E] = orientation, "taken at Rosa’s home"
    exif[0x8825] = {1: "N", 2: (48.0, 51.0, 24.0)}
    picture.save(out, "JPEG", exif=exif, comment=b"secret comment")
    return out.getvalue()


def drawing() -> bytes:
    said, out = PngImagePlugin.PngInfo(), io.BytesIO()
    said.add_text("Author", "Rosa Martin")
    Image.new("RGBA", (30, 30), "blue").save(out, "PNG", pnginfo=said)
    return out.getvalue()


def test_a_file_lies_sealed_and_comes_back_as_it_was(
    request_: SubjectRequest, files: Path, alice: User
) -> None:
    taken = enclosures.take(request_, ContentFile(PDF, name="a.pdf"), role="scan", by=alice)
    assert (taken.media_type, taken.size, taken.name) == ("application/pdf", len(PDF), "a.pdf")
    assert content(taken) == PDF
    assert b"letter" not in (files / taken.stored).read_bytes()
    other = take(request_, PDF)
    taken.stored, kept = other.stored, taken.stored
    with pytest.raises(Unsealable):
        content(taken)
    assert default_storage.exists(kept)


def test_a_photograph_loses_where_it_was_taken_and_keeps_how_to_turn_it(
    request_: SubjectRequest,
) -> None:
    sent = photograph()
    kept = content(take(request_, sent + b"PK\x03\x04 hidden behind the end", "a.jpg"))
    assert b"Rosa" not in kept
    assert b"secret" not in kept
    assert b"hidden" not in kept
    before, after = Image.open(io.BytesIO(sent)), Image.open(io.BytesIO(kept))
    assert dict(after.getexif()) == {0x0112: 6}
    assert after.tobytes() == before.tobytes()
    upright = content(take(request_, photograph(1), "b.jpg"))
    assert not Image.open(io.BytesIO(upright)).getexif()


def test_a_drawing_loses_what_is_written_into_it(request_: SubjectRequest) -> None:
    kept = content(take(request_, drawing() + b"hidden", "a.png"))
    assert b"Rosa" not in kept
    assert b"hidden" not in kept
    assert Image.open(io.BytesIO(kept)).getpixel((5, 5)) == (0, 0, 255, 255)


def bomb() -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("zeros", b"\0" * 5_000_000)
    return out.getvalue()


@pytest.mark.parametrize(
    ("sent", "code"),
    [
        (bomb(), "file_type"),
        (b"MZ\x90\x00 a program", "file_type"),
        (b"caf\xe9 of another encoding", "file_type"),
        (b"text with a \0 in it", "file_type"),
        (b"", "file_empty"),
        (photograph()[:200], "file_broken"),
        (drawing()[:60], "file_broken"),
        (media.PNG_HEAD + b"\0\0\0\rIHDR" + b"\xff" * 17, "file_broken"),
        (b"\xff\xd8\xff" + b"\0" * 100, "file_broken"),
        (b"\xff\xd8\xff\xe1\x00\x00\x00", "file_broken"),
    ],
)
def test_anything_else_is_refused_with_a_sentence(
    request_: SubjectRequest, sent: bytes, code: str
) -> None:
    with pytest.raises(DomainError) as refused:
        take(request_, sent, "a.pdf")
    assert refused.value.code == code
    assert str(refused.value.message).endswith(".")
    assert not request_.attachments.exists()


def test_an_archive_in_a_pdf_stays_closed(request_: SubjectRequest) -> None:
    sent = b"%PDF-1.7\n" + bomb()
    taken = take(request_, sent)
    assert content(taken) == sent
    answer = enclosures.as_download(taken)
    assert answer["Content-Type"] == "application/pdf"
    assert answer["X-Content-Type-Options"] == "nosniff"
    assert answer["Content-Disposition"].startswith("attachment")


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        (f"{LONG}.pdf", f"{LONG}.pdf"),
        ("合同" * 48 + ".pdf", "合同" * 48 + ".pdf"),
        ("عقد الإيجار.pdf", "عقد الإيجار.pdf"),
        ("می‌خواهم.pdf", "می‌خواهم.pdf"),
        ("../../etc/passwd", "passwd.pdf"),
        ("C:\\Users\\Rosa\\lease.PDF", "lease.PDF"),
        ("exe\u202efdp.exe", "exefdp.exe.pdf"),
        ('a"; filename="b.exe\r\n', 'a"; filename="b.exe.pdf'),
        ("..", "file.pdf"),
        ("\0", "file.pdf"),
        ("x" * 300 + ".pdf", "x" * 96 + ".pdf"),
    ],
)
def test_names_of_every_script_survive_and_hide_nothing(sent: str, kept: str) -> None:
    assert enclosures.plain_name(sent, media.PDF) == kept


@given(name=st.text(max_size=200), kind=st.sampled_from(sorted(media.ENDINGS)))
@settings(max_examples=60, deadline=None)
def test_a_name_is_short_and_storable_and_ends_in_its_type(name: str, kind: str) -> None:
    plain = enclosures.plain_name(name, kind)
    assert len(plain) <= enclosures.LONGEST_NAME
    assert plain.lower().endswith(media.ENDINGS[kind])
    assert not set(plain) & set("/\\\0\r\n")
    assert plain == enclosures.plain_name(plain, kind)
    plain.encode()


def test_the_limits_say_how_to_go_on(request_: SubjectRequest, settings: Any) -> None:
    settings.ENCLOSURE_BYTES, settings.ENCLOSURES_AT_ONCE = 1000, 2
    with pytest.raises(enclosures.TooLarge, match="1000"):
        take(request_, PDF)
    for _turn in range(2):
        take(request_, PDF[:500])
    with pytest.raises(enclosures.TooMany, match="No more than 2"):
        take(request_, PDF[:500])


def test_a_file_is_destroyed_once_and_then_says_so(
    request_: SubjectRequest, django_capture_on_commit_callbacks: Any
) -> None:
    taken = take(request_, "Où est mon bail ?".encode(), "question.txt")
    assert taken.media_type == "text/plain"
    with django_capture_on_commit_callbacks(execute=True):
        assert enclosures.destroy(taken)
    assert not default_storage.exists(taken.stored)
    taken.refresh_from_db()
    assert (taken.key, taken.name, taken.stored) == (None, "", "")
    assert not enclosures.destroy(taken)
    with pytest.raises(enclosures.Gone):
        enclosures.open_stream(taken)


def test_an_upload_of_any_size_is_cut_off_at_the_limit(settings: Any) -> None:
    settings.ENCLOSURE_BYTES = 100_000
    huge = SimpleUploadedFile("huge.txt", b"a" * 3_000_000)
    sent = RequestFactory().post("/", {"file": huge})
    kept: Any = sent.FILES["file"]
    assert 100_000 < kept.size < 300_000
    sent.close()
