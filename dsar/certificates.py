"""The certificate of erasure: what went, what stays until when and why, in plain words.

Its body is fixed and sealed when it is issued; the page and the PDF are drawn from it in the
request's language. The person, whose account is gone, reaches it by the secret in their link.
"""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime
from django.utils.translation import gettext, override

from dsar import authorities, ledger, letters, office, rules
from dsar import recipients as received
from dsar.actions import recipients, steps
from dsar.actions.lifecycle import Code, note
from dsar.grounds import Cause, ErasureGround, Sentence
from dsar.models import Certificate, ErasureItem, RecipientNotice, Step, SubjectRequest
from dsar.models.erasure import Decision
from dsar.searching import held_until
from dsar.sources.base import label_of
from dsar.sources.portal.request_words import erase_words
from portal.lib import crypto, keys, pdf
from portal.lib.canonical import canonical_json, sha256_of
from portal.lib.office.contacts import controller
from portal.lib.typesetting import named

FORMAT = "regard-erasure/1"


def issue(held: steps.Claim) -> None:
    """Write the certificate, send its link, forget the address; then the request is answered.

    After a restore the person has the link already: it opens the new certificate, and no further
    mail is sent.
    """
    token = crypto.new_token()

    def write(request: SubjectRequest, step: Step) -> None:
        sent_before = ledger.token_hash_of(request)
        if not sent_before:
            recipients.tell_of_erasure(request)
        certificate = _write(request, sent_before or crypto.hash_token(token))
        if not sent_before:
            to = request.contact or request.person.email or ""
            has_gaps = bool(certificate.body["gaps"])
            letters.send_certificate(request, to=to, path=path_of(token), has_gaps=has_gaps)
        request.contact = ""
        request.save(update_fields=["contact"])
        if held_until(request.person) is None:
            erase_words(request.person.subject_requests.all())
            # The row in hand is saved again when the request is answered.
            request.refresh_from_db()

    steps.settle(held, Step.Outcome.DONE, write)


def _write(request: SubjectRequest, token_hash: str) -> Certificate:
    body = _body(request)
    certificate = Certificate.objects.create(
        request=request,
        body=body,
        sha256=sha256_of(body),
        jws=keys.sign(canonical_json(body)),
        token_hash=token_hash,
    )
    ledger.record_certificate(certificate)
    note(request, Code.CERTIFIED, by=None, sha256=certificate.sha256)
    return certificate


def path_of(token: str) -> str:
    """Return the path of the page that shows the certificate to whoever has the link."""
    return reverse("dsar:certificate", args=[token])


def by_token(token: str) -> Certificate | None:
    """Return the certificate that a link's secret opens, None if it opens none."""
    hashed = crypto.hash_token(token)
    return Certificate.objects.select_related("request").filter(token_hash=hashed).first()


def context(certificate: Certificate) -> dict[str, Any]:
    """Return what the page and the PDF show, in words of the active language."""
    body = certificate.body
    done = [_in_words(item) for item in body["erased"] if item["amount"]]
    return {
        "certificate": certificate,
        "reference": body["request"],
        "received_on": parse_date(body["received_on"]),
        "issued_at": parse_datetime(body["issued_at"]),
        "erased": [item for item in done if item["decision"] != Decision.ANONYMISE],
        "nameless": [item for item in done if item["decision"] == Decision.ANONYMISE],
        "kept": [_in_words(item) for item in body["kept"]],
        "told": received.told(certificate.request)
        or received.told_before(body.get("recipients", [])),
        "backups_until": parse_date(body.get("backups_until") or ""),
        "gaps": [label_of(slug) for slug in body["gaps"]],
        "gap_lines": [_gap_in_words(slug, body) for slug in body["gaps"]],
        "in_part": bool(body["gaps"] or body["unproven"]),
        "authority": authorities.of(body["country"]),
        "sha256": certificate.sha256,
    }


def as_pdf(certificate: Certificate) -> bytes:
    """Return the certificate as an archival, accessible PDF, its sealed data attached."""
    language = certificate.request.language
    # The form that the page /verify/ takes: what is sealed, readable, and the seal over it.
    sealed = canonical_json({"certificate": certificate.body, "jws": certificate.jws})
    with override(language):
        shown = context(certificate) | {"at": certificate.issued_at, "now": timezone.now()}
        facts = gettext("What this certificate says, and our signature under it")
    return pdf.render(
        "dsar/pdf/certificate.html",
        shown,
        language=language,
        attachments=[pdf.Attachment("certificate.json", sealed, facts)],
    )


def _body(request: SubjectRequest) -> dict[str, Any]:
    """Return the facts. Of what is erased only kinds and numbers; of what stays also its name."""
    items = request.items.order_by("source", "pk")
    return {
        "format": FORMAT,
        "controller": controller()["name"],
        "country": request.country,
        "request": request.reference,
        "received_on": request.received_on.isoformat(),
        "issued_at": timezone.now().isoformat(),
        "erased": _summed(item for item in items if not item.stays and item.proven_at),
        "kept": [_item(item) for item in items if item.stays],
        "unproven": [_item(item) for item in items if not item.proven_at],
        "recipients": [_recipient(notice) for notice in request.recipients.all()]
        or ledger.recipients_of(request),
        "backups_until": _backups_until().isoformat(),
        "gaps": sorted({step.source for step in rules.gaps(request)}),
        "causes": {step.source: step.cause for step in rules.gaps(request) if step.cause},
    }


def _summed(items: Iterable[ErasureItem]) -> list[dict[str, Any]]:
    """Return one line for each source, decision and sentence, with how many things it says."""
    lines: dict[tuple[str, str, str], dict[str, Any]] = {}
    for item in items:
        key = (item.source, item.decision, item.sentence)
        line = lines.setdefault(key, _item(item) | {"amount": 0, "label": ""})
        line["amount"] += item.amount
    return list(lines.values())


def _item(item: ErasureItem) -> dict[str, Any]:
    return {
        "source": item.source,
        "label": item.label if item.stays else "",
        "amount": item.amount,
        "decision": item.decision,
        "sentence": item.sentence,
        "ground": item.ground,
        "until": item.until.isoformat() if item.until else None,
    } | ({"why": item.why} if item.why and item.stays else {})


def _recipient(notice: RecipientNotice) -> dict[str, Any]:
    """Return whom we tell of it (art. 19); what they answered comes later and is shown beside."""
    return {
        "recipient": notice.recipient,
        "name": notice.name,
        "what": notice.what,
        "documents": len(notice.documents),
    }


def _backups_until() -> date:
    """Return the day from which no backup holds what was erased today."""
    return timezone.localdate() + timedelta(days=office.BACKUP_DAYS.now())


def _gap_in_words(slug: str, body: dict[str, Any]) -> str:
    """Return the name of a source that has a gap, with the cause as far as it is known."""
    name, cause = str(label_of(slug)), body.get("causes", {}).get(slug)
    return named(name, Cause(cause).label) if cause in Cause.values else name


def _in_words(item: dict[str, Any]) -> dict[str, Any]:
    """Return a line of the body with its codes said in the active language."""
    return item | {
        "source": label_of(item["source"]),
        "sentence": Sentence(item["sentence"]).label,
        "ground": ErasureGround(item["ground"]).label,
        "code": item["ground"],
        "until": parse_date(item["until"]) if item["until"] else None,
    }
