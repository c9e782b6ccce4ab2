"""What can be set is in ``docs/operations.md``, and what is in there can be set."""

import re

from tests.environment import ROOT

PLAIN = re.compile(r"`([A-Z][A-Z_]+)`")


def documented() -> set[str]:
    """Return the names in the first column of the table of settings."""
    text = (ROOT / "docs" / "operations.md").read_text()
    table = text.split("## Settings")[1].split("\n## ")[0]
    rows = [line.split("|")[1] for line in table.splitlines() if line.startswith("| `")]
    return {name for row in rows for name in PLAIN.findall(row)}


def read() -> set[str]:
    """Return the names that the settings and gunicorn's configuration ask the environment for."""
    settings = (ROOT / "portal" / "settings.py").read_text()
    gunicorn = (ROOT / "portal" / "gunicorn.py").read_text()
    return {
        *re.findall(r"env(?:\.\w+)?\(\s*\"([A-Z_]+)\"", settings),
        *re.findall(r"environ\.get\(\"([A-Z_]+)\"", gunicorn),
    }


def test_every_setting_is_explained() -> None:
    assert read() - documented() == set()


def test_nothing_is_explained_that_does_not_exist() -> None:
    assert documented() - read() == set()


def test_the_example_names_only_what_exists() -> None:
    names = set(re.findall(r"^([A-Z_]+)=", (ROOT / ".env.example").read_text(), re.MULTILINE))
    assert names - read() == {"POSTGRES_PASSWORD"}
