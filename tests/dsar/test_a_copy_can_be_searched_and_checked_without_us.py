"""Unpacked on any disk: read, searched in every script, checked by a program of forty lines."""

import importlib.util
import io
import json
import zipfile
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from accounts.models import User
from consents.models import Purpose
from dsar import contents, wordindex
from dsar.wordindex import WordIndex
from portal.lib import keys
from tests.dsar.worlds import Ask, make_document, make_life, unpack, use, work

PROGRAM = Path(__file__).parents[2] / "docs" / "examples" / "verify_copy.py"


@pytest.fixture(scope="module")
def verify() -> ModuleType:
    """The program, as it is handed out."""
    spec = importlib.util.spec_from_file_location("verify_copy", PROGRAM)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.fixture
def copy(alice: User, bob: User, purpose: Purpose, open_request: Ask) -> zipfile.ZipFile:
    documents = make_life(alice, bob)
    make_document("lease", alice, bob, title="Bail d’été, 東京都の契約")
    use(documents["own"], purpose, times=contents.ROWS_ON_A_PAGE + 1)
    return unpack(work(open_request()))


def changed(copy: zipfile.ZipFile, **files: bytes | None) -> zipfile.ZipFile:
    """Return the copy with some files changed, added, or (None) left out."""
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as made:
        for name in [*copy.namelist(), *(set(files) - set(copy.namelist()))]:
            content = files[name] if name in files else copy.read(name)
            if content is not None:
                made.writestr(name, content)
    return zipfile.ZipFile(target)


@pytest.mark.django_db
def test_a_program_finds_the_copy_genuine_and_every_change(
    copy: zipfile.ZipFile, verify: ModuleType
) -> None:
    jwks = keys.public_jwks()
    assert verify.main(copy, jwks).startswith("GENUINE")
    forged = json.loads(copy.read("manifest.json")) | {"controller": "Somebody else"}
    for files, said in (
        ({"data/account.csv": b"changed"}, "changed: data/account.csv"),
        ({"data/account.csv": None}, "missing: data/account.csv"),
        ({"data/more.csv": b"new"}, "added: data/more.csv"),
        ({"manifest.json": json.dumps(forged).encode()}, "not what was signed"),
    ):
        with pytest.raises(ValueError, match=said):
            verify.main(changed(copy, **files), jwks)
    with pytest.raises(ValueError, match="UNKNOWN KEY"):
        verify.main(copy, {"keys": []})


@pytest.mark.django_db
def test_its_words_say_how_to_check_it(copy: zipfile.ZipFile) -> None:
    page = copy.read("verify.html").decode()
    assert keys.signing_kid() in page
    assert "/.well-known/jwks.json" in page
    schema = json.loads(copy.read("schema.json"))
    table = json.loads(copy.read("data/account.json"))
    assert table["schema"] == schema["$id"]


@pytest.mark.django_db(transaction=True)
def test_its_pages_are_searched_and_accessible_without_a_network(
    copy: zipfile.ZipFile, chromium: Any, axe: Any, tmp_path: Path
) -> None:
    copy.extractall(tmp_path)
    context = chromium(color_scheme="dark", viewport={"width": 320, "height": 700}, offline=True)
    page = context.new_page()
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    for name in ("index.html", "verify.html", "pages/uses-2.html", "pages/documents.html"):
        page.goto((tmp_path / name).as_uri())
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
    page.goto((tmp_path / "search.html").as_uri())
    for words, expected in (
        ("ETE bail", 1),
        ("東京", 1),
        ("alice@example.org", 2),
        ("nowhere-to-be-found", 0),
    ):
        page.fill("#q", words)
        page.press("#q", "Enter")
        page.wait_for_function(
            "n => document.querySelectorAll('#results li').length >= n"
            " && document.getElementById('status').textContent !== ''",
            arg=expected,
        )
        if not expected:
            page.wait_for_function("!document.querySelector('#results li')")
    page.fill("#q", "bail")
    page.press("#q", "Enter")
    page.wait_for_selector("#results a")
    axe(page)
    page.click("#results a")
    assert "Bail d’été" in page.content()
    assert not complaints


def test_words_are_folded_and_found_by_their_shard() -> None:
    assert list(wordindex.words("Éléphant ﬁnal")) == ["elephant", "final"]
    assert list(wordindex.words("東京都 x")) == ["東京", "京都", "x"]
    index = WordIndex()
    index.page("pages/a.html", "A", ["Éléphant"])
    index.page("pages/b.html", "B", ["elegant elephant"])
    files = {name: b"".join(chunks).decode() for name, chunks in index.files()}
    index.close()
    number = wordindex.shard_of("elephant")
    assert files[f"search/{number:02d}.js"] == (
        f'regardShard({number},[\n[0,"elephant"],\n[1,"elegant elephant"],\n]);\n'
    )
