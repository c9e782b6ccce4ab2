"""Somebody else's billing database, of any kind we can read, and the file that describes it."""

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg
from django.db import connection
from psycopg import sql

from dsar.sources import files
from dsar.sources.sql.source import SqlSource
from tests.dsar import mariadb

TABLES = """
CREATE TABLE customers (
  id INTEGER PRIMARY KEY, email VARCHAR(200), name VARCHAR(200), iban VARCHAR(40),
  "Order" VARCHAR(20), photo {bytes});
CREATE TABLE invoices (
  tenant INTEGER, number INTEGER, customer_id INTEGER REFERENCES customers (id), issued_on DATE,
  amount NUMERIC(10, 2), PRIMARY KEY (tenant, number));
CREATE TABLE lines (
  id INTEGER PRIMARY KEY, tenant INTEGER, invoice INTEGER, words TEXT,
  FOREIGN KEY (tenant, invoice) REFERENCES invoices (tenant, number));
CREATE TABLE tickets (
  id INTEGER PRIMARY KEY, author_id INTEGER REFERENCES customers (id),
  helper_id INTEGER REFERENCES customers (id), parent_id INTEGER REFERENCES tickets (id),
  email VARCHAR(200), words TEXT, state VARCHAR(20));
"""

MAPPING = """
type: sql
slug: billing
label: {en: Billing, fr: Facturation}
holds: {en: Invoices and questions about them., fr: Factures et questions à leur sujet.}
why: {en: To be paid (art. 6(1)(b))., fr: Pour être payés.}
origin: {en: From you., fr: De vous.}
kept: {en: Ten years., fr: Dix ans.}
database: {env: BILLING_URL}
time_out: 20
time_zone: Europe/Paris
tables:
  customers:
    title: {en: Customer, fr: Client}
    primary_key: id
    identity: {email: email}
    fields:
      name: {en: Name, fr: Nom}
      email: {en: Address, fr: Adresse}
      iban: {label: {en: Bank account, fr: Compte}, never_disclose: true}
      Order: {en: Standing order, fr: Ordre permanent}
      photo: {en: Picture, fr: Photo}
    portable: true
    erase: {anonymise: {email: hash, name: "", iban: null, Order: {fixed: none}, photo: null}}
  invoices:
    title: {en: Invoices, fr: Factures}
    primary_key: [tenant, number]
    references:
      - {column: customer_id, to: customers.id}
    fields:
      number: {en: Number, fr: Numéro}
      issued_on: {en: Issued, fr: Émise}
      amount: {en: Amount, fr: Montant}
    erase:
      keep:
        ground: legal_duty
        until: P10Y
        from: issued_on
        sentence: {en: kept ten years for the tax office, fr: gardées dix ans pour le fisc}
  lines:
    title: {en: Lines, fr: Lignes}
    primary_key: id
    references:
      - {columns: [tenant, invoice], to: invoices, keys: [tenant, number]}
    fields:
      words: {en: Words, fr: Mots}
    erase:
      keep:
        ground: legal_duty
        until: P10Y
        from: invoices.issued_on
        sentence: {en: kept with their invoice, fr: gardées avec leur facture}
  tickets:
    title: {en: Questions, fr: Questions}
    primary_key: id
    identity: {email: email}
    references:
      - {column: author_id, to: customers.id}
      - {column: helper_id, to: customers.id, on_erase: empty}
      - {column: parent_id, to: tickets.id, on_erase: empty}
    where:
      - {column: state, is_not: spam}
    fields:
      words: {label: {en: Words, fr: Mots}, screen: true}
    erase: delete
"""


