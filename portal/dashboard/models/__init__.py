"""Rows of the dashboard: figures kept, reports, alarms."""

from portal.dashboard.models.alarms import (
    AlarmHook,
    AlarmReader,
    AlarmRule,
    DigestDay,
    DigestWish,
    HookMessage,
    RaisedAlarm,
)
from portal.dashboard.models.office import LogExport, OfficeEvent
from portal.dashboard.models.reports import PublicYear, Report, ReportFile

__all__ = [
    "AlarmHook",
    "AlarmReader",
    "AlarmRule",
    "DigestDay",
    "DigestWish",
    "HookMessage",
    "LogExport",
    "OfficeEvent",
    "PublicYear",
    "RaisedAlarm",
    "Report",
    "ReportFile",
]
