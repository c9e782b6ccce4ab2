"""Access, from filing to the opened copy: part A, part B, files, hashes, signature."""

import csv
import hashlib
import io
import json
import re
from html.parser import HTMLParser
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from django.core.files.storage import default_storage

from accounts.models import User
from consents.models import Purpose
from dsar import contents, packages
from dsar.actions import downloads
from dsar.models import RequestEvent
from dsar.rules import NotYours
from portal.lib import crypto, keys
from tests.dsar.worlds import PDF, Ask, make_life, unpack, use, work

pytestmark = pytest.mark.django_db


@pytest.fixture
def copy(alice: User, bob: User, open_request: Ask) -> Any:
    make_life(alice, bob)
    return unpack(work(open_request()))


def table(copy: ZipFile, slug: str) -> Any:
    return json.loads(copy.read(f"data/{slug}.json"))["records"]


def test_a_request_without_trouble_is_answered_without_anybody(
    alice: User, bob: User, open_request: Ask
) -> None:
    make_life(alice, bob)
    request = work(open_request())
    assert (request.status, request.outcome) == ("answered", "fulfilled")
    assert request.closed_at is not None
    assert request.package.files == len(unpack(request).namelist())


def test_every_category_is_in_it(copy: ZipFile) -> None:
    assert table(copy, "account")[0]["email"] == "alice@example.org"
    assert [row["email"] for row in table(copy, "addresses")] == ["alice@example.org"]
    assert len(table(copy, "documents")) == 6
    assert table(copy, "uses")[0]["document"] == "Title of shared"
    assert table(copy, "choices")[0]["act"] == "consent_given"
    assert table(copy, "organisations")[0]["organisation"] == "Atelier"
    assert table(copy, "sessions")[0]["network_address"] == "192.0.2.1"
    assert table(copy, "requests")[0]["kind"] == "access"
    assert table(copy, "mails")[0]["occasion"] == "dsar/received"


def test_no_secret_is_given_out(copy: ZipFile) -> None:
    assert not any(b"s3cret-of-totp" in copy.read(name) for name in copy.namelist())


def test_original_files_are_as_they_were(copy: ZipFile) -> None:
    document = next(row for row in table(copy, "documents") if row["reference"] == "shared")
    assert copy.read(document["files"][0]) == PDF


def test_every_file_is_in_the_manifest_with_its_hash(copy: ZipFile) -> None:
    manifest = json.loads(copy.read("manifest.json"))
    listed = {entry["name"]: entry for entry in manifest["files"]}
    assert set(listed) == set(copy.namelist()) - {"manifest.json", "manifest.jws"}
    for name, entry in listed.items():
        content = copy.read(name)
        assert entry["sha256"] == hashlib.sha256(content).hexdigest()
        assert entry["size"] == len(content)


def test_the_manifest_is_signed(copy: ZipFile) -> None:
    verified = keys.verify(copy.read("manifest.jws").decode())
    assert verified.payload == copy.read("manifest.json")


class Links(HTMLParser):
    """What a page refers to."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect."""
        assert tag not in {"style", "iframe", "img"}
        assert not any(name.startswith("on") or name == "style" for name, _value in attrs)
        self.found += [value or "" for name, value in attrs if name in ("href", "src")]


def test_its_pages_need_no_network_and_every_link_leads_somewhere(copy: ZipFile) -> None:
    names = set(copy.namelist())
    for page in (name for name in names if name.endswith(".html")):
        links = Links()
        links.feed(copy.read(page).decode())
        base = "pages/" if page.startswith("pages/") else ""
        for link in links.found:
            if link.startswith("#"):
                continue
            target = link.removeprefix("../") if link.startswith("../") else base + link
            assert target in names, (page, link)


def test_a_page_has_a_language_a_title_and_one_heading(copy: ZipFile) -> None:
    for page in (name for name in copy.namelist() if name.endswith(".html")):
        html = copy.read(page).decode()
        assert re.search(r'<html lang="en">', html)
        assert re.search(r"<title>\S", html)
        assert html.count("<h1") == 1


def test_part_a_says_what_really_happened(copy: ZipFile) -> None:
    html = copy.read("index.html").decode()
    assert "1 use of your documents" in html
    assert "Search index" in html  # the actual recipient
    assert "CNIL" in html
    assert "Paraphe SAS" in html


def test_a_cell_of_the_sheet_is_never_a_formula(copy: ZipFile) -> None:
    text = copy.read("data/documents.csv").decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert "'=cmd|' /C calc'!A0" in [row["Title"] for row in rows]


