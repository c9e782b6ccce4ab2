"""A database that is down, refuses, or does not fit: the right cause, and nothing of its data."""

import logging
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from sqlalchemy import make_url, text, update
from sqlalchemy.dialects import mysql, postgresql, sqlite

from accounts.models import User
from dsar import tasks
from dsar.models import Step
from dsar.sources import base
from dsar.sources.base import SourceError
from dsar.sources.sql.causes import causes
from dsar.sources.sql.database import make_engine, mysql_session
from dsar.sources.sql.selecting import CHUNK, Known, of_person
from tests.dsar.billing import MAPPING, Billing, describe, source
from tests.dsar.mariadb import DATABASES, IS_HERE
from tests.dsar.worlds import Ask

pytestmark = pytest.mark.django_db
ALICE = "alice@example.org"


@pytest.fixture(params=DATABASES)
def billing(request: Any, tmp_path: Path, monkeypatch: Any, db: None) -> Iterator[Billing]:
    made = Billing(request.param, tmp_path, monkeypatch)
    yield made
    made.drop()


@pytest.fixture
def in_postgresql(tmp_path: Path, monkeypatch: Any, db: None) -> Iterator[Billing]:
    made = Billing("postgresql", tmp_path, monkeypatch)
    yield made
    made.drop()


def cause(made: Any) -> str:
    with pytest.raises(SourceError) as caught:
        made.counts(Known((ALICE,)))
    assert caught.value.__cause__ is None
    assert ALICE not in repr(caught.value)
    return str(caught.value.cause)


def test_what_is_gone_from_the_database_is_the_mappings_fault(
    billing: Billing, tmp_path: Path
) -> None:
    billing.run("ALTER TABLE tickets RENAME COLUMN author_id TO writer_id")
    assert cause(source(tmp_path)) == "mapping"
    billing.run("ALTER TABLE tickets RENAME TO questions")
    assert cause(source(tmp_path)) == "mapping"


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("", "not_configured"),
        ("no address at all", "mapping"),
        ("oracle://h/d", "mapping"),
        ("sqlite://", "mapping"),
        ("sqlite:////nowhere/at/all.sqlite", "unavailable"),
        ("postgresql://u:p@127.0.0.1:1/d", "unavailable"),
        ("mysql://u:p@127.0.0.1:1/d", "unavailable"),
        ("mysql+nosuchdriver://u:p@127.0.0.1:1/d", "missing_part"),
    ],
)
def test_a_database_that_is_not_there_is_said_to_be_so(
    tmp_path: Path, monkeypatch: Any, url: str, expected: str
) -> None:
    monkeypatch.setenv("BILLING_URL", url)
    assert cause(source(tmp_path)) == expected
    assert not Path("/nowhere").exists()


def test_a_secret_can_lie_in_a_file(tmp_path: Path, monkeypatch: Any) -> None:
    billing = Billing("sqlite", tmp_path, monkeypatch)
    monkeypatch.delenv("BILLING_URL")
    (tmp_path / "secret").write_text(billing.url + "\n")
    text = MAPPING.replace("{env: BILLING_URL}", f"{{file: {tmp_path / 'secret'}}}")
    assert sum(source(tmp_path, text).counts(Known((ALICE,))).values()) == 0


def test_a_database_that_refuses_us_is_said_to_do_so(
    in_postgresql: Billing, tmp_path: Path, monkeypatch: Any
) -> None:
    stranger = str(in_postgresql.url).replace("//regard@", "//nobody_we_know@")
    monkeypatch.setenv("BILLING_URL", stranger)
    assert cause(source(tmp_path)) == "refused"


def test_a_statement_that_takes_too_long_is_given_up(
    in_postgresql: Billing, tmp_path: Path
) -> None:
    known = connection.get_connection_params()
    wanted = {name: known[name] for name in ("user", "dbname", "host", "port")}
    made = source(tmp_path, MAPPING.replace("time_out: 20", "time_out: 1"))
    with psycopg.connect(**wanted) as other:
        other.execute(f"LOCK TABLE {in_postgresql.schema}.customers")
        assert cause(made) == "unavailable"


def test_nothing_can_be_written_while_we_read(billing: Billing, tmp_path: Path) -> None:
    billing.customer(1, ALICE)
    made = source(tmp_path)
    change = update(made.tables.place("customers")).values(name="changed")

    def write() -> None:
        with made.database.reading() as reading:
            reading.execution_options(stream_results=False, yield_per=None).execute(change)
            reading.commit()

    with pytest.raises(SourceError) as caught:
        write()
    assert caught.value.cause == "refused"
    assert billing.run("SELECT name FROM customers") == [("Somebody",)]


