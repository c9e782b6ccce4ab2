"""Shows what proves the claim of a purpose: ``{% proof_of version %}``."""

from typing import Any

from django import template
from django.utils import timezone
from django.utils.translation import get_language

from consents.models import PurposeVersion
from consents.queries import evidence

register = template.Library()


@register.inclusion_tag("consents/parts/evidence.html")
def proof_of(version: PurposeVersion | None, *, short: bool = False) -> dict[str, Any]:
    """Show the proof, in full or as one sentence; nothing where nothing is claimed."""
    found = evidence.proof(version, now=timezone.now()) if version is not None else None
    return {"proof": found, "short": short, "version": version}


@register.filter
def in_words(words: dict[str, str]) -> str:
    """Return words by language in the reader's, else in English."""
    return words.get((get_language() or "en").split("-")[0]) or words.get("en", "")
