"""Colons, semicolons, per cent and spaces that do not break, in each language, from one place."""

import re
from pathlib import Path

import polib
import pytest
from django.conf import settings
from django.template import engines
from django.utils.translation import gettext, override

from portal.dashboard.reports.pieces import days_in_words
from portal.lib.typesetting import in_series, named, percent, typeset

LOCALE = Path(settings.LOCALE_PATHS[0])
FRENCH = polib.pofile(str(LOCALE / "fr" / "LC_MESSAGES" / "django.po"))
ENGLISH = polib.pofile(str(LOCALE / "en" / "LC_MESSAGES" / "django.po"))
TRANSLATED = re.compile(r"{%\s*blocktrans(?:late)?\b.*?{%\s*endblocktrans(?:late)?\s*%}", re.DOTALL)
GLUED = re.compile(r"(?:}}|%})(?:</\w+>)?: ")


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ["Late: yes", "a, b; c", "98.60%", "1.5 days", "0.5 days", "1 day", "2 days"]),
     ("fr", ["Late\xa0: yes", "a, b\u202f; c", "98,60\xa0%", "1,5 jour", "0,5 jour", "1 jour",
             "2 jours"])],
)  # fmt: skip
def test_signs_and_figures_are_written_as_the_language_writes_them(
    language: str, said: list[str]
) -> None:
    with override(language):
        days = [days_in_words(one) for one in (1.5, 0.5, 1, 2)]
        assert [named("Late", "yes"), in_series(["a, b", "c"]), percent(0.986, 2), *days] == said


@pytest.mark.parametrize(
    ("language", "html"),
    [("en", "&lt;b&gt;: 98.6%"), ("fr", "&lt;b&gt;\xa0: 98,6\xa0%")],
)
def test_templates_say_the_same_and_escape_what_they_are_given(language: str, html: str) -> None:
    page = "{% load typesetting %}{{ what|colon }} {{ share|percent }}"
    with override(language):
        shown = engines["django"].from_string(page).render({"what": "<b>", "share": 0.986})
    assert shown == html


def test_a_long_name_breaks_where_its_words_end_and_is_escaped() -> None:
    page = "{% load typesetting %}{{ what|breakable }}"
    shown = engines["django"].from_string(page).render({"what": "<b> (LINK_DAYS), a@b.org. And"})
    assert shown == "&lt;b&gt; (LINK_<wbr>DAYS), a@<wbr>b.<wbr>org. And"


def test_no_template_glues_a_colon_to_what_it_names() -> None:
    """In French a space that does not break stands before it: `{{ what|colon }}`."""
    glued = {
        f"{template.name}: {found.group()}"
        for template in Path(settings.BASE_DIR, "templates").rglob("*.*")
        for found in GLUED.finditer(TRANSLATED.sub("", template.read_text()))
    }
    assert glued == set()


@pytest.mark.parametrize(
    ("language", "typed", "meant"),
    [
        ("en", "by article 15, art. 6(1) and § 71", "by article\xa015, art.\xa06(1) and §\xa071"),
        ("en", "article %(article)s; 5 things", "article\xa0%(article)s; 5 things"),
        ("en", "the smart 15 and this part. 5", "the smart 15 and this part. 5"),
        ("fr", "articles 5(2) et 12 : « oui » ; 95 %% ?",
         "articles\xa05(2) et 12\xa0: «\u202foui\u202f»\u202f; 95\xa0%%\u202f?"),
        ("fr", "Que demande-t-on, faut-il, est-ce ?",
         "Que demande\u2011t\u2011on, faut\u2011il, est\u2011ce\u202f?"),
        ("fr", "plus %(days)s %(more)s", "plus %(days)s %(more)s"),
    ],
)  # fmt: skip
def test_spaces_that_must_not_break_do_not(language: str, typed: str, meant: str) -> None:
    assert typeset(typed, language) == meant
    assert typeset(meant, language) == meant


def test_the_catalogues_are_typeset() -> None:
    """`make messages` does it; who writes a sentence types ordinary spaces."""
    said = [text for one in FRENCH for text in (one.msgstr, *one.msgstr_plural.values())]
    assert [text for text in said if typeset(text, "fr") != text] == []
    known = {(one.msgctxt, one.msgid) for one in ENGLISH}
    breaking = [(one.msgctxt, one.msgid) for one in FRENCH if typeset(one.msgid, "en") != one.msgid]
    assert [one for one in breaking if one not in known] == []


def test_an_article_and_its_number_stay_on_one_line_in_both_languages() -> None:
    known = next(one for one in FRENCH if "article 79 GDPR" in one.msgid)
    for language, words in (("en", "article\xa079 GDPR"), ("fr", "article\xa079 du RGPD")):
        with override(language):
            assert words in gettext(known.msgid)


@pytest.mark.parametrize(
    ("share", "digits", "said"),
    [
        (2399 / 2400, 1, "99.9%"),
        (2399 / 2400, 2, "99.96%"),
        (0.99999, 2, "99.99%"),
        (1.0, 1, "100.0%"),
        (0.986, 1, "98.6%"),
    ],
)
def test_a_share_short_of_the_whole_is_not_said_to_be_all(
    share: float, digits: int, said: str
) -> None:
    assert percent(share, digits) == said
