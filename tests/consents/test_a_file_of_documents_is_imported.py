"""``manage.py import_documents``: what the service held before, from CSV or JSON lines."""

import csv
import io
import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Organisation
from consents.models import Document, Party

pytestmark = pytest.mark.django_db
HEADER = (
    "reference,status,title,organisation,organisation_name,sent_at,completed_at,special_category,"
    "sender,signers,signed_at,copies"
)
LEASE = (
    'doc-1,completed,"Bail, rue des Lilas",org-1,Agence des Lilas,2026-05-01T08:00:00+02:00,'
    "2026-05-03T12:00:00Z,,Agence <agence@lilas.example>,"
    '"Camille Moreau <Camille@courriel.example>; Ben; yanis@courriel.example",'
    "2026-05-02T10:00:00Z;;2026-05-03T12:00:00Z,compta@lilas.example"
)


@pytest.fixture
def imported(tmp_path):
    """A function that imports the text (or bytes) and returns what the command said."""

    def run(content, name="documents.csv", **options):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        out = io.StringIO()
        try:
            call_command("import_documents", str(path), stdout=out, verbosity=0, **options)
        except CommandError as error:
            return error.returncode, out.getvalue(), str(error)
        return 0, out.getvalue(), ""

    return run


def rejected(tmp_path, name="documents.csv.rejected.csv"):
    with (tmp_path / name).open(encoding="utf-8", newline="") as file:
        return [(row["line"], row["reference"], row["code"]) for row in csv.DictReader(file)]


def test_a_table_becomes_documents_with_their_people(imported, tmp_path):
    code, said, _ = imported(f"{HEADER}\n{LEASE}\n")
    assert (code, said) == (0, "1 created, 0 updated, 0 unchanged, 0 rejected\n")
    document = Document.objects.get()
    assert (document.title, document.kind) == ("Bail, rue des Lilas", "lease")
    assert document.organisation == Organisation.objects.get(name="Agence des Lilas")
    assert document.state_at == document.completed_at
    people = Party.objects.order_by("pk").values_list("role", "name", "address__email")
    assert set(people) == {
        ("sender", "Agence", "agence@lilas.example"),
        ("signer", "Camille Moreau", "camille@courriel.example"),
        ("signer", "Ben", None),
        ("signer", "", "yanis@courriel.example"),
        ("copy", "", "compta@lilas.example"),
    }
    assert Party.objects.get(name="Ben").signed_at is None
    signed_at = Party.objects.get(name="Camille Moreau").signed_at
    assert signed_at
    assert signed_at.hour == 10
    assert not (tmp_path / "documents.csv.rejected.csv").exists()


def test_importing_it_again_changes_nothing(imported):
    imported(f"{HEADER}\n{LEASE}\n")
    before = list(Document.objects.values()), list(Party.objects.values())
    assert imported(f"{HEADER}\n{LEASE}\n")[1].startswith("0 created, 0 updated, 1 unchanged")
    assert (list(Document.objects.values()), list(Party.objects.values())) == before


def test_a_dry_run_says_the_same_and_changes_nothing(imported):
    code, said, _ = imported(f"{HEADER}\n{LEASE}\n", dry_run=True)
    assert code == 0
    assert said == "Dry run, nothing was changed: 1 created, 0 updated, 0 unchanged, 0 rejected\n"
    assert not Document.objects.exists()
    assert not Organisation.objects.exists()


def test_what_an_export_says_of_the_past_does_not_outdo_the_present(imported, machine):
    client = machine("documents:write")
    client.post("/api/v1/documents/", {"reference": "doc-1", "status": "voided", "title": "Now"},
                content_type="application/json")  # fmt: skip
    imported(f"{HEADER}\n{LEASE}\n")
    document = Document.objects.get()
    assert (document.title, document.status) == ("Now", "voided")
    assert document.parties.count() == 5


