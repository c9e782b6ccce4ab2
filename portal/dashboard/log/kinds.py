"""An export of the log as a change that a second person agrees to."""

from collections.abc import Sequence

from django.urls import reverse
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from accounts.changes.kinds import Difference, Problems
from accounts.changes.models import Change
from portal.dashboard.log import exports
from portal.dashboard.log.showing import number_of
from portal.dashboard.models import LogExport


class ExportKind:
    """Nothing is changed by it; what is agreed to is that it may leave the house."""

    slug = exports.KIND
    label: str | Promise = gettext_lazy("export of the log")

    def titles(self, changes: Sequence[Change]) -> list[str]:
        """Return what is exported, without a name."""
        wanted = LogExport.objects.filter(uid__in=[one.subject for one in changes])
        known = {str(one.uid): _title(one) for one in wanted.select_related("person")}
        return [known.get(one.subject, _("Export of the log")) for one in changes]

    def path(self, change: Change) -> str:
        """Return the page of the export."""
        return reverse("dashboard-log-export", args=[change.subject])

    def base(self, subject: str) -> str:
        """Nothing changes under it: what it holds ends when it was asked for."""
        return ""

    def problems(self, change: Change) -> Problems:
        """Return nothing: the form asked for all there is."""
        return {}

    def differences(self, change: Change) -> list[Difference]:
        """Return what would leave."""
        found = LogExport.objects.select_related("person").get(uid=change.subject)
        whose = number_of(found.person) if found.person else _("everybody")
        return [
            Difference(_("Events of"), "", whose),
            Difference(_("Period"), "", period(found)),
            Difference(_("For"), "", found.reason),
        ]

    def apply(self, change: Change) -> None:
        """Have it made."""
        exports.begin(LogExport.objects.get(uid=change.subject))


def _title(export: LogExport) -> str:
    if export.person is not None:
        return _("Export of the events of %(who)s") % {"who": number_of(export.person)}
    return _("Export of the events of a period")


def period(export: LogExport) -> str:
    """Return the period in words of the active language and zone."""
    until = date_format(localtime(export.until), "DATETIME_FORMAT")
    if export.since is None:
        return _("until %(until)s") % {"until": until}
    since = date_format(localtime(export.since), "DATETIME_FORMAT")
    return _("from %(since)s until %(until)s") % {"since": since, "until": until}
