"""Every file, name and page that the documents speak of exists."""

import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
DOCUMENTS = [*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md")]
ROW = re.compile(r"^\|.*\|$", re.MULTILINE)
FILE = re.compile(
    r"`((?:accounts|consents|dsar|portal|tests|templates|docs)/[\w./-]+\.\w+)`(?: `(\w+)`)?"
)
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#]+)")


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_link_leads_somewhere(document):
    links = LINK.findall(document.read_text())
    missing = [link for link in links if not (document.parent / link).exists()]
    assert missing == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda path: path.name)
def test_every_file_that_is_named_exists(document):
    named = {path for path, _name in FILE.findall(document.read_text())}
    assert {path for path in named if not (ROOT / path).exists()} == set()


def test_every_function_of_the_law_is_where_the_page_says():
    rows = ROW.findall((ROOT / "docs/legal.md").read_text())
    named = [found for row in rows for found in FILE.findall(row) if found[1]]
    assert len(named) > 20
    missing = [(path, name) for path, name in named if name not in (ROOT / path).read_text()]
    assert missing == []


def test_every_target_of_the_read_me_exists():
    targets = set(re.findall(r"^(\w+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    named = set(re.findall(r"`?make (\w+)", (ROOT / "README.md").read_text()))
    assert named <= targets