def test_a_row_that_something_unknown_refers_to_fails_whole(
    billing: Billing, tmp_path: Path, alice: User, open_request: Ask
) -> None:
    billing.run("CREATE TABLE audit (ticket INTEGER REFERENCES tickets (id))")
    billing.ticket(1, email=ALICE, words="one")
    billing.ticket(2, email=ALICE, words="two")
    billing.run("INSERT INTO audit VALUES (2)")
    made = source(tmp_path)
    item = open_request("erasure").items.model(key="tickets", decision="erase", request_id=0)
    with pytest.raises(SourceError) as caught:
        made.erase(alice, item)
    assert caught.value.cause == "mapping"
    assert billing.count("tickets") == 2, "one transaction: all of an item, or nothing"


def test_no_log_holds_a_value(
    billing: Billing, tmp_path: Path, caplog: Any, open_request: Ask, settings: Any
) -> None:
    settings.SOURCES_DIR = str(tmp_path)
    settings.DSAR_SOURCES = []
    describe(tmp_path)
    base.registered.cache_clear()
    billing.customer(1, ALICE)
    billing.run("ALTER TABLE customers RENAME COLUMN name TO called")
    request = open_request()
    with caplog.at_level(logging.DEBUG):
        tasks.run_step(request.steps.get(source="billing").pk)
    base.registered.cache_clear()
    assert request.steps.get().outcome == Step.Outcome.FAILED
    assert ALICE not in caplog.text


def test_what_json_does_not_know_is_said_sensibly(
    in_postgresql: Billing, tmp_path: Path, alice: User
) -> None:
    in_postgresql.run(
        """CREATE TYPE mood AS ENUM ('calm'); CREATE TABLE odd (
        id UUID PRIMARY KEY, email TEXT, a BYTEA, b NUMERIC, c INTERVAL, d TEXT[], e mood, f JSONB,
        g TIMESTAMP, h TIMESTAMPTZ, i TIME, j INET, k DATE, l BOOLEAN, m DOUBLE PRECISION,
        n INT4RANGE, o UUID[], p DATE, q TIMESTAMPTZ)"""
    )
    in_postgresql.run(
        """INSERT INTO odd VALUES ('6f9619ff-8b86-4011-b42d-00c04fc964ff', ?, '\\x0001ff', 12.50,
        '1 day 02:03:04', '{x,y}', 'calm', '{"k": [1]}', '2026-07-01 12:00', '2026-07-01 12:00Z',
        '12:30', '10.0.0.1', '2026-07-01', true, 'NaN', '[1,5)',
        '{6f9619ff-8b86-4011-b42d-00c04fc964ff}', 'infinity', '-infinity')""",
        ALICE,
    )
    fields = "".join(f"      {name}: {{en: {name}, fr: {name}}}\n" for name in "abcdefghijklmopq")
    text = MAPPING[: MAPPING.index("  customers:")] + (
        "  odd:\n    title: {en: Odd, fr: Rare}\n    primary_key: id\n"
        f"    identity: {{email: email}}\n    fields:\n{fields}    erase: delete\n"
    )
    made = source(tmp_path, text)
    ((values,),) = ([row.values for row in table.rows] for table in made.collect(alice))
    assert values["a"] == "3 bytes, base64: AAH/"
    assert (values["b"], values["c"], values["d"]) == ("12.50", "P1DT2H3M4S", ["x", "y"])
    assert (values["e"], values["f"], values["i"]) == ("calm", {"k": [1]}, "12:30:00")
    assert (values["j"], values["l"], values["m"]) == ("10.0.0.1", True, "nan")
    assert str(values["g"]) == "2026-07-01 12:00:00+02:00"
    assert (values["p"], values["q"]) == ("infinity", "-infinity")
    assert values["o"] == ["6f9619ff-8b86-4011-b42d-00c04fc964ff"]


def test_reading_is_streamed(billing: Billing, tmp_path: Path) -> None:
    many = ", ".join(f"({n}, '{ALICE}')" for n in range(CHUNK + 20))
    billing.run(f"INSERT INTO tickets (id, email) VALUES {many}")  # noqa: S608
    made = source(tmp_path)
    with made.database.reading() as reading:
        rows = made.rows(reading, made.tables["tickets"], Known((ALICE,)))
        next(rows)
        assert len(list(rows)) == CHUNK + 19


DIALECTS = {
    "mysql": mysql.dialect(),
    "postgresql": postgresql.dialect(),
    "sqlite": sqlite.dialect(),
}


@pytest.mark.parametrize("name", sorted(DIALECTS))
def test_names_are_quoted_as_each_database_does(tmp_path: Path, name: str) -> None:
    made = source(tmp_path)
    condition = of_person(made.tables["lines"], made.tables, Known((ALICE,)))
    text = str(condition.compile(dialect=DIALECTS[name]))
    assert "(lines.tenant, lines.invoice) IN" in text.replace("`", "").replace('"', "")
    assert "lower(customers.email)" in text
    assert ALICE not in text
    quoted = str(made.tables.place("customers").c["Order"].compile(dialect=DIALECTS[name]))
    assert quoted == {"mysql": "customers.`Order`"}.get(name, 'customers."Order"')


