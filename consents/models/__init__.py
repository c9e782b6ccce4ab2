"""Purposes, documents, uses, choices: the tables of the ledger."""

from consents.models.documents import Document, Party
from consents.models.inbound import InboundEvent
from consents.models.ledger import ChoiceEvent, ContractClause, PermitAnswer, Receipt, Standing
from consents.models.purposes import Purpose, PurposeText, PurposeVersion
from consents.models.systems import System
from consents.models.uses import TrainingRun, Use

__all__ = [
    "ChoiceEvent",
    "ContractClause",
    "Document",
    "InboundEvent",
    "Party",
    "PermitAnswer",
    "Purpose",
    "PurposeText",
    "PurposeVersion",
    "Receipt",
    "Standing",
    "System",
    "TrainingRun",
    "Use",
]
