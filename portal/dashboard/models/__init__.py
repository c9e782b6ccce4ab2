"""Rows of the dashboard: figures kept, backups recorded, reports, alarms, exports."""

from portal.dashboard.models.alarms import (
    AlarmHook,
    AlarmReader,
    AlarmRule,
    DigestDay,
    DigestWish,
    HookMessage,
    RaisedAlarm,
)
from portal.dashboard.models.drills import CareRecord
from portal.dashboard.models.office import LogExport, LogExportPart, OfficeEvent
from portal.dashboard.models.reports import PublicYear, Report, ReportFile
from portal.dashboard.models.rollups import (
    ChoiceTally,
    GateTally,
    RequestTally,
    RollupState,
    StandingTally,
    Touched,
    UseTally,
)

__all__ = [
    "AlarmHook",
    "AlarmReader",
    "AlarmRule",
    "CareRecord",
    "ChoiceTally",
    "DigestDay",
    "DigestWish",
    "GateTally",
    "HookMessage",
    "LogExport",
    "LogExportPart",
    "OfficeEvent",
    "PublicYear",
    "RaisedAlarm",
    "Report",
    "ReportFile",
    "RequestTally",
    "RollupState",
    "StandingTally",
    "Touched",
    "UseTally",
]
