"""Models of the site: all are the dashboard's."""

from portal.dashboard.models import (
    AlarmHook,
    AlarmReader,
    AlarmRule,
    DigestDay,
    DigestWish,
    HookMessage,
    LogExport,
    OfficeEvent,
    PublicYear,
    RaisedAlarm,
    Report,
    ReportFile,
)

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
