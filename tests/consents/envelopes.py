"""Events as DocuSign sends them, made from one real shape (its people are fictional)."""

import copy
import json
from pathlib import Path
from typing import Any

COMPLETED: dict[str, Any] = json.loads(
    (Path(__file__).parent / "samples" / "envelope_completed.json").read_text("utf-8")
)
ENVELOPE = COMPLETED["data"]["envelopeId"]
LEASE, INVENTORY = f"docusign:{ENVELOPE}/1", f"docusign:{ENVELOPE}/2"


def completed(**summary: Any) -> dict[str, Any]:
    """Return the completed event, with some fields of its summary replaced."""
    event: dict[str, Any] = copy.deepcopy(COMPLETED)
    event["data"]["envelopeSummary"].update(summary)
    return event


def event(name: str, at: str, status: str | None = None, **summary: Any) -> dict[str, Any]:
    """Return another event about the same envelope, generated ``at``."""
    made = completed(**({"status": status} if status else {}), **summary)
    made.update(event=name, generatedDateTime=at)
    return made


def bare(name: str, at: str, **data: Any) -> dict[str, Any]:
    """Return an event that says nothing but what happened, as Connect can be set to send."""
    made = {key: value for key, value in COMPLETED.items() if key != "data"}
    ids = {key: COMPLETED["data"][key] for key in ("accountId", "userId", "envelopeId")}
    return made | {"event": name, "generatedDateTime": at, "data": ids | data}


def recipients(**groups: list[dict[str, Any]] | None) -> dict[str, Any]:
    """Return the sample's recipients with some groups replaced."""
    sample: dict[str, Any] = COMPLETED["data"]["envelopeSummary"]["recipients"]
    return copy.deepcopy(sample) | groups


def signer(name: str, email: str | None, signed: str | None = None) -> dict[str, Any]:
    """Return one signer."""
    return {"name": name, "email": email, "signedDateTime": signed, "status": "sent"}
