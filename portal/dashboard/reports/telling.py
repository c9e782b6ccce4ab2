"""The officers hear by mail that a report of the schedule is ready: a link, and no figure."""

from django.conf import settings
from django.urls import reverse

from accounts.models import User
from accounts.roles import Role
from portal.dashboard.models.reports import Report
from portal.dashboard.periods import Period
from portal.lib import mail


def tell_officers(report: Report) -> None:
    """Write to every data protection officer who reads its language, once each."""
    for officer in officers():
        if language_of(officer) == report.language:
            mail.send(
                "dashboard/report_ready",
                to=officer.email or "",
                language=report.language,
                key=f"report:{report.pk}:{officer.pk}",
                context={
                    "report": report,
                    "period": Period(report.first, report.last),
                    "url": settings.SITE_URL + reverse("dashboard-report", args=[report.uid]),
                },
            )


def officers() -> list[User]:
    """Return the data protection officers who work here."""
    return list(User.objects.filter(role=Role.DPO, is_active=True).order_by("pk"))


def language_of(officer: User) -> str:
    """Return in which language somebody reads."""
    return officer.language or settings.LANGUAGE_CODE
