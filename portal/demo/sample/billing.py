"""The demo's billing system: a small database that is not Regard's, described by a file."""

import sqlite3
from contextlib import closing
from datetime import date, timedelta
from pathlib import Path

from accounts.roles import Role
from portal.demo.sample.people import PEOPLE

TABLES = """
CREATE TABLE customers (
  id INTEGER PRIMARY KEY, number TEXT NOT NULL UNIQUE, name TEXT NOT NULL, email TEXT NOT NULL,
  plan TEXT, since DATE NOT NULL, iban TEXT);
CREATE INDEX customers_email ON customers (email);
CREATE TABLE invoices (
  number TEXT PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
  issued_on DATE NOT NULL, amount TEXT NOT NULL, about TEXT NOT NULL);
CREATE INDEX invoices_customer ON invoices (customer_id);
CREATE TABLE questions (
  id INTEGER PRIMARY KEY, customer_id INTEGER NOT NULL REFERENCES customers (id),
  asked_at DATETIME NOT NULL, words TEXT NOT NULL);
CREATE INDEX questions_customer ON questions (customer_id);
"""
QUARTERS = 6  # invoices of each customer, the newest a month ago
QUARTER = timedelta(days=91)


def make(file: Path, today: date) -> None:
    """Make the database for the people of the sample, unless it is there: erased stays erased."""
    if file.exists():
        return
    new = file.with_name(file.name + ".new")
    new.unlink(missing_ok=True)
    with closing(sqlite3.connect(new)) as database:
        database.executescript(TABLES)
        customers = [sketch for sketch in PEOPLE if sketch.role == Role.CUSTOMER]
        for number, sketch in enumerate(customers, start=1):
            since = today - timedelta(days=sketch.joined)
            database.execute(
                "INSERT INTO customers VALUES (?, ?, ?, ?, ?, ?, ?)",
                (number, f"C-{4100 + number}", sketch.name, sketch.addresses[-1].title(),
                 "Signaro Pro", since.isoformat(), f"FR76 3000 4000 {number:04d} 0000 1234 567"),
            )  # fmt: skip
            _bill(database, number, today)
        database.commit()
    new.replace(file)


def _bill(database: sqlite3.Connection, customer: int, today: date) -> None:
    """Write the invoices of one customer, one older than ten years' keeping is none of them."""
    for quarter in range(QUARTERS):
        issued = today - timedelta(days=30) - quarter * QUARTER
        number = f"F-{issued.year}-{customer:02d}{quarter:02d}"
        database.execute(
            "INSERT INTO invoices VALUES (?, ?, ?, ?, ?)",
            (number, customer, issued.isoformat(), "57.00", "Signaro Pro, 3 mois / months"),
        )
    asked = (today - timedelta(days=40 + customer)).isoformat() + "T10:20:00+01:00"
    words = "Bonjour, pouvez-vous mettre le nom de mon entreprise sur la facture ?"
    database.execute(
        "INSERT INTO questions (customer_id, asked_at, words) VALUES (?, ?, ?)",
        (customer, asked, words),
    )
