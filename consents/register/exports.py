"""The register as files: CSV, XLSX, JSON. Each says what the pages say, at the same moment."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from consents.models import PurposeText
from consents.queries import register
from consents.queries.register import Record
from consents.register import tables
from consents.register.fields import languages
from portal.lib.office.contacts import controller
from portal.lib.sheets import Sheet, safe, workbook

SCHEMA = Path(__file__).resolve().parents[1] / "schemas" / "register.schema.json"
FORMAT = "regard-register/1"
WIDTHS = (22, 32, 9)
# A text of a record, and the part of a purpose's text that stands for it.
TEXTS = {
    "title": "title", "purposes": "detail", "data": "data", "recipients": "recipients",
    "retention": "retention",
}  # fmt: skip
OWN = ("measures", "source", "adm", "dpia_reason", "erased_elsewhere")
HELD = (
    "joint_controllers", "representative", "processors", "controllers", "every_organisation",
    "data_subjects", "erased_by", "lia_reference", "dpia_reference", "adm",
)  # fmt: skip


def as_csv(now: datetime, language: str) -> Iterator[str]:
    """Yield the lines of a CSV file in a language, first records of ours, then those for others."""
    with translation.override(language):
        ours = tables.headings(on_behalf=False)
        theirs = tables.headings(on_behalf=True)
        heads = {**theirs, **ours} | {
            key: _plain(ours, theirs, key) for key in ours.keys() & theirs
        }
    order = [*ours, *(key for key in theirs if key not in ours)]
    yield "\ufeff" + _written(heads[key] for key in order)  # the mark makes Excel read UTF-8
    for on_behalf in (False, True):
        rows = tables.rows(now, on_behalf=on_behalf)
        while True:
            with translation.override(language):
                row = next(rows, None)
            if row is None:
                break
            yield _written(row.get(key, "") for key in order)


def _plain(ours: dict[str, str], theirs: dict[str, str], key: str) -> str:
    """Return a heading that fits both paragraphs of the article, which have other letters."""
    if ours[key] == theirs[key]:
        return ours[key]
    return f"{ours[key]} / {theirs[key].partition(' ')[0]}"


def _written(cells: Any) -> str:
    line = io.StringIO()
    csv.writer(line, lineterminator="\r\n").writerow([safe(cell) for cell in cells])
    return line.getvalue()


def as_xlsx(now: datetime, language: str) -> Iterator[bytes]:
    """Yield a workbook in a language: a sheet for each paragraph of art. 30."""
    with translation.override(language):
        sheets = [
            _sheet("30(1)", now, on_behalf=False),
            _sheet("30(2)", now, on_behalf=True),
        ]
        parts = workbook(sheets, title=_("Register of processing"), at=now)
        first = next(parts, b"")  # all is written by now, in this language
    yield first
    yield from parts


def _sheet(name: str, now: datetime, *, on_behalf: bool) -> Sheet:
    heads = tables.headings(on_behalf=on_behalf)
    rows = ([row.get(key, "") for key in heads] for row in tables.rows(now, on_behalf=on_behalf))
    return Sheet(name, list(heads.values()), rows, (*WIDTHS, *[40] * (len(heads) - len(WIDTHS))))


def as_json(now: datetime) -> Iterator[str]:
    """Yield a JSON document in both languages, as :data:`SCHEMA` describes it, record by record."""
    head = {"format": FORMAT, "made_at": _time(now), "controller": controller()}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "records": ['
    for at, record in enumerate(register.records(now)):
        yield ("," if at else "") + "\n" + json.dumps(as_data(record), ensure_ascii=False)
    yield "\n]}\n"


def as_data(record: Record) -> dict[str, Any]:
    """Return one record as JSON holds it."""
    version = record.version
    return {
        "slug": record.slug,
        "role": version.role,
        "version": record.number,
        "recorded_at": _time(version.recorded_at) if record.number else None,
        "sha256": version.sha256 or None,
        "purpose_version": _purpose_version(record),
        "takes_place": record.is_done,
        "texts": {code: _texts(record, code) for code in languages()},
        "legal_basis": record.basis or None,
        "dpv_purpose": record.dpv_purpose or None,
        "dpv_processing": record.dpv_processing or None,
        "data_categories": record.data_categories,
        **{name: getattr(version, name) for name in HELD},
        "recipients": [
            {"name": one.name, "kind": one.kind, "country": one.country}
            for one in record.recipients
        ],
        "transfers": [
            {"recipient": one.name, "country": one.country, "safeguard": one.safeguard or None,
             "detail": dict(one.detail)}
            for one in record.transfers
        ],
        "retention": {"trigger": record.trigger or None, "duration": record.duration or None},
        "runs": [
            {"task": task, "ended_at": _time(run.ended_at), "erased": run.erased,
             "held": run.held, "failed": run.failed}
            for task, run in record.runs.items()
            if task in version.erased_by
        ],
        "rights": [right.article for right in record.rights],
        "missing": [str(gap) for gap in record.gaps],
    }  # fmt: skip


def _purpose_version(record: Record) -> dict[str, Any] | None:
    wording = record.wording
    return {"number": wording.number, "sha256": wording.sha256} if wording else None


def _texts(record: Record, code: str) -> dict[str, str]:
    own = record.version.texts.get(code, {})
    said = {name: own.get(name, "") for name in (*TEXTS, *OWN)}
    if record.wording:
        text = record.wording.text(code)
        said |= {name: getattr(text, part) for name, part in TEXTS.items()}
    return said


def _time(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


@cache
def schema() -> dict[str, Any]:
    """Return the JSON Schema of :func:`as_json`."""
    found: dict[str, Any] = json.loads(SCHEMA.read_text())
    return found


assert {part.name for part in fields(PurposeText)} >= set(TEXTS.values())  # noqa: S101 - at import
