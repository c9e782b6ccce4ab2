"""Requests, the work they set off, what was decided about each thing, and the sealed package."""

from dsar.models.approvals import Approval
from dsar.models.attachments import Attachment
from dsar.models.calendar import HolidayOverride
from dsar.models.clock import Alarm, Pause
from dsar.models.erasure import Certificate, ErasureItem, Hold
from dsar.models.outside import OutsideTask
from dsar.models.packages import Package
from dsar.models.requests import Message, RequestEvent, SubjectRequest
from dsar.models.steps import Step

__all__ = [
    "Alarm",
    "Approval",
    "Attachment",
    "Certificate",
    "ErasureItem",
    "Hold",
    "HolidayOverride",
    "Message",
    "OutsideTask",
    "Package",
    "Pause",
    "RequestEvent",
    "Step",
    "SubjectRequest",
]
