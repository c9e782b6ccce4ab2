"""Periods and short dates as the reader's language writes them, and names instead of codes."""

from datetime import date, datetime

import pytest
from django.template import engines
from django.utils.formats import date_format
from django.utils.translation import override

from portal.dashboard.alarms.rules import shown
from portal.lib.days import day_label, month_label
from portal.lib.durations import in_words


@pytest.mark.parametrize(
    ("duration", "words"),
    [("P5Y", "5 years"), ("P1Y6M", "1 year, 6 months"), ("P30D", "30 days"), ("5 years", "5 years"),
     ("", ""), ("P", "P")],
)  # fmt: skip
def test_a_period_is_said_in_words_and_what_is_none_as_it_stands(duration: str, words: str) -> None:
    with override("en"):
        assert in_words(duration) == words


@pytest.mark.parametrize(
    ("language", "day", "month"),
    [("en", "3 Dec", "Dec 2025"), ("fr", "3 déc.", "déc. 2025")],
)
def test_a_chart_names_days_and_months_as_the_language_shortens_them(
    language: str, day: str, month: str
) -> None:
    with override(language):
        assert (day_label(date(2025, 12, 3)), month_label(date(2025, 12, 3))) == (day, month)


def test_an_alarm_names_things_in_the_language_of_the_reader() -> None:
    name = {"en": "Documents", "fr": "Vos documents"}
    with override("fr"):
        assert shown("source", name) == "Vos documents"
        assert shown("source", {"en": "Documents"}) == "Documents"


@pytest.mark.parametrize(
    ("language", "said"),
    [("en", ["1 December 2026", "Tuesday 1 December 2026", "1 Dec", "1 December 2026, 09:05"]),
     ("fr", ["1er décembre 2026", "mardi 1er décembre 2026", "1er déc.",
             "1er décembre 2026 à 9\xa0h\xa005"])],
)  # fmt: skip
def test_the_first_of_a_month_is_written_as_the_language_writes_it(
    language: str, said: list[str]
) -> None:
    day = datetime(2026, 12, 1, 9, 5)  # noqa: DTZ001 (as it is shown)
    with override(language):
        written = [
            date_format(day, "DATE_FORMAT"),
            engines["django"].from_string("{{ day|date:'l j F Y' }}").render({"day": day}),
            day_label(day.date()),
            date_format(day, "DATETIME_FORMAT"),
        ]
        assert written == said
        assert date_format(date(2026, 12, 11), "j F") == (
            "11 décembre" if language == "fr" else "11 December"
        )
