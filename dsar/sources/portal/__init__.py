"""What the portal itself holds: one class per category. Together they cover every model that leads
to a person; a test finds one that nobody covers."""

from dsar.sources.portal.account import AccountSource
from dsar.sources.portal.announcements import AnnouncementSource
from dsar.sources.portal.choices import ChoiceSource
from dsar.sources.portal.documents import DocumentSource
from dsar.sources.portal.ledger import PermitSource, UseSource
from dsar.sources.portal.links import LinkSource
from dsar.sources.portal.mail import InboundSource, MailSource
from dsar.sources.portal.organisations import OrganisationSource
from dsar.sources.portal.requests import RequestSource
from dsar.sources.portal.signin import SignInSource
from dsar.sources.portal.staff import AccessLogSource

__all__ = [
    "AccessLogSource",
    "AccountSource",
    "AnnouncementSource",
    "ChoiceSource",
    "DocumentSource",
    "InboundSource",
    "LinkSource",
    "MailSource",
    "OrganisationSource",
    "PermitSource",
    "RequestSource",
    "SignInSource",
    "UseSource",
]
