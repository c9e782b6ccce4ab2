"""docs/design.md, the stylesheet and the templates say the same thing."""

import re
from pathlib import Path

import pytest

from tests.environment import ROOT

# Mails, PDFs and the pages of a package are read elsewhere and carry styles of their own.
ELSEWHERE = {"mail", "pdf", "package"}
TEMPLATES = [
    path
    for path in sorted((ROOT / "templates").rglob("*.html"))
    if not ELSEWHERE & set(path.relative_to(ROOT / "templates").parts)
]
CATALOGUE = (ROOT / "docs" / "design.md").read_text()
STYLES = (ROOT / "portal" / "static" / "portal" / "regard.css").read_text()
TAG = re.compile(r"{[%#].*?[%#]}|{{.*?}}", re.DOTALL)


def _name(path: Path) -> str:
    return str(path.relative_to(ROOT / "templates"))


@pytest.mark.parametrize("template", TEMPLATES, ids=_name)
def test_no_template_carries_inline_style_or_script(template: Path) -> None:
    markup = template.read_text()
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=[\"']|javascript:", markup)
    for attributes, body in re.findall(r"<script\b([^>]*)>(.*?)</script>", markup, re.DOTALL):
        assert "src=" in attributes or "application/json" in attributes, body


@pytest.mark.parametrize("template", TEMPLATES, ids=_name)
def test_every_class_in_a_template_is_in_the_stylesheet(template: Path) -> None:
    known = set(re.findall(r"\.([a-z][a-z-]*)", STYLES))
    for value in re.findall(r'\bclass="((?:{%.*?%}|{{.*?}}|[^"])*)"', template.read_text()):
        assert set(TAG.sub(" ", value).split()) <= known


def test_the_catalogue_names_every_component() -> None:
    internal = {"brand", "foot", "language", "messages", "nav", "theme", "tabs_list"}
    components = {path.stem for path in (ROOT / "templates" / "components").glob("*.html")}
    missing = {name for name in components - internal if f"components/{name}.html" not in CATALOGUE}
    assert missing == set()


def test_the_catalogue_names_every_icon_and_no_other() -> None:
    there = {path.stem for path in (ROOT / "templates/components/icons").glob("*.html")}
    listed = re.search(r"There are: (.*?)\.\n", CATALOGUE, re.DOTALL)
    assert listed
    assert set(re.findall(r"`([a-z-]+)`", listed[1])) == there
