"""What must be right before Regard serves anybody.

What an installation must bring along is asked for by ``check --deploy``, with which production
starts its servers; what can never be right stops every command. The one on the ledger runs with
``check --database default`` and before every migration.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connections
from django.db.migrations.loader import MigrationLoader
from joserfc.errors import JoseError
from joserfc.jwk import KeySet

from portal.lib import append_only

SHAPES = {"consent", "objection", "not_used"}
LEAST_NOTICE = 14  # days
CONTACT = {
    "name": "CONTROLLER_NAME",
    "address": "CONTROLLER_ADDRESS",
    "email": "CONTROLLER_EMAIL",
    "dpo_email": "DPO_EMAIL",
}


@register(Tags.security, deploy=True)
def contacts(**_: Any) -> list[CheckMessage]:
    """Require who answers for the data, and the DPO's address (GDPR art. 13(1)(a) and (b))."""
    return [
        Error(f"{variable} is not set: people must know whom to turn to.", id="regard.E001")
        for field, variable in CONTACT.items()
        if not settings.CONTROLLER[field]
    ]


@register()
def ai_training_shape(**_: Any) -> list[CheckMessage]:
    """Require one of the three legal shapes of AI training."""
    if settings.AI_TRAINING_SHAPE in SHAPES:
        return []
    allowed = ", ".join(sorted(SHAPES))
    return [Error(f"AI_TRAINING_SHAPE must be one of: {allowed}.", id="regard.E002")]


@register(Tags.security, deploy=True)
def receipt_keys(**_: Any) -> list[CheckMessage]:
    """Require a private Ed25519 key in front: without it no choice could be given a receipt."""
    try:
        keys = KeySet.import_key_set(settings.RECEIPT_KEYS).keys
    except (JoseError, KeyError, TypeError, ValueError):
        keys = []
    if keys and keys[0].is_private and keys[0].as_dict().get("crv") == "Ed25519" and keys[0].kid:
        return []
    return [
        Error(
            "RECEIPT_KEYS must be a JSON Web Key Set that starts with a private Ed25519 key.",
            hint="docs/operations.md shows how to make one.",
            id="regard.E003",
        )
    ]


@register()
def purpose_notice(**_: Any) -> list[CheckMessage]:
    """Require a notice that the database accepts: two weeks are the least (migration 0009)."""
    if settings.PURPOSE_NOTICE_DAYS >= LEAST_NOTICE:
        return []
    return [Error(f"PURPOSE_NOTICE_DAYS must be {LEAST_NOTICE} at least.", id="regard.E009")]


@register()
def worker_patience(**_: Any) -> list[CheckMessage]:
    """Require the worker to wait for a job longer than the job may take."""
    if settings.Q_CLUSTER["retry"] > settings.Q_CLUSTER["timeout"]:
        return []
    return [
        Error(
            "Q_CLUSTER: retry must be longer than timeout, or running jobs are handed out twice.",
            id="regard.E004",
        )
    ]


@register(Tags.security, deploy=True)
def embedded_database(**_: Any) -> list[CheckMessage]:
    """Refuse the demo's own PostgreSQL, which nobody backs up, outside the demo."""
    if settings.DEMO or not settings.EMBEDDED_DATABASE:
        return []
    return [Error("DATABASE_URL is not set.", id="regard.E005")]


@register(Tags.security, deploy=True)
def demo_in_production(**_: Any) -> list[CheckMessage]:
    """Refuse the demo's open doors where ``check --deploy`` is asked for."""
    if not settings.DEMO:
        return []
    return [Error("REGARD_DEMO is on: passwords and mails would be public.", id="regard.E006")]


@register(Tags.database)
def append_only_tables(databases: Sequence[str] | None = None, **_: Any) -> Iterable[CheckMessage]:
    """Require the triggers that make the ledgers append-only (invariant 1)."""
    for alias in databases or []:
        for table in unguarded(alias):
            yield Error(
                f"{table} has lost the trigger that makes it append-only.",
                hint="Restore it from the migration that made it, and find out who removed it.",
                id="regard.E007",
            )


@register(Tags.database)
def lawful_versions(databases: Sequence[str] | None = None, **_: Any) -> Iterable[CheckMessage]:
    """Require the triggers that make an unlawful version of a purpose impossible (invariant 4)."""
    for alias in databases or []:
        with connections[alias].cursor() as cursor:
            cursor.execute(
                """
                SELECT name FROM (VALUES
                    ('consents_purposeversion', 'consents_purposeversion_lawful'),
                    ('consents_purpose', 'consents_purpose_stays'),
                    ('consents_purposestop', 'consents_purposestop_early')
                ) AS wanted (on_table, name)
                WHERE to_regclass(on_table) IS NOT NULL AND EXISTS (
                    SELECT FROM pg_attribute WHERE attrelid = to_regclass('consents_purposeversion')
                        AND attname = 'notice_days'  -- the migration that makes them has run
                ) AND NOT EXISTS (
                    SELECT FROM pg_trigger WHERE tgrelid = to_regclass(on_table)
                        AND tgname = name AND tgenabled IN ('O', 'A')
                )
                """
            )
            for (name,) in cursor.fetchall():
                yield Error(
                    f"The trigger {name} is lost: unlawful purposes are possible.",
                    hint="Restore it from the migration that made it.",
                    id="regard.E010",
                )


@register(Tags.database)
def ai_training_as_published(
    databases: Sequence[str] | None = None, **_: Any
) -> Iterable[CheckMessage]:
    """Require that the setting says what was published: changing it later changes nothing.

    Another legal shape is another purpose that people are told of, not an edit of the environment.
    """
    if "default" not in (databases or ()):
        return []
    with connections["default"].cursor() as cursor:
        if "consents_purpose" not in connections["default"].introspection.table_names(cursor):
            return []
        cursor.execute("SELECT control FROM consents_purpose WHERE is_ai_training")
        published = cursor.fetchone()
    if published is None or published[0] == settings.AI_TRAINING_SHAPE:
        return []
    return [
        Error(
            f"AI_TRAINING_SHAPE is {settings.AI_TRAINING_SHAPE!r}, but {published[0]!r} is what"
            " was published and what the gate obeys.",
            id="regard.E008",
        )
    ]


def unguarded(alias: str) -> list[str]:
    """Return the append-only tables that exist but accept changes."""
    MigrationLoader(None)  # imports the migrations, which name the tables
    with connections[alias].cursor() as cursor:
        cursor.execute(
            """
            SELECT name FROM unnest(%s::text[]) AS name
            WHERE to_regclass(name) IS NOT NULL AND 2 > (
                SELECT count(*) FROM pg_trigger
                WHERE tgrelid = to_regclass(name) AND tgenabled IN ('O', 'A')
                  AND tgname IN (name || '_append_only', name || '_no_truncate'))
            """,
            [sorted(append_only.TABLES)],
        )
        return [name for (name,) in cursor.fetchall()]