def test_a_session_of_mysql_has_its_time_outs() -> None:
    assert "SET SESSION TRANSACTION READ ONLY" in mysql_session(5, read_only=True, maria=False)
    assert "SET SESSION max_statement_time = 5" in mysql_session(5, read_only=True, maria=True)
    assert make_engine(make_url("mysql+pymysql://u@h/d"), 5).dialect.name == "mysql"


@pytest.fixture
def in_mariadb(tmp_path: Path, monkeypatch: Any, db: None) -> Iterator[Billing]:
    made = Billing("mariadb", tmp_path, monkeypatch)
    yield made
    made.drop()


needs_mariadb = pytest.mark.skipif(not IS_HERE, reason="no server of MariaDB (mariadbd) here")


@needs_mariadb
def test_mariadb_gives_up_a_statement_that_takes_too_long(
    in_mariadb: Billing, tmp_path: Path
) -> None:
    made = source(tmp_path, MAPPING.replace("time_out: 20", "time_out: 1"))
    with made.database.reading() as reading, pytest.raises(SourceError) as caught, causes():
        reading.execute(text("SELECT SLEEP(20)")).all()
    assert caught.value.cause == "unavailable"


@needs_mariadb
def test_mariadb_refuses_who_it_does_not_know(
    in_mariadb: Billing, tmp_path: Path, monkeypatch: Any
) -> None:
    monkeypatch.setenv("BILLING_URL", in_mariadb.url.replace("//root@", "//nobody_we_know@"))
    assert cause(source(tmp_path)) == "refused"


def check(*args: str, **options: Any) -> str:
    out = StringIO()
    call_command("check_sources", *args, stdout=out, no_color=True, **options)
    return out.getvalue()


def test_the_command_compares_and_tries_and_changes_nothing(
    billing: Billing, tmp_path: Path
) -> None:
    file = str(describe(tmp_path).path)
    billing.customer(1, ALICE, "Alice")
    billing.invoice(1, 1, "2024-01-02")
    billing.run("CREATE TABLE orders_audit (of INTEGER REFERENCES customers (id))")
    if billing.kind == "postgresql":  # of the others an index of an expression cannot be read
        billing.run("CREATE INDEX known ON customers (lower(email))")
    names = ("customers", "invoices", "lines")
    dump = [billing.run(f"SELECT * FROM {name}") for name in names]  # noqa: S608
    said = check(file, connect=True, sample=ALICE.upper())
    assert "“orders_audit” refers to “customers” and is not described" in said
    # MariaDB makes an index for each reference.
    assert ("“customer_id” of “invoices” has no index" in said) is (billing.kind != "mariadb")
    assert ("“email” of “customers” has no index" in said) is (billing.kind != "postgresql")
    assert "keep until 2034-01-02: Invoices: kept ten years for the tax office (1)" in said
    assert "Customer: 1\n    Name A••••, Address a•••••••" in said
    assert dump == [billing.run(f"SELECT * FROM {name}") for name in names]  # noqa: S608


def test_the_command_says_what_does_not_fit(billing: Billing, tmp_path: Path) -> None:
    text = MAPPING.replace("iban: null", "id_card: null, photo: hash").replace(
        ", photo: null}}", "}}"
    )
    billing.run("DROP TABLE lines")
    file = str(describe(tmp_path, text).path)
    with pytest.raises(CommandError, match=r"Not right: billing\.yaml"):
        check(file, connect=True)
    out = StringIO()
    with pytest.raises(CommandError):
        call_command("check_sources", file, connect=True, stdout=out, no_color=True)
    assert "“customers” has no column “id_card”" in out.getvalue()
    assert "The database has no table “lines”" in out.getvalue()
    with pytest.raises(CommandError, match="--sample needs an e-mail address"):
        check(file, sample="nobody")


def test_what_an_anonymised_field_is_to_hold_must_fit(
    in_postgresql: Billing, tmp_path: Path
) -> None:
    in_postgresql.run("ALTER TABLE customers ALTER email TYPE VARCHAR(10)")
    in_postgresql.run("ALTER TABLE customers ALTER iban SET NOT NULL")
    text = MAPPING.replace("photo: null}}", 'photo: ""}}')
    reached = source(tmp_path, text).reach()
    said = " ".join(problem.sentence for problem in reached.problems)
    assert "“email” takes 10 characters, and 23 are needed" in said
    assert "“iban” must not be NULL" in said
    assert "“photo” holds no text: BYTEA" in said
