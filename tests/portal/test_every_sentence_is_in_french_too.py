"""What a person reads exists in French, complete, with the same placeholders, and is compiled."""

import re
import string
from pathlib import Path

import polib
import pytest
from django.conf import settings

CATALOGUE = Path(settings.LOCALE_PATHS[0]) / "fr" / "LC_MESSAGES"
ENTRIES = polib.pofile(str(CATALOGUE / "django.po"))
PLACEHOLDER = re.compile(r"%\(\w+\)[sd]|%[sd]|\{\w*\}")
TAG = re.compile(r"</?[a-z][^>]*>")


def forms(entry: polib.POEntry) -> list[tuple[str, str]]:
    """Return (English, French) for the one form, or for both."""
    if not entry.msgid_plural:
        return [(entry.msgid, entry.msgstr)]
    return [(entry.msgid, entry.msgstr_plural[0]), (entry.msgid_plural, entry.msgstr_plural[1])]


def test_nothing_is_untranslated_or_doubtful():
    doubtful = [entry.msgid for entry in ENTRIES if not entry.translated() or entry.fuzzy]
    assert doubtful == []


@pytest.mark.parametrize("pattern", [PLACEHOLDER, TAG])
def test_placeholders_and_marks_are_those_of_the_english(pattern):
    wrong = [
        english
        for entry in ENTRIES
        for english, french in forms(entry)
        # One thing may be said without its number: "une tentative".
        if not set(pattern.findall(french)) <= set(pattern.findall(english + entry.msgid_plural))
        or (
            not entry.msgid_plural and set(pattern.findall(french)) != set(pattern.findall(english))
        )
    ]
    assert wrong == []


def test_french_is_typeset_as_french():
    """No straight apostrophe between letters, no ordinary space before a double sign."""
    wrong = [
        french
        for entry in ENTRIES
        for _english, french in forms(entry)
        if re.search(r"\w'\w", TAG.sub("", french))
        or re.search(r"\w [;?!»]|« ", TAG.sub("", french))
    ]
    assert wrong == []


def test_what_is_compiled_is_what_is_written():
    compiled = polib.mofile(str(CATALOGUE / "django.mo"))
    said = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in compiled}
    written = {(entry.msgctxt, entry.msgid): entry.msgstr for entry in ENTRIES}
    assert said == written


def test_no_sentence_of_a_template_is_missing_from_the_catalogue():
    """A new sentence cannot be forgotten: `make messages` collects it, else this fails."""
    known = {normal(entry.msgid) for entry in ENTRIES}
    found = re.compile(r"{%\s*translate\s+\"([^\"]+)\"")
    missing = {
        sentence
        for template in Path(settings.BASE_DIR, "templates").rglob("*")
        if template.suffix in (".html", ".txt")
        for sentence in found.findall(template.read_text())
        if normal(sentence) not in known
    }
    assert missing == set()


def normal(text: str) -> str:
    return text.replace("%%", "%").strip(string.whitespace)
