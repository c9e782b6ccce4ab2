"""How a test database is emptied between tests that commit."""

from typing import Any

from django.conf import settings
from django.core.management.sql import sql_flush
from django.db import DatabaseError, transaction


def statements(style: Any, connection: Any, **options: Any) -> list[str]:
    """Return the SQL that empties the tables which hold anything, in Django's ``sql_flush`` form.

    The table of the cache is among them: rate limits and used codes count for one test.

    Rows are deleted with triggers and foreign keys at rest: ledgers refuse it, and TRUNCATE wants
    every table that refers to another one. That takes a superuser of PostgreSQL; without one,
    everything is truncated as Django does.
    """
    tables = connection.introspection.django_table_names(only_existing=True, include_views=False)
    tables.append(settings.CACHES["default"]["LOCATION"])
    full = " UNION ALL ".join(f"(SELECT '{name}' FROM \"{name}\" LIMIT 1)" for name in tables)  # noqa: S608
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL session_replication_role = replica")
            cursor.execute(full)
            names = [name for (name,) in cursor.fetchall()]
    except DatabaseError:
        return list(sql_flush(style, connection, **options))
    emptied = [f'DELETE FROM "{name}"' for name in names]  # noqa: S608
    return ["SET LOCAL session_replication_role = replica", *emptied] if emptied else []
