"""Whatever is wrong in a file that describes a source: a line, a sentence, and nothing breaks."""

from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, strategies
from hypothesis import settings as laws

from dsar.sources import files
from dsar.sources.problems import Problems
from dsar.sources.yaml_lines import MOST_BYTES, parse
from tests.dsar.billing import MAPPING, describe

# What is written instead of what (first occurrence), the line of the mistake's text in the changed
# file, and words of the sentence.
MISTAKES: list[tuple[str, str, str, str]] = [
    ("type: sql", "type: sqll", "type: sqll", "Expected one of: sql, http"),
    ("type: sql\n", "", "", "“type” is missing"),
    ("type: sql", "type: [sql]", "type: [sql]", "Found a list"),
    ("slug: billing", "slug: Billing", "slug:", "must be the name of the file"),
    ("slug: billing", "slug: other", "slug:", "must be the name of the file: “billing”"),
    ("slug: billing", "slug:", "slug:", "Expected text, found nothing"),
    ("slug: billing", "slug: billing\nslug: billing", "slug: billing\nlabel", "stands here twice"),
    ("label: {en: Billing, fr: Facturation}", "label: Billing", "label:", "Expected entries (en"),
    ("{en: Billing, fr: Facturation}", "{en: Billing}", "label:", "“fr” is missing"),
    ("fr: Facturation}", "fr: Facturation, de: R}", "label:", "“de” is not known here"),
    ("{en: Billing,", "{en: true,", "label:", "Expected text, found “true”"),
    ("holds: ", "hold: ", "hold: ", "“hold” is not known"),
    ("kept: {en: Ten years., fr: Dix ans.}", "identifies: yes", "identifies", "true or false"),
    (
        "database: {env: BILLING_URL}",
        "database: postgresql://u:p@h/d",
        "database:",
        "A secret does",
    ),
    ("{env: BILLING_URL}", "{env: 'A B'}", "database:", "something like “BILLING_URL”"),
    ("{env: BILLING_URL}", "{env: A, file: /b}", "database:", "A secret does not stand here"),
    ("time_out: 20", "time_out: soon", "time_out:", "whole number from 1 to 240, found “soon”"),
    ("time_out: 20", "time_out: 0", "time_out:", "from 1 to 240"),
    ("time_out: 20", "time_out: true", "time_out:", "from 1 to 240"),
    ("Europe/Paris", "Europe/Pariss", "time_zone:", "is no time zone"),
    ("time_out: 20", "timeout: 20", "timeout:", "“timeout” is not known here. Known are: type"),
    ("tables:\n", "tables: []\nx:\n", "tables:", "found a list"),
    ("  customers:\n", "  Customers:\n", "  Customers:", "is no such name"),
    ("primary_key: id", "primary_key: []", "primary_key", "Expected 1 to 16 items, found 0"),
    ("    primary_key: id\n", "", "    title: {en: Customer", "“primary_key” is missing"),
    ("[tenant, number]", "[tenant, tenant]", "primary_key: [tenant, tenant]", "stands twice"),
    ("primary_key: id", "primary_key: 'a\"b'", "primary_key", "something like “customer_id”"),
    ("identity: {email: email}", "identity: {mail: email}", "identity", "“mail” is not known"),
    ("identity: {email: email}", "identity: email", "identity", "Expected entries (email"),
    ("to: customers.id}", "to: clients.id}", "to: clients", "“clients” is no table of this file"),
    ("{column: customer_id,", "{", "- { to: cus", "Give either column or columns"),
    (
        "{column: customer_id,",
        "{column: a, columns: [a],",
        "column: a,",
        "either column or columns",
    ),
    ("keys: [tenant, number]", "keys: [tenant]", "keys: [tenant]", "2 columns refer to 1 keys"),
    ("to: invoices, keys:", "to: invoices.number, keys:", "keys:", "not in both"),
    ("to: tickets.id, on_erase: empty", "to: tickets.id", "to: tickets.id", "refers to itself"),
    ("on_erase: empty", "on_erase: cascade", "on_erase: cascade", "Expected one of: follow, empty"),
    ("is_not: spam", "is_not: spam, is: 1", "is_not: spam", "Give exactly one of"),
    ("is_not: spam", "like: spam", "like: spam", "“like” is not known here"),
    ("name: {en: Name, fr: Nom}", "name: Name", "name: Name", "Expected entries (label"),
    ("never_disclose: true", "never_disclose: sure", "never_disclose", "true or false"),
    ("never_disclose: true", "never: true", "never: true", "“never” is not known"),
    ("portable: true", "portable: 1", "portable", "true or false"),
    ("erase: delete", "erase: remove", "erase: remove", "Expected one of: delete. Found “remove”"),
    ("erase: delete", "erase: {forget: 1}", "erase: {forget", "“forget” is not known"),
    ("erase: delete", "erase: {}", "erase: {}", "Expected one of: delete, anonymise, keep"),
    ('name: "",', "name: gone,", "anonymise", 'Expected null, "", hash or {fixed: …}'),
    ("Order: {fixed: none}", "Order: {fix: none}", "anonymise", "Expected null"),
    ("{email: hash, ", "{", "anonymise", "“email” says whose the row is"),
    ("{email: hash, ", "{email: hash, id: null, ", "anonymise", "is a key by which rows are found"),
    ("ground: legal_duty", "ground: interest", "ground: interest", "Expected one of: legal_duty"),
    ("        ground: legal_duty\n", "", "until: P10Y", "“ground” is missing"),
    ("until: P10Y", "until: 10 years", "until: 10 years", "a duration such as P5Y"),
    ("from: issued_on", "from: customer.born", "from: customer.born", "is no table that this one"),
    (
        "kept ten years for the tax office, fr: gardées dix ans pour le fisc}",
        "kept}",
        "sentence: {en: kept}",
        "“fr” is missing",
    ),
    ("anonymise: {email", "delete: {email", "delete: {email", "“delete” is not known"),
    (
        'erase: {anonymise: {email: hash, name: "", iban: null, Order: {fixed: none}, photo: null}'
        "}",
        "erase: delete",
        "erase: delete",
        "“invoices” stay and refer to “customers”",
    ),
    (
        "  lines:\n",
        "  invoices2:\n    table: invoices\n",
        "  invoices2:",
        "same table as “invoices”",
    ),
    (
        "    references:\n      - {column: customer_id, to: customers.id}\n",
        "",
        "  invoices:",
        "Nothing says which rows of “invoices” are whose",
    ),
    (
        "    identity: {email: email}\n    fields:\n      name",
        "    references: [{column: ticket_id, to: tickets.id}]\n    fields:\n      name",
        "column: ticket_id",
        "in a circle: customers → tickets → customers",
    ),
    ("holds: ", "holds: &all ", "holds: ", "“&all” is not taken"),
    ("holds: {en", "holds: *all # {en", "holds: ", "“*all” is not taken"),
    ("holds: {", "holds: !!python/object:os.system {", "holds: ", "Types such as"),
    ("holds: ", "\tholds: ", "\tholds: ", "A tab stands here"),
    ("holds: {", "holds: {{", "holds: ", ""),
    ("holds: {en: I", "holds: {en: I\x07", "holds: ", "a character here that cannot stand"),
    ("slug: billing", "slug: billing\n---\nslug: b", "---", "second document"),
    ("tables:\n", "tables: " + "[" * 40 + "]" * 40 + "\nx:\n", "tables: [[", "nested too deeply"),
]


