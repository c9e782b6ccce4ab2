"""A consent as a Kantara consent receipt, version 1.1 (2017): an export for older tools.

That form is the ancestor of ISO/IEC TS 27560 and knows one thing only: that consent was given. So
it is made of nothing else, from what our own receipt seals, and it is not sealed itself.
``consents/schemas/kantara-1.1.schema.json`` describes it in our words.
"""

import json
from typing import Any

from django.utils.translation import gettext_lazy as _

from consents.models import Receipt
from consents.models.ledger import Act
from consents.queries.facts import Facts
from consents.receipts import address
from portal.lib.errors import DomainError
from portal.lib.office.contacts import controller

VERSION = "KI-CR-v1.1.0"


class NoConsent(DomainError):
    """The act is no consent that a person gave."""

    code = "no_consent"


def export(held: Receipt) -> dict[str, Any]:
    """Return the consent in Kantara's form. Times are seconds since 1970.

    Raises:
        NoConsent: the act is a refusal, withdrawal, objection, policy, or was done by a contract.
    """
    facts = Facts.of(held)
    if not is_consent(facts):
        raise NoConsent(
            _(
                "A Kantara receipt can only say that a person gave consent. This act is something "
                "else; its own receipt, as JSON or PDF, says what it is."
            )
        )
    return {
        "version": VERSION,
        "jurisdiction": facts.record["dpv:hasJurisdiction"]["@id"].removeprefix("loc:"),
        "consentTimestamp": int(facts.at.timestamp()),
        "collectionMethod": facts.status["dpv:hasIndicationMethod"],
        "consentReceiptID": facts.body["@id"].removeprefix("urn:uuid:"),
        "publicKey": held.kid,
        "language": facts.language,
        "piiPrincipalId": facts.chooser,
        "piiControllers": [_controller(facts)],
        "policyUrl": facts.notice["@id"],
        "services": [{"service": controller()["name"], "purposes": [_purpose(facts)]}],
        "sensitive": _is_sensitive(held),
        "spiCat": ["specially protected data (art. 9 GDPR)"] if _is_sensitive(held) else [],
    }


def is_consent(facts: Facts) -> bool:
    """Whether the act is what the form can say: consent, given by the person."""
    return facts.act == Act.CONSENT_GIVEN and not facts.clause


def as_file(held: Receipt) -> bytes:
    """Return the export as the file a person keeps.

    Raises:
        NoConsent: see :func:`export`.
    """
    return json.dumps(export(held), ensure_ascii=False, indent=2).encode() + b"\n"


def _controller(facts: Facts) -> dict[str, Any]:
    sealed = facts.record["dpv:hasDataController"]
    return {
        "piiController": facts.controller,
        "contact": controller()["dpo_name"],
        "address": {"streetAddress": sealed["dpv:hasAddress"]},
        "email": facts.contact,
        "phone": "",  # the form asks for one; the DPO is reached by mail
        "piiControllerUrl": address("/"),
    }


def _purpose(facts: Facts) -> dict[str, Any]:
    process = facts.record["dpv:hasProcess"][0]
    stored = process["dpv:hasStorageCondition"][0]
    third = [
        recipient["dpv:hasName"]
        for recipient in process["dpv:hasRecipient"]
        if recipient.get("@type") == "dpv:ThirdParty"
    ]
    purpose = {
        "purpose": facts.purpose,
        "purposeCategory": [process["dpv:hasPurpose"]["@id"]],
        "consentType": "EXPLICIT",
        "piiCategory": [one["@id"] for one in process["dpv:hasPersonalData"]],
        "primaryPurpose": False,  # the service is given without it
        "termination": f"{stored['dpv:hasDuration']} from {stored['regard:countedFrom']}",
        "thirdPartyDisclosure": bool(third),
    }
    return purpose | ({"thirdPartyName": ", ".join(third)} if third else {})


def _is_sensitive(held: Receipt) -> bool:
    document = held.event.document
    return document is not None and document.special_category
