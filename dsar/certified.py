"""What a certificate of erasure proves, for whoever checks it on the public page."""

from dataclasses import replace
from datetime import date, datetime
from typing import Any

from django.utils import formats, timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from consents.queries.proof import OtherProof
from dsar.certificates import FORMAT
from dsar.models import Certificate
from dsar.models.erasure import Decision
from dsar.sources.base import label_of
from portal.lib.canonical import sha256_of

LIMITS = (
    gettext_lazy("It does not name the person. Whoever filed the request knows its number."),
    gettext_lazy(
        "It speaks of what was searched on that day. It does not prove what others, to whom data "
        "had been handed on before, have done since."
    ),
)


def explain(body: dict[str, Any]) -> OtherProof | None:
    """Return what the sealed body proves if it is a certificate of erasure, else None."""
    proof = explain_offline(body)
    if proof is None:
        return None
    registered = (_("In our register"), _("yes, word for word") if _is_ours(body) else _("no"))
    return replace(proof, facts=(*proof.facts, registered))


def explain_offline(body: dict[str, Any]) -> OtherProof | None:
    """Return the same without asking our register, for a machine that has only the file."""
    if body.get("format") != FORMAT:
        return None
    in_part = bool(body["gaps"] or body["unproven"])
    return OtherProof(
        title=_("This certificate of erasure is <strong>genuine</strong>"),
        meaning=_("Not a character of it has changed since it was sealed."),
        advice=_("It says itself that the erasure has gaps.") if in_part else "",
        facts=(
            (_("Request"), body["request"]),
            (_("Received on"), _day(date.fromisoformat(body["received_on"]))),
            (_("Sealed on"), _moment(datetime.fromisoformat(body["issued_at"]))),
            (_("By"), body["controller"]),
            (_("Erased, and proven gone"), _proven(body, nameless=False)),
            (_("Stays without the name, and that is proven"), _proven(body, nameless=True)),
            (_("Kept, each with its ground"), _number(len(body["kept"]))),
            (_("Not proven gone"), _number(len(body["unproven"]))),
            (_("Not searched"), ", ".join(str(label_of(slug)) for slug in body["gaps"]) or "–"),
        ),
        limits=LIMITS,
    )


def _is_ours(body: dict[str, Any]) -> bool:
    return Certificate.objects.filter(sha256=sha256_of(body)).exists()


def _proven(body: dict[str, Any], *, nameless: bool) -> str:
    """Return of how much it was proven that it is gone, or that it no longer bears the name."""
    found = (one for one in body["erased"] if (one["decision"] == Decision.ANONYMISE) is nameless)
    return _number(sum(one["amount"] for one in found))


def _number(count: int) -> str:
    return ngettext("%(count)d item", "%(count)d items", count) % {"count": count}


def _day(day: date) -> str:
    return str(formats.date_format(day, "DATE_FORMAT"))


def _moment(at: datetime) -> str:
    return str(formats.date_format(timezone.localtime(at), "DATETIME_FORMAT"))
