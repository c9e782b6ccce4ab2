"""Periods and short dates as the reader's language writes them, and names instead of codes."""

from datetime import date, datetime

import pytest
from django.template import engines
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import override

from accounts.changes.kinds import KINDS
from accounts.changes.models import Change, ChangeEvent
from accounts.changes.office import name_of
from accounts.models import User
from consents.models import RetentionRun
from consents.permits import Reason
from consents.register.jobs import JOBS
from dsar.changes.calendar import CalendarKind
from portal.dashboard.alarms.rules import RULES, shown
from portal.dashboard.log.families import BY_SLUG
from portal.dashboard.models import OfficeEvent
from portal.lib.days import day_label, month_label
from portal.lib.durations import in_words
from portal.lib.office.definitions import GROUPS, SETTINGS


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


def sayings() -> list[tuple[str, object]]:
    """Return every code of the log and of what the office sets, with its words."""
    found: list[tuple[str, object]] = []
    for family in BY_SLUG.values():
        found.append((family.slug, family.label))
        found += [(f"{family.slug} {code}", words) for code, words in family.codes().items()]
    found += [(f"job {name}", words) for name, words in JOBS.items()]
    found += [(f"setting {key}", one.label) for key, one in SETTINGS.items()]
    found += [(f"group {key}", label) for key, label in GROUPS.items()]
    found += [(f"alarm {code}", rule.label) for code, rule in RULES.items()]
    found += [(f"change {slug}", kind.label) for slug, kind in KINDS.items()]
    found += [(f"gate {reason.value}", reason.label) for reason in Reason]
    return found


# The same word in both languages.
ALIKE = {"contacts"}


@pytest.mark.parametrize("code", [code for code, _words in sayings()])
def test_every_code_has_words_in_both_languages(code: str) -> None:
    words = dict(sayings())[code]
    with override("en"):
        english = str(words)
    with override("fr"):
        french = str(words)
    assert "_" not in english + french
    assert french != english or english.lower() in ALIKE


def test_what_the_log_is_about_is_named_and_no_code(db: None) -> None:
    with override("fr"):
        setting = name_of("purpose_notice_days")
        assert setting == SETTINGS["purpose_notice_days"].label
        assert name_of("calendar:FR-2026-12-01") == "mardi 1er décembre 2026 (France)"
        assert name_of("authority:DE").endswith("Allemagne")
        assert "RGPD" in name_of("regime:gdpr") or "protection des données" in name_of(
            "regime:gdpr"
        )
        assert name_of("what is unknown") == "what is unknown"
        officer = User(email="o@example.org")
        changed = ChangeEvent(code="proposed", at=timezone.now(), by=officer)
        changed.change = Change(kind="setting", subject="purpose_notice_days")
        assert BY_SLUG["changes"].event(changed).thing == f"paramètre\xa0: {setting}"
        ran = RetentionRun(task="old-mail", ended_at=timezone.now(), erased=3)
        assert "old-mail" not in (thing := BY_SLUG["retention"].event(ran).thing)
        assert "\xa0: 3 " in thing
        told = OfficeEvent(code="raised", at=timezone.now(), about="request_due R-1 2026-12-01")
        assert BY_SLUG["office"].event(told).thing.endswith("\xa0: R-1 1er décembre 2026")


def test_a_holiday_of_the_library_is_named_in_the_language_of_the_reader() -> None:
    kind = CalendarKind()
    with override("fr"):
        assert kind.say("FR-2026-04-06", kind.first("FR-2026-04-06")) == [
            ("", "jour férié (Lundi de Pâques)")
        ]
