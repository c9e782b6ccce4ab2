"""What a receipt says: an act of choice as JSON-LD.

The shape follows ISO/IEC TS 27560:2023 in the profile of the Data Privacy Vocabulary 2.3. An
objection is not a consent and is recorded as the exercise of a right (art. 21 GDPR); the policy of
an organisation and an exception that is taken back are neither. Nobody is named: people, documents
and organisations are identifiers (``urn:uuid:``). Every member is described in
``consents/schemas/receipt.schema.json``; the terms used are listed in
``consents/schemas/dpv-2.3-terms.txt``.
"""

import uuid
from datetime import UTC, datetime
from typing import Any

from django.conf import settings

from consents.models import ChoiceEvent, PurposeVersion
from consents.models.ledger import POLICY, Act
from portal.lib.office.contacts import controller

Node = dict[str, Any]

PROFILE = "https://w3id.org/dpv/schema/dpv-27560#"
CONTEXT = {
    "dpv": "https://w3id.org/dpv#",
    "eu-gdpr": "https://w3id.org/dpv/legal/eu/gdpr#",
    "pd": "https://w3id.org/dpv/pd#",
    "ai": "https://w3id.org/dpv/ai#",
    "loc": "https://w3id.org/dpv/loc#",
    "dct": "http://purl.org/dc/terms/",
    "schema": "https://schema.org/",
}
SCHEMA_PATH = "/receipts/schema.json"  # names and explains the members of ours ("regard:")
# Of the schema, by an anchor in it. Receipts of version 1 name no anchor, and fit it still.
SCHEMA_VERSION = "v2"
CONSENT_STATUS = {
    Act.CONSENT_GIVEN: "dpv:ConsentGiven",
    Act.CONSENT_REFUSED: "dpv:ConsentRefused",
    Act.CONSENT_WITHDRAWN: "dpv:ConsentWithdrawn",
}
OBJECTION_STATUS = {
    Act.OBJECTION_LODGED: "dpv:LegitimateInterestObjected",
    Act.OBJECTION_WITHDRAWN: "dpv:LegitimateInterestNotObjected",
    Act.NOT_OBJECTED: "dpv:LegitimateInterestNotObjected",
}


def address(path: str) -> str:
    """Return the full address of one of our pages, as it stands on paper."""
    return f"{settings.SITE_URL.rstrip('/')}{path}"


def describe(event: ChoiceEvent, *, created: datetime) -> Node:
    """Return the receipt of an act as JSON-LD. ``created`` (aware) is when it is made."""
    kind, record_kind, profile = _kinds(Act(event.act))
    return {
        "@context": {**CONTEXT, "regard": address(f"{SCHEMA_PATH}#")},
        "@id": uuid.uuid4().urn,
        "@type": kind,
        "dct:conformsTo": {"@id": f"{PROFILE}receipt{profile}"},
        "dct:created": _time(created),
        "schema:schemaVersion": address(f"{SCHEMA_PATH}#{SCHEMA_VERSION}"),
        "dpv:hasRecordOfActivity": {
            "@id": event.uid.urn,
            "@type": record_kind,
            "dct:conformsTo": {"@id": f"{PROFILE}record{profile}"},
            "dpv:hasDataSubject": _data_subject(event),
            "dpv:hasDataController": _controller(),
            "dpv:hasJurisdiction": {"@id": f"loc:{settings.CONTROLLER['country']}"},
            "dpv:hasLegalBasis": {"@id": _basis(event.version)},
            "dpv:hasProcess": [_process(event)],
            "dpv:hasScope": _scope(event),
            "dpv:hasNotice": _notice(event),
            "dpv:hasRight": _rights(event.version),
            "regard:act": event.act,
            **_effect(event),
            **_selection(event),
            **_status(event),
            **_clause(event),
        },
    }


def _kinds(act: Act) -> tuple[str, str, str]:
    """Return the types of the receipt and of its record, and the suffix of their profile.

    The profile is one of consent records; an act that is no consent conforms to its structure, but
    does not claim to be one.
    """
    if act in CONSENT_STATUS:
        return "dpv:ConsentReceipt", "dpv:ConsentRecord", "-eu-gdpr"
    if act in OBJECTION_STATUS:
        return "dpv:RightExerciseNotice", "dpv:RightExerciseRecord", "-eu-gdpr"
    return "dpv:Notice", "dpv:Record", ""


def _effect(event: ChoiceEvent) -> Node:
    """Return whether the act allows. One that takes an exception back says neither: what was chosen
    more widely holds there again, whatever that is."""
    return {} if event.act == Act.FOLLOWS_AGAIN else {"regard:allows": event.allows}


def _selection(event: ChoiceEvent) -> Node:
    """Return with which acts it was done in one go, and which act it takes back."""
    told: Node = {}
    if event.batch is not None:
        told["regard:batch"] = event.batch.urn
    if event.undoes is not None:
        told["regard:undoes"] = event.undoes.uid.urn
    return told


def _data_subject(event: ChoiceEvent) -> Node:
    """Return whose data it is about: a person, or for an organisation's act its members."""
    if event.organisation is not None:
        organisation = {"@id": event.organisation.uid.urn, "@type": "dpv:Organisation"}
        return {"@type": "dpv:Member", "schema:memberOf": organisation}
    return {"@id": _chooser(event), "@type": "dpv:DataSubject"}


