"""What the file of an SQL database may say."""

import re
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from dsar.sources.problems import Problems
from dsar.sources.spec import (
    WRONG,
    Bilingual,
    Choice,
    Duration,
    Either,
    Field,
    Flag,
    Listed,
    Mapped,
    Need,
    Option,
    Secret,
    Section,
    Text,
    Whole,
    said,
)
from dsar.sources.sql.mapping import EMPTY, FOLLOW, HASH, Fixed
from dsar.sources.yaml_lines import Entries, Node, Value

# What a database may call a thing, in quotes: anything but quotes and characters of control.
IDENTIFIER = re.compile(r"[^\x00-\x1f\"`\[\]]{1,128}")
COLUMN = Text(most=128, pattern=IDENTIFIER, like="customer_id")
COLUMNS = Listed(COLUMN, least=1, most=16)
CATEGORY = re.compile(r"[a-z][a-z0-9 _-]{0,59}")
FROM = re.compile(r"(?:(?P<table>[a-z][a-z0-9_-]{0,59})\.)?(?P<column>[^\x00-\x1f\"`\[\].]{1,128})")


@dataclass(frozen=True)
class Filled(Field):
    """What a field holds once anonymised: ``null``, ``""``, ``hash``, ``{fixed: …}``."""

    def read(self, node: Node, problems: Problems) -> Any:
        """Return None, the empty text, HASH, or a :class:`Fixed` value."""
        if isinstance(node, Value) and (node.value is None or node.value in ("", HASH)):
            return node.value
        fixed = node.entries.get("fixed") if isinstance(node, Entries) else None
        if isinstance(fixed, Value) and len(node.entries) == 1:  # type: ignore[attr-defined]
            return Fixed(fixed.value)
        words = _('Expected null, "", hash or {fixed: …}, found %(found)s.')
        problems.add(node.line, words, found=said(node))
        return WRONG


@dataclass(frozen=True)
class Anything(Field):
    """A plain value, to compare with."""

    def read(self, node: Node, problems: Problems) -> Any:
        """Return the value."""
        if isinstance(node, Value):
            return node.value
        problems.add(node.line, _("Expected a plain value, found %(found)s."), found=said(node))
        return WRONG


FIELD = Section(
    {
        "label": Need(Bilingual(most=100)),
        "category": Option(Text(most=60, pattern=CATEGORY, like="contact"), ""),
        "never_disclose": Option(Flag(), default=False),
        "screen": Option(Flag(), default=False),
    }
)


@dataclass(frozen=True)
class Labelled(Field):
    """A field of the copy: ``{en: …, fr: …}``, or the long form with ``label``."""

    def read(self, node: Node, problems: Problems) -> Any:
        """Return the options of the field."""
        if isinstance(node, Entries) and node.entries.keys() & {"en", "fr"}:
            node = Entries(node.line, {"label": node}, {"label": node.line})
        return FIELD.read(node, problems)


REFERENCE = Section(
    {
        "column": Option(COLUMN),
        "columns": Option(COLUMNS),
        "to": Need(Text(most=200)),
        "keys": Option(COLUMNS),
        "on_erase": Option(Choice((FOLLOW, EMPTY)), FOLLOW),
    }
)
CONDITION = Section(
    {
        "column": Need(COLUMN),
        "is": Option(Anything()),
        "is_not": Option(Anything()),
        "in": Option(Listed(Anything(), least=1, most=500)),
        "before": Option(Anything()),
        "from": Option(Anything()),
    },
    bare=True,
)
KEEP = Section(
    {
        "ground": Need(Choice(("legal_duty", "legal_claims"))),
        "until": Need(Duration()),
        "from": Option(Text(most=200, pattern=FROM, like="issued_on"), ""),
        "sentence": Need(Bilingual(most=180)),
    }
)
ERASE = Either(
    Choice(("delete",)),
    Section(
        {
            "anonymise": Option(Mapped(Filled(), keys=IDENTIFIER, like="email")),
            "keep": Option(KEEP),
        },
        bare=True,
    ),
)
TABLE = Section(
    {
        "table": Option(Text(most=128, pattern=IDENTIFIER, like="Customers"), ""),
        "schema": Option(Text(most=128, pattern=IDENTIFIER, like="crm"), ""),
        "title": Need(Bilingual(most=100)),
        "about": Option(Bilingual(), ""),
        "primary_key": Need(COLUMNS),
        "identity": Option(
            Section({"email": Option(COLUMNS), "regard_id": Option(COLUMNS)}, bare=True)
        ),
        "references": Option(Listed(REFERENCE, most=30)),
        "where": Option(Listed(CONDITION, most=30)),
        "fields": Need(Mapped(Labelled(), keys=IDENTIFIER, like="email")),
        "portable": Option(Flag(), default=False),
        "erase": Need(ERASE),
    }
)
SCHEMA = Section(
    {
        "database": Need(Secret()),
        "time_out": Option(Whole(least=1, most=240), 30),
        "time_zone": Option(Text(most=64), ""),
        "tables": Need(Mapped(TABLE, like="customers")),
    }
)
