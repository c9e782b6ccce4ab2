"""The pages of reports; their files are accessible, safe in a spreadsheet, and as written."""

import csv
import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from uuid import uuid4

import openpyxl
import pikepdf
import pytest
import time_machine
from django.conf import settings as site
from django.core.files.storage import default_storage
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from consents.models import System
from portal.dashboard.models.reports import Report
from portal.dashboard.periods import year_of
from portal.dashboard.reports import building, files, tasks
from portal.dashboard.reports.building import Asked
from tests.accounts import people
from tests.portal.reporting import NOW, OCTOBER, Reported, tell

pytestmark = pytest.mark.django_db
LIST, NEW = "/dashboard/reports/", "/dashboard/reports/new/"
MONTH = Asked(Report.Kind.MONTHLY, OCTOBER, "en")
METRICS = Asked(Report.Kind.CCPA, year_of(2025), "en", Report.Scope.CCPA)


@pytest.fixture(autouse=True)
def _as_it_was(settings: Any, tmp_path: Path) -> Iterator[None]:
    """In January 2026, with files of the test's own; the second factor is not the point here."""
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "SecondFactor" not in one]
    here = {"BACKEND": "django.core.files.storage.FileSystemStorage",
            "OPTIONS": {"location": str(tmp_path)}}  # fmt: skip
    with (
        override_settings(STORAGES={**site.STORAGES, "default": here}),
        time_machine.travel(NOW, tick=True),
    ):
        yield


@pytest.fixture
def dina() -> User:
    return people.make("dina@regard.example", name="Dina", role="dpo", language="en")


@pytest.fixture
def officer(dina: User) -> Client:
    client = Client()
    client.force_login(dina)
    return client


def built(dina: User, what: Asked = MONTH) -> Report:
    report, _is_new = building.ask(what, by=dina, today=NOW.date())
    tasks.build(report.pk)
    return Report.objects.get(pk=report.pk)


def test_it_is_asked_for_followed_and_read(officer: Client) -> None:
    Reported()
    assert "No report" in officer.get(LIST).content.decode()
    sent = {"month": "2025-10", "language": "en"}
    answer = officer.post(f"{NEW}monthly/", sent)
    report = Report.objects.get()
    page = f"{LIST}{report.uid}/"
    assert answer.headers["Location"] == page
    waiting = officer.get(page).content.decode()
    assert "Step 1 of 5" in waiting
    assert 'hx-trigger="every 2s"' in waiting
    tasks.build(report.pk)
    read = officer.get(page).content.decode()
    assert "was allowed in 1 check" in read, "the gravest thing comes first"
    assert "hx-trigger" not in read
    assert Report.objects.get().fingerprint in read
    assert "October 2025" in officer.get(LIST).content.decode()


def test_what_a_page_costs_does_not_grow(officer: Client, dina: User) -> None:
    built(dina)

    def cost() -> int:
        with CaptureQueriesContext(connection) as queries:
            officer.get(LIST)
        return len(queries)

    before = cost()
    for _n in range(5):
        built(dina)
    assert cost() <= before