def test_a_long_table_has_pages(
    alice: User, bob: User, purpose: Purpose, open_request: Ask
) -> None:
    documents = make_life(alice, bob)
    use(documents["own"], purpose, times=contents.ROWS_ON_A_PAGE + 1)
    copy = unpack(work(open_request()))
    assert "pages/uses-2.html" in copy.namelist()
    assert len(table(copy, "uses")) == contents.ROWS_ON_A_PAGE + 2


def test_it_is_in_the_persons_language(alice: User, open_request: Ask) -> None:
    copy = unpack(work(open_request(language="fr")))
    assert '<html lang="fr">' in copy.read("index.html").decode()


def test_somebody_of_whom_little_is_held_gets_a_copy_all_the_same(open_request: Ask) -> None:
    request = work(open_request())
    assert request.outcome == "fulfilled"
    assert "pages/account.html" in unpack(request).namelist()


def test_at_rest_it_is_noise(
    alice: User, bob: User, open_request: Ask, files: Path, django_capture_on_commit_callbacks: Any
) -> None:
    make_life(alice, bob)
    with django_capture_on_commit_callbacks(execute=True):
        request = work(open_request())
    with default_storage.open(request.package.name) as file:
        stored = file.read()
    assert b"alice" not in stored
    assert b"PK\x03\x04" not in stored
    assert not [path for path in files.glob("parts/**/*") if path.is_file()]


def test_a_changed_copy_is_not_opened(open_request: Ask) -> None:
    package = work(open_request()).package
    path = default_storage.path(package.name)
    with open(path, "r+b") as file:  # noqa: PTH123
        file.seek(200)
        file.write(b"x")
    with pytest.raises(crypto.Unsealable):
        list(packages.open_stream(package))


def test_a_link_works_once_for_the_person_alone(
    alice: User, bob: User, sam: User, open_request: Ask
) -> None:
    package = work(open_request()).package
    for other in (bob, sam):
        with pytest.raises(NotYours):
            downloads.new_link(package, by=other)
    token = downloads.new_link(package, by=alice)
    with pytest.raises(downloads.LinkSpent):
        downloads.redeem(token, by=bob)
    assert downloads.redeem(token, by=alice).downloads == 1
    with pytest.raises(downloads.LinkSpent):
        downloads.redeem(token, by=alice)


def test_a_newer_link_replaces_the_older(alice: User, open_request: Ask) -> None:
    package = work(open_request()).package
    older = downloads.new_link(package, by=alice)
    newer = downloads.new_link(package, by=alice)
    assert len(newer) >= 22  # 128 bits at least
    with pytest.raises(downloads.LinkSpent):
        downloads.redeem(older, by=alice)
    downloads.redeem(newer, by=alice)


def test_a_link_is_too_old_after_a_quarter_of_an_hour(
    alice: User, open_request: Ask, time_machine: Any
) -> None:
    package = work(open_request()).package
    token = downloads.new_link(package, by=alice)
    time_machine.move_to(package.made_at + downloads.LINK_LASTS * 2)
    with pytest.raises(downloads.LinkSpent):
        downloads.redeem(token, by=alice)


def test_at_its_date_the_key_and_the_file_are_destroyed(
    alice: User, open_request: Ask, time_machine: Any, django_capture_on_commit_callbacks: Any
) -> None:
    package = work(open_request()).package
    token = downloads.new_link(package, by=alice)
    time_machine.move_to(package.expires_at)
    with django_capture_on_commit_callbacks(execute=True):
        assert downloads.expire(package.expires_at) == 1
    assert downloads.expire(package.expires_at) == 0
    package.refresh_from_db()
    assert package.key is None
    assert not default_storage.exists(package.name)
    with pytest.raises(downloads.CopyGone):
        downloads.new_link(package, by=alice)
    with pytest.raises(downloads.LinkSpent):
        downloads.redeem(token, by=alice)
    destroyed = RequestEvent.objects.filter(code="package_destroyed")
    assert destroyed.count() == 1


def test_the_end_of_a_copy_is_announced_once_to_who_never_took_it(
    alice: User, open_request: Ask
) -> None:
    package = work(open_request()).package
    now = package.expires_at - downloads.REMIND_BEFORE
    assert downloads.remind(package.made_at) == 0
    assert downloads.remind(now) == 1
    assert downloads.remind(now) == 0
