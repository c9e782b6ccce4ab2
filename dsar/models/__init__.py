"""Requests, the work they set off, what was decided about each thing, and the sealed package."""

from dsar.models.calendar import HolidayOverride
from dsar.models.erasure import Certificate, ErasureItem, Hold
from dsar.models.packages import Package
from dsar.models.requests import Message, RequestEvent, SubjectRequest
from dsar.models.steps import Step

__all__ = [
    "Certificate",
    "ErasureItem",
    "Hold",
    "HolidayOverride",
    "Message",
    "Package",
    "RequestEvent",
    "Step",
    "SubjectRequest",
]
