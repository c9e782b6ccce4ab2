"""A sentence is collected by the name of the function around it: another name leaves it out."""

import ast
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What makemessages looks for, as it is imported; ``_`` may stand for any of the first two.
KNOWN = {
    "gettext", "gettext_lazy", "gettext_noop", "ngettext", "ngettext_lazy", "pgettext",
    "pgettext_lazy", "npgettext", "npgettext_lazy",
}  # fmt: skip
ALIASED = {("_", "gettext"), ("_", "gettext_lazy")}


def test_functions_of_translation_keep_their_names() -> None:
    renamed = [
        f"{path.relative_to(ROOT)}: {one.name} as {one.asname}"
        for app in ("accounts", "consents", "dsar", "portal")
        for path in (ROOT / app).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text()))
        if isinstance(node, ast.ImportFrom) and node.module == "django.utils.translation"
        for one in node.names
        if one.name in KNOWN and one.asname and (one.asname, one.name) not in ALIASED
    ]
    assert renamed == []
