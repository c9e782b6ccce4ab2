"""Short documents for people: PDF/A-3a (archival) and PDF/UA-1 (accessible) in one file.

WeasyPrint writes PDF/A-3a with tags; what PDF/UA-1 asks besides is its identifier in the metadata,
which a PDF/A must declare as an extension. The same input gives the same bytes, on every machine:
the fonts are ours, nothing is fetched, dates and identifier come from the input.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.template.loader import render_to_string
from django.utils import timezone, translation

from portal.lib.office.contacts import controller

NOT_DRAWABLE = "□"


@dataclass(frozen=True)
class Attachment:
    """A file inside the PDF, the data that the document shows. ``name`` has an extension."""

    name: str
    data: bytes
    description: str


def render(
    template: str,
    context: dict[str, Any],
    *,
    language: str,
    attachments: Sequence[Attachment] = (),
    pictures: Mapping[str, bytes] | None = None,
) -> bytes:
    """Return the PDF of ``template``, which extends ``pdf/base.html``, in ``language``.

    ``context["at"]`` (aware) dates the document; without it, it is dated now. Characters for which
    neither our fonts nor the machine's have a shape are drawn as an empty square, for PDF/A allows
    no missing shape; attachments keep them. ``pictures``: SVG drawings by the name under which the
    template shows them (``<img src="print:NAME" alt="…">``).
    """
    from portal.lib import painting  # with the first document: see there

    at = context.get("at", timezone.now()).astimezone(UTC).replace(microsecond=0)
    with translation.override(language):
        page: str = render_to_string(
            template,
            {
                "controller": controller(),
                **context,
                "at": at,
                "dated": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
                "language": language,
            },
        )
    painted, missing = painting.paint(page, at, attachments, pictures or {})
    if missing:
        page = page.translate(dict.fromkeys(missing, NOT_DRAWABLE))
        painted, _ = painting.paint(page, at, attachments, pictures or {})
    return painting.accessible(painted)
