"""Jobs of the reports, and what happens by the clock."""

from datetime import timedelta

from django.conf import settings
from django.core.files.storage import default_storage
from django.utils import timezone
from django.utils.timezone import get_default_timezone

from consents.models import PurposeVersion
from portal.dashboard.models.reports import Report, ReportFile
from portal.dashboard.periods import DAY, Period, month_of, year_of
from portal.dashboard.reports import building, publishing, telling

# A younger file that no row names may be in the making.
LEFT_OVER_AFTER = timedelta(days=1)


def build(report_id: int) -> None:
    """Build one report. May run twice: the row's lease lets one of them act."""
    building.build(report_id)


def sweep() -> None:
    """Every minute: take up what a dead worker left."""
    building.sweep()


def by_the_calendar() -> None:
    """Every night: the reports of the last whole month and year, if they are not there yet.

    Every night, and not on the first alone: a worker that was down that night makes up for it.
    """
    today = timezone.localdate(timezone=get_default_timezone())
    month, year = month_of(today.replace(day=1) - DAY), year_of(today.year - 1)
    wanted = [(Report.Kind.MONTHLY, month), (Report.Kind.YEARLY, year)]
    read = {telling.language_of(one) for one in telling.officers()} or {settings.LANGUAGE_CODE}
    for kind, period in wanted:
        for language in sorted(read & set(dict(settings.LANGUAGES))):
            if was_at_work(period):
                asked = building.Asked(kind, period, language)
                building.ask(asked, by=None, today=today)


def was_at_work(period: Period) -> bool:
    """Whether there was a purpose in force then: before, there is nothing to report."""
    return PurposeVersion.objects.filter(effective_from__lt=period.end).exists()


def publish() -> None:
    """Every night: what the public page shows, if it is switched on and not up to date."""
    publishing.publish(timezone.now())


def clear_away() -> None:
    """Every night: delete reports whose time is over, and files that no row names."""
    today = timezone.localdate(timezone=get_default_timezone())
    Report.objects.filter(keep_until__lt=today).delete()
    named = set(ReportFile.objects.values_list("stored", flat=True))
    before = timezone.now() - LEFT_OVER_AFTER
    for report in _listdir(building.FOLDER)[0]:
        folder = f"{building.FOLDER}/{report}"
        for file in _listdir(folder)[1]:
            name = f"{folder}/{file}"
            if name not in named and default_storage.get_modified_time(name) < before:
                default_storage.delete(name)


def _listdir(path: str) -> tuple[list[str], list[str]]:
    try:
        return default_storage.listdir(path)
    except FileNotFoundError:
        return [], []
