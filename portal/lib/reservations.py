"""What outsiders are told about mining and learning from what lies here: one table, every form.

From :data:`PATHS` come ``robots.txt`` (AIPREF attach-05), ``/.well-known/tdmrep.json`` (W3C TDMRep)
and, through :func:`headers`, what a single answer says. These are statements to others; what binds
the service itself is the gate. Permission is never broadcast: it was given to the service alone.
"""

from dataclasses import dataclass
from typing import Any

from django.conf import settings

from portal.lib import aipref
from portal.lib.aipref import Preference
from portal.lib.office.contacts import controller

TDM_NAMESPACE = "http://www.w3.org/ns/tdmrep"
POLICY_PATH = "/tdm-policy.json"
NO_TRAINING = aipref.serialise({aipref.TRAIN_AI: Preference.DISALLOW})
# A page of a person's own is nothing for a search engine, whatever was chosen.
NOT_INDEXED = {"X-Robots-Tag": "noindex"}


@dataclass(frozen=True)
class Rule:
    """What holds under a path: its content is ``reserved``, or crawlers need not ``crawl`` it.

    No preference exists for a path that is disallowed (attach-05), so what is reserved stays open
    to crawlers: whoever gets at it is told.
    """

    path: str
    reserved: bool = False
    crawl: bool = True


# The first match wins in TDMRep, the longest in robots.txt: no path here is part of another.
PATHS = (
    Rule("/documents/", reserved=True),
    Rule("/d/", reserved=True),
    Rule("/requests/", reserved=True),
    Rule("/api/", reserved=True),
    Rule("/account/", crawl=False),
    Rule("/dashboard/", crawl=False),
    Rule("/hooks/", crawl=False),
    Rule("/identity/", crawl=False),
    Rule("/staff/", crawl=False),
)


def headers(*, reserved: bool) -> dict[str, str]:
    """Return what the answer says that carries a document: reserved, or nothing about it."""
    if not reserved:
        return dict(NOT_INDEXED)
    return {
        aipref.HEADER: NO_TRAINING,
        "tdm-reservation": "1",
        "tdm-policy": policy_address(),
        "X-Robots-Tag": "noindex, noai, noimageai",
    }


def policy_address() -> str:
    """Return the full address of the policy: under which conditions one may ask."""
    return f"{settings.SITE_URL.rstrip('/')}{POLICY_PATH}"


def robots() -> str:
    """Return robots.txt (RFC 9309) with a preference for each reserved path."""
    lines = ["User-agent: *", "Allow: /"]
    lines += [f"Disallow: {rule.path}" for rule in PATHS if not rule.crawl]
    lines += [f"Content-Usage: {rule.path} {NO_TRAINING}" for rule in PATHS if rule.reserved]
    return "\n".join(lines) + "\n"


def tdmrep() -> list[dict[str, Any]]:
    """Return the content of ``/.well-known/tdmrep.json``."""
    return [
        {"location": rule.path, "tdm-reservation": 1, "tdm-policy": policy_address()}
        for rule in PATHS
        if rule.reserved
    ]


def policy() -> dict[str, Any]:
    """Return the TDM policy, an ODRL offer: mining needs consent, and here is whom to ask."""
    contact = controller()
    return {
        "@context": ["http://www.w3.org/ns/odrl.jsonld", f"{TDM_NAMESPACE}.jsonld"],
        "@type": "Offer",
        "profile": TDM_NAMESPACE,
        "uid": policy_address(),
        "assigner": {
            "uid": settings.SITE_URL.rstrip("/"),
            "vcard:fn": contact["name"],
            "vcard:hasEmail": f"mailto:{contact['dpo_email'] or contact['email']}",
        },
        "permission": [{"action": "tdm:mine", "duty": [{"action": "obtainConsent"}]}],
    }
