"""The register in the terms of the Data Privacy Vocabulary 2.3, as JSON-LD.

Each record is a ``dpv:Process``; what the vocabulary has no term for is left to the JSON export.
The terms are checked against ``consents/schemas/dpv-2.3-terms.txt``.
"""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

from consents.queries import register
from consents.queries.register import Record, Transfer
from consents.receipt_body import CONTEXT, address
from consents.register import terms
from consents.register.fields import languages
from portal.lib.office.contacts import controller

Node = dict[str, Any]
# The vocabulary names the second subparagraph of art. 49(1) "A49-2".
SAFEGUARDS = {code: f"eu-gdpr:A{code.replace(')(', '-').replace('(', '-').replace(')', '')}"
              for code in terms.SAFEGUARDS} | {terms.ADEQUACY: "eu-gdpr:A45-3",
                                               terms.COMPELLING: "eu-gdpr:A49-2"}  # fmt: skip
RECIPIENTS = {"processor": "dpv:DataProcessor", "third_party": "dpv:ThirdParty"}


def as_jsonld(now: datetime) -> Iterator[str]:
    """Yield the JSON-LD document, record by record."""
    made = now.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
    head = {
        "@context": CONTEXT,
        "@id": address("/#register"),
        "@type": "dpv:Record",
        "dct:created": made,
        "dpv:hasDataController": _controller(),
        "dpv:hasJurisdiction": {"@id": f"loc:{controller()['country']}"},
    }
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "dpv:hasRecordOfActivity": ['
    for at, record in enumerate(register.records(now)):
        yield ("," if at else "") + "\n" + json.dumps(node(record), ensure_ascii=False)
    yield "\n]}\n"


def node(record: Record) -> Node:
    """Return one record as a process of the vocabulary; empty members are left out."""
    version = record.version
    found: Node = {
        "@id": address(f"/#processing-{record.slug}"),
        "@type": "dpv:Process",
        "dct:identifier": record.slug,
        "dct:title": _titles(record),
        "schema:version": record.number,
        **_parties(record),
        "dpv:hasPurpose": _term(record.dpv_purpose),
        "dpv:hasProcessing": _processing(record),
        "dpv:hasLegalBasis": _term(f"eu-gdpr:A6-1-{record.basis[-2]}" if record.basis else ""),
        "dpv:hasDataSubject": _terms(version.data_subjects),
        "dpv:hasPersonalData": _terms(record.data_categories),
        "dpv:hasRecipient": [
            *map(_recipient, record.recipients),
            *map(_transfer, record.transfers),
        ],
        "dpv:hasStorageCondition": _storage(record),
        "dpv:hasTechnicalOrganisationalMeasure": _words(
            "dpv:TechnicalOrganisationalMeasure", record
        ),
        "dpv:hasAssessment": _assessments(record),
        "dpv:hasRight": _terms([right.term for right in record.rights]),
    }
    return {name: value for name, value in found.items() if value not in (None, [], {})}


def _controller() -> Node:
    us = controller()
    return {
        "@id": address("/#controller"),
        "@type": "dpv:DataController",
        "dpv:hasName": us["name"],
        "dpv:hasAddress": us["address"],
        "dpv:hasContact": f"mailto:{us['email'] or us['dpo_email']}",
        "dpv:hasDataProtectionOfficer": {
            "@type": "dpv:DataProtectionOfficer",
            "dpv:hasName": us["dpo_name"],
            "dpv:hasContact": f"mailto:{us['dpo_email']}",
        },
    }


def _titles(record: Record) -> list[Node]:
    if record.wording:
        said = {code: record.wording.text(code).title for code in languages()}
    else:
        said = {code: record.version.texts.get(code, {}).get("title", "") for code in languages()}
    return [{"@value": words, "@language": code} for code, words in said.items() if words]


def _parties(record: Record) -> Node:
    us, version = {"@id": address("/#controller")}, record.version
    joint = [_party("dpv:DataController", one) for one in version.joint_controllers]
    found: Node = {"dpv:hasRepresentative": _party("dpv:Representative", version.representative)}
    if record.is_processor:
        named = [_party("dpv:DataController", one) for one in version.controllers]
        engaged = [_party("dpv:DataProcessor", one) for one in version.processors]
        return {**found, "dpv:hasDataController": named, "dpv:hasDataProcessor": [us, *engaged]}
    if joint:
        both = {"@type": "dpv:JointDataControllers", "dpv:hasDataController": [us, *joint]}
        return {**found, "dpv:hasJointDataControllers": both}
    return {**found, "dpv:hasDataController": us}


def _party(kind: str, one: dict[str, str]) -> Node:
    if not one:
        return {}
    return {"@type": kind, "dpv:hasName": one["name"], "dpv:hasContact": one["contact"]}


def _term(term: str) -> Node | None:
    return {"@id": term} if term else None


def _terms(found: list[str]) -> list[Node]:
    return [{"@id": term} for term in found]


def _processing(record: Record) -> list[Node]:
    found = [record.dpv_processing] if record.dpv_processing else []
    if record.version.adm:
        found.append("dpv:AutomatedDecisionMaking")
    return _terms(found)


def _recipient(one: Any) -> Node:
    return {
        "@type": RECIPIENTS.get(one.kind, "dpv:Recipient"),
        "dpv:hasName": one.name,
        "dpv:hasCountry": {"@id": f"loc:{one.country}"},
    }


def _transfer(one: Transfer) -> Node:
    found: Node = {
        "@type": "dpv:DataImporter",
        "dpv:hasName": one.name,
        "dpv:hasThirdCountry": {"@id": f"loc:{one.country}"},
    }
    if one.safeguard in SAFEGUARDS:
        found["dpv:hasLegalBasis"] = {"@id": SAFEGUARDS[one.safeguard]}
    return found


def _storage(record: Record) -> list[Node]:
    if not record.duration:
        return []
    duration = {"@type": "dpv:StorageDuration", "dpv:hasDuration": record.duration}
    return [{**duration, "schema:description": record.trigger}]


def _words(kind: str, record: Record) -> list[Node]:
    return [
        {"@type": kind, "schema:description": {"@value": said["measures"], "@language": code}}
        for code, said in record.version.texts.items()
        if said.get("measures")
    ]


def _assessments(record: Record) -> list[Node]:
    version = record.version
    found = {
        "dpv:LegitimateInterestAssessment": version.lia_reference,
        "dpv:DPIA": version.dpia_reference,
    }
    return [{"@type": kind, "dct:identifier": ref} for kind, ref in found.items() if ref]