@pytest.mark.parametrize(
    ("kind", "typed", "refusal"),
    [
        ("range", {"first": "2025-12-10", "last": "2025-12-01"}, "before the first"),
        ("range", {"first": "2026-02-01", "last": "2026-02-10"}, "has not come yet"),
        ("range", {"first": "2025-12-01", "last": "2027-12-10"}, "too far ahead"),
        ("range", {"first": "2016-02-01", "last": "2025-12-10"}, "five years"),
        ("range", {"first": "0001-01-01", "last": "2025-12-10"}, "2016 or later"),
        ("range", {"first": "2025-02-30", "last": "2025-12-10"}, "valid date"),
        ("range", {}, "required"),
        ("monthly", {"month": "2026-02"}, "not one of the available choices"),
        ("monthly", {"month": "2025-13"}, "not one of the available choices"),
        ("yearly", {"year": "2027"}, "not one of the available choices"),
        ("ccpa", {"year": "2025", "scope": "mars"}, "not one of the available choices"),
        ("monthly", {"month": "2025-10", "language": "tlh"}, "not one of the available choices"),
    ],
)
def test_an_impossible_period_is_refused_and_what_was_typed_is_kept(
    officer: Client, kind: str, typed: dict[str, str], refusal: str
) -> None:
    answer = officer.post(f"{NEW}{kind}/", {"language": "en"} | typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    assert refusal in page
    if kind == "range" and typed:
        assert f'value="{typed["last"]}"' in page
    assert not Report.objects.exists()


def test_a_period_that_still_runs_may_be_asked_for_and_is_marked(officer: Client) -> None:
    officer.post(f"{NEW}range/", {"first": "2026-01-01", "last": "2026-01-31", "language": "en"})
    report = Report.objects.get()
    tasks.build(report.pk)
    page = officer.get(f"{LIST}{report.uid}/").content.decode()
    assert "provisional" in page
    with default_storage.open(report.files.get(format="pdf").stored) as stored:
        assert b"%PDF" in stored.read(8)


def test_counted_again_it_says_whether_a_figure_moved(officer: Client, dina: User) -> None:
    world, first = Reported(), built(dina)
    officer.post(f"{LIST}{first.uid}/again/")
    second = Report.objects.latest("pk")
    tasks.build(second.pk)
    assert "Same figures" in officer.get(f"{LIST}{second.uid}/").content.decode()
    world.request("access", "2025-10-30")
    third = built(dina)
    assert "Figures have moved" in officer.get(f"{LIST}{third.uid}/").content.decode()


def test_a_failed_one_says_why_and_what_to_do(officer: Client, dina: User) -> None:
    report, _is_new = building.ask(MONTH, by=dina, today=NOW.date())
    Report.objects.filter(pk=report.pk).update(state="failed", cause="storage")
    page = officer.get(f"{LIST}{report.uid}/").content.decode()
    assert "did not take a file" in page
    assert "Have the operators look" in page
    officer.post(f"{LIST}{report.uid}/again/")
    assert Report.objects.get().state == "queued"


def test_each_file_comes_as_it_was_written_or_not_at_all(officer: Client, dina: User) -> None:
    report = built(dina)
    for format in building.FORMATS:
        answer = officer.get(f"{LIST}{report.uid}/{format}/")
        assert answer.status_code == 200
        assert f"-2025-10-01-2025-10-31-en.{format}" in answer.headers["Content-Disposition"]
        assert answer.headers["Content-Type"] == files.TYPES[format]  # type: ignore[index]
    stored = report.files.get(format="csv").stored
    default_storage.delete(stored)
    answer = officer.get(f"{LIST}{report.uid}/csv/")
    assert answer.status_code == 409
    assert "is not what was written" in answer.content.decode()
    assert officer.get(f"{LIST}{report.uid}/exe/").status_code == 404
    assert officer.get(f"{LIST}{uuid4()}/csv/").status_code == 404


@pytest.mark.parametrize("role", ["customer", "support"])
def test_to_anybody_else_there_are_no_reports(dina: User, role: str) -> None:
    report, client = built(dina), Client()
    client.force_login(people.make("other@example.org", role=role))
    for page in ["", "new/", "new/range/", f"{report.uid}/", f"{report.uid}/pdf/"]:
        assert client.get(LIST + page).status_code == 404
    assert client.post(f"{LIST}{report.uid}/again/").status_code == 404


@pytest.mark.parametrize("what", [MONTH, METRICS], ids=["month", "metrics"])
@pytest.mark.parametrize("language", ["en", "fr"])
def test_the_pdf_is_tagged_speaks_its_language_and_carries_its_data(
    dina: User, what: Asked, language: str
) -> None:
    """The structure; docs/receipts.md says how a full validation is run by hand."""
    Reported()
    report = built(dina, Asked(what.kind, what.period, language, what.scope))
    with default_storage.open(report.files.get(format="pdf").stored) as stored:
        content = stored.read()
    with pikepdf.open(io.BytesIO(content)) as document:
        root = document.Root
        assert str(root.Lang) == language
        assert bool(root.MarkInfo.Marked)
        metadata = document.open_metadata()
        assert metadata["{http://www.aiim.org/pdfa/ns/id/}conformance"] == "A"
        assert metadata["{http://www.aiim.org/pdfua/ns/id/}part"] == "1"
        tags = list(walk(root.StructTreeRoot))
        described = [str(one.Alt) for one in tags if str(one.get("/S")) == "/Figure"]
        assert described
        assert all(len(words) > 20 for words in described)
        kinds = {str(one.get("/S")) for one in tags}
        assert {"/H1", "/H2", "/H3", "/Table", "/TH", "/TD", "/Figure"} <= kinds
        attached = document.attachments["report.json"].get_file().read_bytes()
        fonts = [font for page in document.pages for font in page.Resources.Font.values()]
        named = {str(font.DescendantFonts[0].FontDescriptor.FontName) for font in fonts}
        assert all("+Regard-" in name for name in named), "also in the drawings"
    assert attached == files.make(report, "json")
    assert content == files.make(report, "pdf"), "the same report gives the same bytes"


def walk(node: Any) -> Iterator[Any]:
    """Yield every element of the tree of tags."""
    children = node.get("/K")
    if children is None or not isinstance(children, pikepdf.Array | pikepdf.Dictionary):
        return
    for child in children if isinstance(children, pikepdf.Array) else [children]:
        if isinstance(child, pikepdf.Dictionary):
            yield child
            yield from walk(child)


def test_no_cell_is_ever_computed_by_a_spreadsheet(dina: User) -> None:
    world = Reported()
    evil = System.objects.create(slug="evil", name="=HYPERLINK(1)")
    event = world.choose("consent_refused", "2025-10-20")
    tell(event, evil, 60)
    report = built(dina)
    text = files.make(report, "csv").decode("utf-8-sig")
    cells = [cell for row in csv.reader(io.StringIO(text)) for cell in row]
    assert "'=HYPERLINK(1)" in cells
    assert not [cell for cell in cells if cell.startswith(("=", "+", "-", "@", "\t", "\r"))]
    book = openpyxl.load_workbook(io.BytesIO(files.make(report, "xlsx")))
    texts = [cell.value for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "'=HYPERLINK(1)" in texts
    assert not [cell for sheet in book for row in sheet.iter_rows() for cell in row
                if cell.data_type == "f"]  # fmt: skip


def test_the_table_in_each_file_holds_the_same_figures(dina: User) -> None:
    Reported()
    report = built(dina, METRICS)
    text = files.make(report, "csv").decode("utf-8-sig")
    lines = {(row[2], row[3]): row[4] for row in csv.reader(io.StringIO(text))}
    assert lines["Requests to delete", "Requests received"] == "4"
    assert lines["Denied: exempt by law", "Deletion"] == "1"
    book = openpyxl.load_workbook(io.BytesIO(files.make(report, "xlsx")))
    (sheet,) = [one for one in book if one.title.startswith("Received")]
    rows = {row[0]: row[1:] for row in sheet.iter_rows(values_only=True)}
    assert rows["Requests to delete"][0] == 4
