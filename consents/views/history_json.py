"""The acts of choice as JSON: for a person's own records, and for whoever helps them."""

import json
from collections.abc import Iterator
from datetime import tzinfo
from typing import Any

from django.http import StreamingHttpResponse
from django.urls import reverse
from django.utils import timezone, translation
from django.views.decorators.http import require_safe

from accounts.models import User
from consents.queries import history as queries
from consents.queries.history import Entry
from consents.receipts import address
from consents.views.parts import SignedInRequest

FORMAT = "regard-choices/1"


@require_safe
def history_json(request: SignedInRequest) -> StreamingHttpResponse:
    """Stream every act, newest first: who, old and new, the text shown, by which way."""
    response = StreamingHttpResponse(
        _parts(request.user, translation.get_language() or "en", timezone.get_current_timezone()),
        content_type="application/json; charset=utf-8",
    )
    response["Content-Disposition"] = 'attachment; filename="choices.json"'
    response["Cache-Control"] = "private, no-store"
    return response


def _parts(person: User, language: str, zone: tzinfo) -> Iterator[str]:
    """Yield one JSON value in constant memory; see ``history.lines`` about language and zone."""
    yield f'{{"format": "{FORMAT}", "made_at": "{timezone.now().isoformat()}", "acts": [\n'
    entries, between = queries.rows(person), ""
    while True:
        with translation.override(language), timezone.override(zone):
            entry = next(entries, None)
            told = "" if entry is None else json.dumps(act(entry), ensure_ascii=False)
        if not told:
            yield "\n]}\n"
            return
        yield between + told
        between = ",\n"


def act(entry: Entry) -> dict[str, Any]:
    """Return one act: words in the person's language, codes for machines, the text as shown."""
    event = entry.event
    return {
        "number": str(event.uid),
        "at": event.at.isoformat(),
        "act": event.act,
        "what": entry.what,
        "who": entry.who,
        "purpose": {"slug": event.purpose.slug, "title": entry.purpose},
        "about": {"words": entry.scope, "document": _uid(event.document), "organisation": _uid(
            event.within or event.organisation
        )},
        "before": entry.before,
        "after": entry.after,
        "source": {"code": event.source, "words": entry.source},
        "text": {
            "version": event.version.number,
            "language": event.language,
            "sha256": event.text_sha256,
            "words": event.version.texts[event.language],
        },
        "batch": str(event.batch) if event.batch else None,
        "receipt": address(reverse("consents:receipt-json", args=[event.uid]))
        if entry.is_mine
        else None,
    }  # fmt: skip


def _uid(one: Any) -> str | None:
    return None if one is None else str(one.uid)