@pytest.mark.parametrize(("old", "new", "at", "words"), MISTAKES, ids=range(len(MISTAKES)))
def test_a_mistake_is_named_with_its_line(
    tmp_path: Path, old: str, new: str, at: str, words: str
) -> None:
    assert old in MAPPING
    text = MAPPING.replace(old, new, 1)
    found = describe(tmp_path, text)
    said = [str(problem) for problem in found.problems]
    line = text[: text.index(at)].count("\n") + 1 if at else None
    close = [
        one
        for one in said
        if words in one and (line is None or abs(int(one.split(":")[1]) - line) <= 1)
    ]
    assert close, (line, said)
    assert isinstance(found.source, files.BrokenSource)
    assert (found.source.slug, found.source.cause) == ("billing", "mapping")
    assert all(one.startswith("billing.yaml:") for one in said)


def test_the_mapping_of_the_tests_is_right(tmp_path: Path) -> None:
    found = describe(tmp_path)
    assert [str(problem) for problem in found.problems] == []
    assert str(found.source.label) == "Billing"


def test_every_mistake_of_a_file_is_said_at_once(tmp_path: Path) -> None:
    text = MAPPING
    for old, new, *_rest in MISTAKES[10:18:3]:
        text = text.replace(old, new, 1)
    text = text.replace("portable: true", "portable: 1").replace("erase: delete", "erase: no")
    assert len(describe(tmp_path, text).problems) >= 4


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "The file is empty"),
        (b"# nothing\n", "The file is empty"),
        (b"- a\n- b\n", "Expected entries"),
        (b"just words", "Expected entries"),
        (b"type: sql\nslug: \xff\xfe", "is not UTF-8 text"),
        (b"a: b\n" * (MOST_BYTES // 5 + 1), "larger than 256 KB"),
        (b"a: &a [x]\nb: &b [*a, *a]\nc: [*b, *b]\n", "is not taken"),
        (b"type: sql\nslug: x\x00", "cannot stand in such a file"),
    ],
)
def test_what_is_no_description_at_all_is_said(tmp_path: Path, content: bytes, words: str) -> None:
    path = tmp_path / "odd.yaml"
    path.write_bytes(content)
    found = files.load(path)
    assert any(words in str(problem) for problem in found.problems), found.problems
    assert found.source.slug == "odd"


def test_a_name_that_is_taken_is_said_and_both_stay_apart(tmp_path: Path) -> None:
    (tmp_path / "account.yaml").write_text(MAPPING.replace("slug: billing", "slug: account"))
    found = files.load(tmp_path / "account.yaml", {"account"})
    assert "already called “account”" in str(found.problems[0])
    assert found.source.slug == "account-file"


def test_a_missing_part_names_what_to_install(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setitem(files.TYPES, "sql", "dsar.sources.sql.not_installed.Source")
    found = describe(tmp_path)
    assert "pip install 'regard[sql]'" in str(found.problems[0])
    assert isinstance(found.source, files.BrokenSource)
    assert found.source.cause == "missing_part"


def test_a_folder_that_is_not_there_is_a_source_that_fails(tmp_path: Path, settings: Any) -> None:
    settings.SOURCES_DIR = str(tmp_path / "gone")
    (one,) = files.described()
    assert "is not there" in str(one.problems[0])
    assert isinstance(one.source, files.BrokenSource)


@laws(max_examples=60, deadline=None)
@given(strategies.text(alphabet="ab:-{}[]&*!|>'\"#\n\t \\,?%@`é\0", max_size=60))
def test_any_text_is_read_or_refused_with_a_line(text: str) -> None:
    problems = Problems("any.yaml")
    node = parse(text, problems)
    assert node is not None or len(problems)
    assert all(problem.line >= 1 and str(problem) for problem in problems)
