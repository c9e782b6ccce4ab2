"""The files of a report, each made of what was stored: the same report gives the same bytes.

Cells are safe to open in a spreadsheet (``portal.lib.sheets``). The PDF carries the JSON.
"""

import csv
import io
import json
from collections.abc import Callable, Iterator
from typing import Any

from django.conf import settings
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import override

from portal.dashboard.models.reports import Report, ReportFile
from portal.dashboard.reports import drawings, outline
from portal.dashboard.reports.pieces import Document, Section, Table
from portal.lib import pdf
from portal.lib.office.contacts import controller
from portal.lib.sheets import Cell, Sheet, safe, workbook_bytes

Format = ReportFile.Format
TYPES = {
    Format.JSON: "application/json",
    Format.CSV: "text/csv; charset=utf-8",
    Format.XLSX: "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    Format.PDF: "application/pdf",
}
NARROW, WIDE = 18, 48  # of columns, in characters


def make(report: Report, format: str) -> bytes:
    """Return one file of a report that has been counted."""
    with override(report.language):
        return MAKERS[Format(format)](report, outline.document(report))


def file_name(report: Report, format: str) -> str:
    """Return what the file is called when it is downloaded."""
    scope = f"-{report.scope}" if report.is_metrics else ""
    days = f"{report.first:%Y-%m-%d}-{report.last:%Y-%m-%d}"
    whose = slugify(controller()["name"]) or "regard"
    return f"{whose}-{report.kind}{scope}-{days}-{report.language}.{format}"


def data(report: Report) -> dict[str, Any]:
    """Return what the JSON says: what was asked, when it was counted, and every figure."""
    return {
        "report": str(report.uid),
        "controller": controller()["name"],
        "kind": report.kind,
        "first": report.first.isoformat(),
        "last": report.last.isoformat(),
        "time_zone": settings.TIME_ZONE,
        "scope": report.scope,
        "counted_at": report.counted_at.isoformat() if report.counted_at else None,
        "provisional": report.is_provisional,
        "fingerprint": report.fingerprint,
        "figures": report.figures,
    }


def _json(report: Report, document: Document) -> bytes:
    return (json.dumps(data(report), indent=2, ensure_ascii=False) + "\n").encode()


def _csv(report: Report, document: Document) -> bytes:
    """One line a figure, so that it can be filtered and compared with other periods."""
    out = io.StringIO()
    out.write("\ufeff")  # spreadsheets read UTF-8 by it
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([_("Section"), _("Table"), _("Line"), _("Column"), _("Value")])
    for section in document.sections:
        for line in _lines(section):
            writer.writerow([safe(one) if isinstance(one, str) else one for one in line])
    return out.getvalue().encode()


def _lines(section: Section) -> Iterator[list[Any]]:
    for table in section.tables:
        for row in table.rows:
            for heading, cell in zip(table.columns[1:], row.cells, strict=True):
                yield [section.title, table.name, row.name, heading, cell.value]


def _xlsx(report: Report, document: Document) -> bytes:
    """One sheet that says what it is, one a table, one that says how each figure is computed."""
    facts: list[list[Cell]] = [[name, value] for name, value in about(report, document)]
    hows: list[list[Cell]] = [
        [section.title, sentence] for section in document.sections for sentence in section.how
    ]
    sheets = [
        Sheet(_("About this report"), [_("What"), _("Value")], facts, [WIDE, WIDE]),
        *(_sheet(table) for section in document.sections for table in section.tables),
        Sheet(_("How it is computed"), [_("Section"), _("How")], hows, [WIDE, 2 * WIDE]),
    ]
    title = f"{document.title}, {document.period}"
    return workbook_bytes(sheets, title=title, at=report.counted_at)


def _sheet(table: Table) -> Sheet:
    rows: list[list[Cell]] = [[row.name, *(cell.value for cell in row.cells)] for row in table.rows]
    widths = [WIDE, *[NARROW] * (len(table.columns) - 1)]
    return Sheet(table.name, table.columns, rows, widths)


def about(report: Report, document: Document) -> list[tuple[str, str]]:
    """Return what the report is, line by line: also shown on its page and in its PDF."""
    lines = [
        (_("Report"), document.title),
        (_("Period"), document.period),
        (_("Compared with"), document.before),
        (_("Controller"), controller()["name"]),
        (_("Counted on"), outline.counted(report)),
        (_("State"), _("Provisional: the period was still running.") if report.is_provisional
         else _("Final: the period was over.")),
        (_("Time zone"), settings.TIME_ZONE),
        (_("Fingerprint (SHA-256) of parameters and figures"), report.fingerprint),
    ]  # fmt: skip
    return [(name, value) for name, value in lines if value]


def _pdf(report: Report, document: Document) -> bytes:
    attached = pdf.Attachment("report.json", _json(report, document), _("The figures as data"))
    context = {
        "report": report,
        "document": document,
        "about": about(report, document),
        "at": report.counted_at,
    }
    return pdf.render(
        "pdf/report.html",
        context,
        language=report.language,
        attachments=[attached],
        pictures=drawings.pictures(list(document.sections)),
    )


MAKERS: dict[str, Callable[[Report, Document], bytes]] = {
    Format.JSON: _json,
    Format.CSV: _csv,
    Format.XLSX: _xlsx,
    Format.PDF: _pdf,
}
