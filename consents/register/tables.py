"""The register as tables: one row per record, and per controller where we work for others."""

from collections.abc import Iterator
from datetime import datetime

from django.utils.translation import gettext as _

from accounts.models import Organisation
from consents.queries import register
from consents.queries.register import Record
from consents.register.lines import lines
from portal.lib.typesetting import in_series

CHUNK = 500
SLUG, NAME, VERSION, MISSING, CONTROLLER = "slug", "name", "version", "missing", "controllers"


def headings(*, on_behalf: bool) -> dict[str, str]:
    """Return the columns by key, with the letters of the article."""
    paragraph = "30(2)" if on_behalf else "30(1)"
    sample = Record("", register.example(on_behalf=on_behalf), None, None, {}, {})
    found = {SLUG: _("Short name"), NAME: _("Processing"), VERSION: _("Version")}
    for line in lines(sample):
        article = f"{paragraph}({line.letter}) " if line.letter else ""
        found[line.key] = f"{article}{line.label}"
    return found | {MISSING: _("What is missing")}


def rows(now: datetime, *, on_behalf: bool) -> Iterator[dict[str, str]]:
    """Yield the cells of each row by key. A record on behalf of every organisation has one row for
    each of them: art. 30(2) asks for each controller. Memory does not grow with their number."""
    for record in register.records(now):
        if record.is_processor != on_behalf:
            continue
        row = _row(record)
        if not on_behalf:
            yield row
            continue
        yield from ({**row, CONTROLLER: one} for one in _controllers(record))


def _row(record: Record) -> dict[str, str]:
    found = {SLUG: record.slug, NAME: record.title, VERSION: str(record.number)}
    found |= {line.key: line.value for line in lines(record)}
    return found | {MISSING: in_series(record.gap_words)}


def _controllers(record: Record) -> Iterator[str]:
    for one in record.version.controllers:
        parts = (one["name"], one["contact"], one["representative"], one["dpo"])
        yield ", ".join(part for part in parts if part)
    if record.version.every_organisation:
        names = Organisation.objects.order_by("name", "pk").values_list("name", flat=True)
        yield from names.iterator(chunk_size=CHUNK)