def _chooser(event: ChoiceEvent) -> str:
    """Return who chose, as a pseudonym that stays when the person's name is erased."""
    subject = event.person or event.address or event.organisation
    assert subject is not None  # noqa: S101 - the table's constraint "choice_of_one"
    return subject.uid.urn


def _controller() -> Node:
    known = controller()
    return {
        "@id": _controller_id(),
        "dpv:hasName": known["name"],
        "dpv:hasAddress": known["address"],
        "dpv:hasContact": f"mailto:{known['dpo_email']}",
    }


def _controller_id() -> str:
    return address("/#controller")


def _basis(version: PurposeVersion) -> str:
    """Return the term of the legal basis: "6(1)(a)" is ``eu-gdpr:A6-1-a``."""
    return f"eu-gdpr:A6-1-{version.legal_basis[-2]}"


def _process(event: ChoiceEvent) -> Node:
    version, country = event.version, settings.CONTROLLER["country"]
    recipients = [
        {
            "@id": address(f"/#system-{recipient['system']}"),
            "@type": "dpv:ThirdParty" if recipient["kind"] == "third_party" else "dpv:Recipient",
            "dpv:hasName": recipient["name"],
            "dpv:hasCountry": {"@id": f"loc:{recipient['country']}"},
        }
        for recipient in version.recipients
    ]
    process: Node = {
        "@type": "dpv:Process",
        "dct:identifier": event.purpose.slug,
        "dpv:hasPurpose": {"@id": version.dpv_purpose},
        "dpv:hasPersonalData": [{"@id": category} for category in version.data_categories],
        "dpv:hasRecipient": [{"@id": _controller_id()}, *recipients],
        "dpv:hasStorageCondition": [
            {
                "@type": "dpv:StorageDuration",
                "dpv:hasDuration": version.retention_duration,
                "regard:countedFrom": version.retention_trigger,
            },
            {"@type": "dpv:StorageLocation", "dpv:hasLocation": {"@id": f"loc:{country}"}},
        ],
    }
    if version.dpv_processing:
        process["dpv:hasProcessing"] = {"@id": version.dpv_processing}
    return process


def _scope(event: ChoiceEvent) -> Node:
    """Return what the choice is about; a policy and a contract are about the organisation's own."""
    scope: Node = {"@type": "dpv:Scope", "regard:scope": "everything"}
    organisation = event.within or event.organisation
    if event.document is not None:
        scope |= {"regard:scope": "document", "@id": event.document.uid.urn}
    elif organisation is not None:
        scope |= {"regard:scope": "organisation", "@id": organisation.uid.urn}
    return scope


def _notice(event: ChoiceEvent) -> Node:
    """Return which words were shown: the version, the language, and their hash."""
    version = event.version
    return {
        "@id": address(f"/purposes/{event.purpose.slug}/"),
        "@type": "dpv:ConsentNotice" if event.act in CONSENT_STATUS else "dpv:PrivacyNotice",
        "dct:title": version.text(event.language).title,
        "dct:language": event.language,
        "schema:version": version.number,
        "schema:sha256": event.text_sha256,  # of the RFC 8785 form of the text in that language
        "regard:versionSha256": version.sha256,
    }


def _rights(version: PurposeVersion) -> list[Node]:
    return [{"@id": right.term} for right in version.rights]


def _status(event: ChoiceEvent) -> Node:
    """Return the act in the vocabulary's terms, and where it can be undone (art. 7(3) GDPR)."""
    act = Act(event.act)
    where = {"@id": address(f"/purposes/{event.purpose.slug}/")}
    indicated: Node = {
        "dpv:isIndicatedBy": {"@id": _chooser(event)},
        "dpv:hasIndicationMethod": event.source,
        "dpv:isIndicatedAtTime": _time(event.at),
    }
    if act in CONSENT_STATUS:
        given = act == Act.CONSENT_GIVEN and event.clause is None
        types = [CONSENT_STATUS[act], "dpv:ExpressedConsent"] if given else [CONSENT_STATUS[act]]
        return {
            "dpv:hasConsentControl": {
                "@type": ["dpv:ProvideConsent", "dpv:WithdrawConsent"],
                "dpv:isExercisedAt": where,
            },
            "dpv:hasConsentStatus": [{"@type": types, **indicated}],
        }
    control = "dpv:ObjectingToProcess" if act in OBJECTION_STATUS else "dpv:EntityInvolvement"
    status = OBJECTION_STATUS.get(act) or ("dpv:Policy" if act in POLICY else "dpv:Status")
    return {
        "dpv:hasEntityControl": {"@type": [control], "dpv:isExercisedAt": where},
        "dpv:hasStatus": [{"@type": [status], **indicated}],
    }


def _clause(event: ChoiceEvent) -> Node:
    """Return the clause that is said to have agreed, for the act of a contract."""
    if event.clause is None:
        return {}
    return {
        "dpv:hasContractualClause": {
            "@type": "dpv:ContractualClause",
            "dct:identifier": event.clause.number,
            "dct:isPartOf": event.clause.contract,
            "schema:version": event.clause.version,
            "schema:sha256": event.clause.sha256,
            "dct:dateAccepted": _time(event.clause.accepted_at),
        }
    }


def _time(at: datetime) -> str:
    """Return UTC with milliseconds: "2026-05-03T12:02:11.042Z"."""
    return at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