def test_rejected_lines_are_listed_with_their_number_and_reason(imported, tmp_path):
    rows = [
        LEASE,
        "doc-2,signed,,,,,,,,,,",
        "",
        "doc-3,sent,too few columns",
        'doc-4,sent,"Title over\ntwo lines",,,,,,,,,',
        "doc-5,sent,,org-9,,,,,,,,",
        "doc-6,sent,,,,2026-05-01,,,,,,",
        "doc-7,sent,,,,,,,,not an address <x@y@z>,,",
        "doc-8,sent,,,,,,,,a@courriel.example,2026-05-01T00:00:00Z;2026-05-01T00:00:00Z,",
        'doc-9,sent,a "loose quote,,,,,,,,,',
    ]
    code, said, error = imported("\n".join([HEADER, *rows]))
    assert code == 1
    assert "documents.csv.rejected.csv" in error
    assert said.startswith("3 created")
    assert rejected(tmp_path) == [
        ("3", "doc-2", "invalid"),
        ("5", "", "wrong_columns"),
        ("8", "doc-5", "unknown_organisation"),
        ("9", "doc-6", "invalid"),
        ("10", "doc-7", "invalid"),
        ("11", "", "wrong_dates"),
    ]
    text = (tmp_path / "documents.csv.rejected.csv").read_text("utf-8")
    assert "parties.0.email: This is not an e-mail address." in text
    assert "x@y@z" not in text


def test_json_lines_have_the_form_of_the_api(imported, tmp_path):
    lines = [
        json.dumps({"reference": "doc-1", "status": "sent", "parties": [{"role": "signer"}]}),
        "",
        "{",
        "[]",
        json.dumps({"reference": "doc-2", "status": "sent", "title": "É"}, ensure_ascii=False),
        '{"reference": "doc-3", "reference": "doc-4", "status": "sent"}',
        json.dumps({"reference": "doc-5", "status": "sent", "title": "x" * 2_000_000}),
        json.dumps({"reference": "doc-6", "status": "sent"}),
    ]
    code, said, _ = imported("\n".join(lines), name="d.jsonl")
    assert (code, said[:9]) == (1, "3 created")
    assert [(line, code) for line, _, code in rejected(tmp_path, "d.jsonl.rejected.csv")] == [
        ("3", "malformed_json"),
        ("4", "not_an_object"),
        ("6", "duplicate_name"),
        ("7", "too_long"),
    ]


def test_a_line_in_another_encoding_is_refused_alone(imported, tmp_path):
    content = b"reference,status,title\na,sent,Bail\nb,sent,\xc9tat des lieux\nc,sent,Bail\n"
    assert imported(content)[0] == 1
    assert rejected(tmp_path) == [("3", "", "not_utf8")]
    assert imported(b'{"reference":"d","status":"sent","title":"\xc9"}', name="d.jsonl")[0] == 1
    assert rejected(tmp_path, "d.jsonl.rejected.csv") == [("1", "", "not_utf8")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_tables_as_office_programs_write_them(imported, delimiter):
    rows = [["Reference", "Status", "Title"], ["doc-1", "sent", "Bail"]]
    text = "\ufeff" + "\r\n".join(delimiter.join(row) for row in rows) + "\r\n"
    assert imported(text)[0] == 0
    assert Document.objects.get().title == "Bail"


@pytest.mark.parametrize(
    ("content", "name", "words"),
    [
        ("reference,status\na,sent\n".encode("utf-16"), "d.csv", "UTF-16"),
        ("status,title\n", "d.csv", "no column reference"),
        ("reference,status,tilte\n", "d.csv", "Unknown columns: tilte"),
        ("reference,status,status\n", "d.csv", "twice"),
        ("", "d.csv", "no column"),
        ("reference,status\n", "d.xlsx", "must end in .csv or .jsonl"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_with_a_sentence(imported, content, name, words):
    code, _, error = imported(content, name=name)
    assert code == 2
    assert words in error
    assert not Document.objects.exists()


def test_a_missing_file_is_said_to_be_missing(tmp_path):
    with pytest.raises(CommandError, match="No such file") as error:
        call_command("import_documents", str(tmp_path / "none.csv"))
    assert error.value.returncode == 2


def test_the_report_lies_where_one_asks_for_it(imported, tmp_path):
    report = tmp_path / "faults.csv"
    report.write_text("of an earlier run")
    imported("reference,status\na,sent\n", report=report)
    assert not report.exists()
    imported("reference,status\na,strange\n", report=report)
    assert rejected(tmp_path, "faults.csv") == [("2", "a", "invalid")]


def test_more_lines_than_a_batch_holds_are_all_taken(imported, tmp_path):
    lines = [f"doc-{n},sent,s{n % 7}@courriel.example" for n in range(2500)]
    lines[1800] = "doc-1800,strange,"
    assert imported("reference,status,signers\n" + "\n".join(lines))[1].startswith("2499 created")
    assert rejected(tmp_path) == [("1802", "doc-1800", "invalid")]
    assert Path(tmp_path / "documents.csv.rejected.csv").stat().st_size < 200
