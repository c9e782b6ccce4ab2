"""Figures per day that are kept, and what touches them; backups and drills that were recorded.

The triggers only write down which day is to be counted anew: one row a change, no lock that two
changes could wait for, and no counting in the transaction of whoever chooses or reports.
"""

import django.db.models.deletion
import django.utils.timezone
from django.db import migrations, models

from portal.lib.append_only import forbid_changes

# Of requests any row may change, and with it the figures of its old day and of its new one.
REQUESTS = """
CREATE FUNCTION portal_touch_requests() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'INSERT' THEN
        INSERT INTO portal_touched (what, day) VALUES ('requests', NEW.received_on);
    ELSIF (NEW.received_on, NEW.kind, NEW.channel, NEW.regime)
        IS DISTINCT FROM (OLD.received_on, OLD.kind, OLD.channel, OLD.regime) THEN
        INSERT INTO portal_touched (what, day)
        SELECT DISTINCT 'requests', d FROM unnest(ARRAY[OLD.received_on, NEW.received_on]) d;
    END IF;
    IF TG_OP = 'UPDATE' AND OLD.closed_at IS NOT NULL THEN
        INSERT INTO portal_touched (what, at) VALUES ('requests', OLD.closed_at);
    END IF;
    IF NEW.closed_at IS NOT NULL
        AND (TG_OP = 'INSERT' OR NEW.closed_at IS DISTINCT FROM OLD.closed_at) THEN
        INSERT INTO portal_touched (what, at) VALUES ('requests', NEW.closed_at);
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER portal_touch_new_request AFTER INSERT ON dsar_subjectrequest
    FOR EACH ROW EXECUTE FUNCTION portal_touch_requests();
CREATE TRIGGER portal_touch_request AFTER UPDATE ON dsar_subjectrequest
    FOR EACH ROW WHEN (
        (NEW.received_on, NEW.kind, NEW.channel, NEW.regime, NEW.closed_at, NEW.status,
         NEW.outcome, NEW.due_on)
        IS DISTINCT FROM
        (OLD.received_on, OLD.kind, OLD.channel, OLD.regime, OLD.closed_at, OLD.status,
         OLD.outcome, OLD.due_on)
    ) EXECUTE FUNCTION portal_touch_requests();
"""
NO_REQUESTS = """
DROP TRIGGER portal_touch_request ON dsar_subjectrequest;
DROP TRIGGER portal_touch_new_request ON dsar_subjectrequest;
DROP FUNCTION portal_touch_requests();
"""
# Choices and uses only come in addition, many in one statement: one row for each quarter of an
# hour, for the days of every zone begin on one.
LEDGERS = {"choices": "consents_choiceevent", "uses": "consents_use"}


def touch(what: str, table: str) -> migrations.RunSQL:
    """Return the trigger of a table that only grows."""
    return migrations.RunSQL(
        f"""
        CREATE FUNCTION portal_touch_{what}() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            INSERT INTO portal_touched (what, at)
            SELECT DISTINCT '{what}', date_bin('15 minutes', at, timestamptz '2000-01-01 00:00Z')
            FROM written;
            RETURN NULL;
        END $$;
        CREATE TRIGGER portal_touch_{what} AFTER INSERT ON {table}
            REFERENCING NEW TABLE AS written
            FOR EACH STATEMENT EXECUTE FUNCTION portal_touch_{what}();
        """,
        f"DROP TRIGGER portal_touch_{what} ON {table}; DROP FUNCTION portal_touch_{what}();",
    )


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("accounts", "0005_changes"),
        ("consents", "0021_dashboard_indexes"),
        ("dsar", "0017_dashboard_indexes"),
        ("kernel", "0001_append_only"),
    ]

    operations = [
        migrations.CreateModel(
            name="RollupState",
            fields=[
                ("name", models.CharField(max_length=8, primary_key=True, serialize=False)),
                ("counted_at", models.DateTimeField()),
                ("zone", models.CharField(max_length=64)),
                ("milliseconds", models.PositiveIntegerField()),
                ("left", models.PositiveIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name="CareRecord",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("backup", "backup made"), ("drill", "restore tried")],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("succeeded", models.BooleanField()),
                ("label", models.CharField(blank=True, max_length=120)),
                ("bytes", models.PositiveBigIntegerField(null=True)),
                ("volumes", models.PositiveIntegerField(default=0)),
                ("replayed", models.BooleanField(default=False)),
            ],
            options={
                "indexes": [
                    models.Index(
                        models.F("kind"),
                        models.OrderBy(models.F("at"), descending=True),
                        name="care_newest",
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("replayed", False), ("kind", "drill"), _connector="OR"),
                        name="care_replayed_after_a_drill",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="GateTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("allowed", models.BooleanField()),
                ("reason", models.CharField(max_length=40)),
                ("number", models.PositiveBigIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "allowed", "reason"), name="gate_tally_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="RequestTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                (
                    "measure",
                    models.CharField(
                        choices=[
                            ("kind", "received, by kind"),
                            ("channel", "received, by channel"),
                            ("end", "closed, by how"),
                            ("took", "answered or refused, by days since receipt"),
                            ("late", "answered or refused after the legal day"),
                        ],
                        max_length=8,
                    ),
                ),
                ("regime", models.CharField(max_length=8)),
                ("value", models.CharField(blank=True, max_length=20)),
                ("number", models.PositiveIntegerField()),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("measure", "day", "regime", "value"), name="request_tally_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Touched",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("what", models.CharField(max_length=8)),
                ("day", models.DateField(null=True)),
                ("at", models.DateTimeField(null=True)),
            ],
            options={
                "verbose_name_plural": "touched days",
                "indexes": [models.Index(fields=["what"], name="touched_of_one")],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("at__isnull", False), ("day", None)),
                            models.Q(("at", None), ("day__isnull", False)),
                            _connector="OR",
                        ),
                        name="touched_day_or_instant",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ChoiceTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("act", models.CharField(max_length=20)),
                ("source", models.CharField(max_length=8)),
                ("number", models.PositiveIntegerField()),
                (
                    "purpose",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="consents.purpose",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("day", "purpose", "act", "source"), name="choice_tally_once"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="UseTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("number", models.PositiveBigIntegerField()),
                (
                    "purpose",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="consents.purpose",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "purpose"), name="use_tally_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="StandingTally",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("day", models.DateField()),
                ("refused", models.PositiveIntegerField()),
                ("allowed", models.PositiveIntegerField()),
                ("separately", models.PositiveIntegerField()),
                (
                    "purpose",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="+",
                        to="consents.purpose",
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(fields=("day", "purpose"), name="standing_tally_once")
                ],
            },
        ),
        migrations.RunSQL(REQUESTS, NO_REQUESTS),
        *(touch(what, table) for what, table in LEDGERS.items()),
        forbid_changes("portal_carerecord"),
    ]
