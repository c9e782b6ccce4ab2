"""Requests, the work they set off, what was decided about each thing, and the sealed package."""

from dsar.models.approvals import Approval
from dsar.models.attachments import Attachment
from dsar.models.clock import Alarm, Pause
from dsar.models.erasure import Certificate, ErasureItem, Hold
from dsar.models.intake import AskCode, Confirmation, Draft, Filing, Mandate
from dsar.models.kinds import Restriction, Statement
from dsar.models.ledger import ErasureRecord, LedgerOutbox, LedgerVolume
from dsar.models.outside import OutsideCode, OutsideTask
from dsar.models.packages import Package
from dsar.models.recipients import RecipientNotice
from dsar.models.redaction import Redaction
from dsar.models.requests import SubjectRequest
from dsar.models.sources import SourceTrail
from dsar.models.steps import Step
from dsar.models.timeline import Message, RequestEvent
from dsar.models.workbench import Note, SavedFilter

__all__ = [
    "Alarm",
    "Approval",
    "AskCode",
    "Attachment",
    "Certificate",
    "Confirmation",
    "Draft",
    "ErasureItem",
    "ErasureRecord",
    "Filing",
    "Hold",
    "LedgerOutbox",
    "LedgerVolume",
    "Mandate",
    "Message",
    "Note",
    "OutsideCode",
    "OutsideTask",
    "Package",
    "Pause",
    "RecipientNotice",
    "Redaction",
    "RequestEvent",
    "Restriction",
    "SavedFilter",
    "SourceTrail",
    "Statement",
    "Step",
    "SubjectRequest",
]
