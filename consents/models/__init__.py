"""Purposes, documents, uses, choices: the tables of the ledger."""

from consents.models.announcements import Announcement, Announcing
from consents.models.canaries import Canary, CanaryCheck
from consents.models.documents import Document, Party
from consents.models.evidence import Evidence, EvidenceFile, EvidenceWithdrawal
from consents.models.feed import BulkAnswer, PermitChange
from consents.models.inbound import InboundEvent
from consents.models.ledger import ChoiceEvent, ContractClause, PermitAnswer, Receipt, Standing
from consents.models.links import DocumentLink, LinkCode
from consents.models.objections import Objection
from consents.models.propagation import Propagation
from consents.models.purposes import Purpose, PurposeStop, PurposeText, PurposeVersion
from consents.models.register import ProcessingRecord, ProcessingVersion, RetentionRun
from consents.models.systems import System, SystemEvent
from consents.models.uses import ManifestLine, RunRemedy, TrainingRun, Use

__all__ = [
    "Announcement",
    "Announcing",
    "BulkAnswer",
    "Canary",
    "CanaryCheck",
    "ChoiceEvent",
    "ContractClause",
    "Document",
    "DocumentLink",
    "Evidence",
    "EvidenceFile",
    "EvidenceWithdrawal",
    "InboundEvent",
    "LinkCode",
    "ManifestLine",
    "Objection",
    "Party",
    "PermitAnswer",
    "PermitChange",
    "ProcessingRecord",
    "ProcessingVersion",
    "Propagation",
    "Purpose",
    "PurposeStop",
    "PurposeText",
    "PurposeVersion",
    "Receipt",
    "RetentionRun",
    "RunRemedy",
    "Standing",
    "System",
    "SystemEvent",
    "TrainingRun",
    "Use",
]