class Billing:
    """A database with the tables above. ``run`` works in it as its owner does."""

    def __init__(self, kind: str, folder: Path, monkeypatch: Any) -> None:
        self.kind, self.folder = kind, folder
        self.schema = f"billing_{os.getpid()}"
        self.file = folder / "billing.sqlite"
        if kind == "postgresql":
            self.run(f"DROP SCHEMA IF EXISTS {self.schema} CASCADE; CREATE SCHEMA {self.schema}")
        elif kind == "mariadb":
            with mariadb.connected() as own, own.cursor() as cursor:
                cursor.execute(f"DROP DATABASE IF EXISTS {self.schema}")
                # As most hosts have it: "josé" is "jose", "A" is "a".
                cursor.execute(f"CREATE DATABASE {self.schema} COLLATE utf8mb4_unicode_ci")
        else:
            sqlite3.connect(self.file).close()
        monkeypatch.setenv("BILLING_URL", self.url)
        for statement in TABLES.format(bytes=self.bytes).split(";"):
            if statement.strip():
                self.run(statement)

    @property
    def bytes(self) -> str:
        """The type of bytes."""
        return "BYTEA" if self.kind == "postgresql" else "BLOB"

    @property
    def url(self) -> str:
        """The address of the database."""
        if self.kind == "sqlite":
            return f"sqlite:///{self.file}"
        if self.kind == "mariadb":
            socket = quote(str(mariadb.address()), safe="")
            return f"mariadb://root@/{self.schema}?unix_socket={socket}"
        known = connection.get_connection_params()
        options = f"-csearch_path%3D{self.schema}"
        return (
            f"postgresql://{known['user']}@/{known['dbname']}"
            f"?host={known['host']}&port={known['port']}&options={options}"
        )

    def run(self, statement: str, *values: Any) -> list[tuple[Any, ...]]:
        """Run a statement and keep what it does."""
        if self.kind == "sqlite":
            with closing(sqlite3.connect(self.file, isolation_level=None)) as lite:
                return lite.execute(statement, values).fetchall()
        if self.kind == "mariadb":
            return self._run_in_mariadb(statement, values)
        known = connection.get_connection_params()
        wanted = {name: known[name] for name in ("user", "dbname", "host", "port")}
        with psycopg.connect(**wanted, autocommit=True) as own:
            own.execute(sql.SQL("SET search_path TO {}").format(sql.Identifier(self.schema)))
            cursor = own.execute(statement.replace("?", "%s"), values or None)
            return cursor.fetchall() if cursor.description else []

    def _run_in_mariadb(self, statement: str, values: Any) -> list[tuple[Any, ...]]:
        # A word of MariaDB's own: to be quoted, as our source does it by itself.
        statement = re.sub(r"\blines\b", '"lines"', statement.replace("?", "%s"))
        with mariadb.connected(self.schema) as own, own.cursor() as cursor:
            cursor.execute(statement, values or None)
            return list(cursor.fetchall())

    def drop(self) -> None:
        """Take it all away."""
        if self.kind == "mariadb":
            self.run(f"DROP DATABASE {self.schema}")
        if self.kind == "postgresql":
            self.run(f"DROP SCHEMA {self.schema} CASCADE")

    def customer(self, number: int, email: str | None, name: str = "Somebody") -> None:
        """Add a customer."""
        self.run(
            'INSERT INTO customers (id, email, name, iban, "Order") VALUES (?, ?, ?, ?, ?)',
            number, email, name, f"FR76{number}", "monthly",
        )  # fmt: skip

    def invoice(self, number: int, customer: int | None, issued: str | None) -> None:
        """Add an invoice with one line."""
        self.run("INSERT INTO invoices VALUES (7, ?, ?, ?, 12.50)", number, customer, issued)
        self.run("INSERT INTO lines VALUES (?, 7, ?, 'a line')", number, number)

    def ticket(self, number: int, author: int | None = None, **fields: Any) -> None:
        """Add a question."""
        names = ["id", "author_id", *fields]
        self.run(
            f"INSERT INTO tickets ({', '.join(names)}) VALUES ({', '.join('?' for _ in names)})",  # noqa: S608
            number, author, *fields.values(),
        )  # fmt: skip

    def count(self, table: str) -> int:
        """Return how many rows a table has."""
        return int(self.run(f"SELECT count(*) FROM {table}")[0][0])  # noqa: S608


def describe(folder: Path, text: str = MAPPING, name: str = "billing.yaml") -> files.Described:
    """Write a file that describes a source, and read it."""
    path = folder / name
    path.write_text(text)
    return files.load(path)


def source(folder: Path, text: str = MAPPING) -> SqlSource:
    """Return the source of a file that is right."""
    found = describe(folder, text)
    assert not found.problems, [str(problem) for problem in found.problems]
    assert isinstance(found.source, SqlSource)
    return found.source
