"""The register as CSV, XLSX, JSON, JSON-LD and PDF says what the pages say."""

import csv
import io
import json

import openpyxl
import pikepdf
import pytest
from django.test import Client
from django.utils import timezone
from jsonschema import Draft202012Validator

from accounts.models import Organisation, User
from accounts.roles import Role
from consents import vocabulary
from consents.actions.purposes import load_catalogue
from consents.queries import register
from consents.register import exports, linked
from consents.register.lines import lines
from tests.accounts import people

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _catalogue(db: None) -> None:
    load_catalogue("objection")
    Organisation.objects.create(name="=Evil & Co", reference="e")
    Organisation.objects.create(name="Dupont", reference="d")


def said_on_pages(*, on_behalf: bool) -> dict[tuple[str, str], str]:
    return {
        (record.slug, line.key): line.value
        for record in register.records(timezone.now())
        if record.is_processor is on_behalf
        for line in lines(record)
    }


def test_csv_says_what_the_pages_say_and_one_line_for_each_controller() -> None:
    text = "".join(exports.as_csv(timezone.now(), "en"))
    head, *rows = csv.reader(io.StringIO(text.removeprefix("\ufeff")))
    assert len({len(row) for row in [head, *rows]}) == 1
    pages = said_on_pages(on_behalf=False)
    by_slug = {row[0]: row for row in rows}
    for (slug, _key), value in pages.items():
        assert value in by_slug[slug]
    behalf = [row for row in rows if row[0] == "content-for-organisations"]
    assert len(behalf) == 2
    assert "'=Evil & Co" in {cell for row in behalf for cell in row}


def test_xlsx_has_a_sheet_for_each_paragraph_and_computes_nothing() -> None:
    data = b"".join(exports.as_xlsx(timezone.now(), "fr"))
    book = openpyxl.load_workbook(io.BytesIO(data))
    assert book.sheetnames == ["30(1)", "30(2)"]
    ours = list(book["30(1)"].iter_rows(values_only=True))
    assert len(ours) - 1 == sum(not one.is_processor for one in register.records(timezone.now()))
    cells = [cell for row in book["30(2)"].iter_rows() for cell in row]
    assert "'=Evil & Co" in {cell.value for cell in cells}
    assert not [cell for cell in cells if cell.data_type == "f"]


def test_json_fits_its_schema_and_holds_both_languages() -> None:
    found = json.loads("".join(exports.as_json(timezone.now())))
    Draft202012Validator.check_schema(exports.schema())
    Draft202012Validator(exports.schema()).validate(found)
    one = next(record for record in found["records"] if record["slug"] == "analytics")
    page = register.record("analytics", timezone.now())
    assert page is not None
    assert one["texts"]["en"]["title"] == page.title
    assert one["texts"]["fr"]["title"] != page.title
    assert one["rights"] == ["13", "15", "16", "17", "18", "21", "22", "77"]


def test_json_ld_uses_only_terms_that_there_are() -> None:
    found = json.loads("".join(linked.as_jsonld(timezone.now())))
    assert vocabulary.unknown(found) == set()
    processes = found["dpv:hasRecordOfActivity"]
    assert len(processes) == len(register.records(timezone.now()))
    training = next(one for one in processes if one["dct:identifier"] == "ai-training")
    assert training["dpv:hasLegalBasis"] == {"@id": "eu-gdpr:A6-1-f"}


def test_every_term_that_a_record_may_use_is_in_the_list() -> None:
    from consents.register import terms

    tables = (terms.DATA, terms.DATA_SUBJECTS, terms.PURPOSES, terms.PROCESSING)
    assert {term for table in tables for term in table} <= vocabulary.known()
    assert set(linked.SAFEGUARDS.values()) <= vocabulary.known()


def test_the_files_are_handed_out_as_such(settings) -> None:
    settings.MIDDLEWARE = [one for one in settings.MIDDLEWARE if "SecondFactor" not in one]
    client = Client()
    client.force_login(officer())
    for form, kind in (
        ("csv", "text/csv"),
        ("xlsx", "application/vnd.openxml"),
        ("json", "application/json"),
        ("dpv", "application/ld+json"),
    ):
        answer = client.get(f"/dashboard/register/export/{form}/")
        assert answer["Content-Type"].startswith(kind)
        assert answer.getvalue()
    assert client.get("/dashboard/register/export/docx/").status_code == 404
    answer = client.get("/dashboard/register/export/pdf/")
    with pikepdf.open(io.BytesIO(answer.content)) as pdf:
        assert pdf.Root.MarkInfo.Marked
        metadata = pdf.Root.Metadata.read_bytes().decode()
        assert 'pdfuaid:part="1"' in metadata
        assert "pdfaid:part" in metadata
        attached = json.loads(pdf.attachments["register.json"].get_file().read_bytes())
    assert {one["slug"] for one in attached["records"]} >= {"delivery", "billing"}


def officer() -> User:
    return people.make("dina@regard.example", name="Dina", role=Role.DPO)
