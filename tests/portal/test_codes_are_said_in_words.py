"""Periods and short dates as the reader's language writes them, and names instead of codes."""

from datetime import date

import pytest
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
