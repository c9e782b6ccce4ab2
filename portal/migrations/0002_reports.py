"""Reports, with their parameters and hash, and what the public page shows."""

import uuid

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.migrations.operations import RunSQL

# A report that is done is evidence: nobody changes it, and it goes when its time is over. A file of
# one is written once. (TRUNCATE is a test's; it fires no trigger of a row.)
FIXED = RunSQL(
    sql="""
    CREATE FUNCTION report_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF OLD.state = 'done' AND (TG_OP = 'UPDATE' OR OLD.keep_until > CURRENT_DATE) THEN
            RAISE EXCEPTION 'report % is done: % refused', OLD.id, TG_OP
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
        RETURN NEW;
    END $$;
    CREATE TRIGGER portal_report_fixed BEFORE UPDATE OR DELETE ON portal_report
        FOR EACH ROW EXECUTE FUNCTION report_is_fixed();
    CREATE FUNCTION report_file_is_fixed() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        IF TG_OP = 'UPDATE' OR EXISTS (SELECT FROM portal_report r
            WHERE r.id = OLD.report_id AND r.state = 'done' AND r.keep_until > CURRENT_DATE)
        THEN
            RAISE EXCEPTION 'a file of report % is written once: % refused', OLD.report_id, TG_OP
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
        RETURN OLD;
    END $$;
    CREATE TRIGGER portal_reportfile_fixed BEFORE UPDATE OR DELETE ON portal_reportfile
        FOR EACH ROW EXECUTE FUNCTION report_file_is_fixed();
    """,
    reverse_sql="""
    DROP TRIGGER IF EXISTS portal_reportfile_fixed ON portal_reportfile;
    DROP TRIGGER IF EXISTS portal_report_fixed ON portal_report;
    DROP FUNCTION IF EXISTS report_file_is_fixed();
    DROP FUNCTION IF EXISTS report_is_fixed();
    """,
)


class Migration(migrations.Migration):
    dependencies = [
        ("portal", "0001_rollups"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="PublicYear",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("year", models.PositiveSmallIntegerField(unique=True)),
                ("until", models.DateField()),
                ("counted_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("is_final", models.BooleanField(default=False)),
                ("figures", models.JSONField()),
            ],
            options={
                "ordering": ["-year"],
            },
        ),
        migrations.CreateModel(
            name="Report",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("monthly", "monthly report"),
                            ("yearly", "yearly report"),
                            ("range", "report on a period of your choice"),
                            ("ccpa", "CCPA metrics of a year (§ 7102)"),
                        ],
                        max_length=8,
                    ),
                ),
                ("first", models.DateField()),
                ("last", models.DateField()),
                (
                    "scope",
                    models.CharField(
                        choices=[
                            ("all", "everybody"),
                            ("ccpa", "California"),
                            ("us", "all states of the United States"),
                        ],
                        default="all",
                        max_length=4,
                    ),
                ),
                ("language", models.CharField(max_length=8)),
                ("asked_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("keep_until", models.DateField()),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("queued", "waiting for the worker"),
                            ("running", "being built"),
                            ("done", "done"),
                            ("failed", "failed"),
                        ],
                        default="queued",
                        max_length=7,
                    ),
                ),
                ("queued_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("lease", models.UUIDField(blank=True, null=True)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("stage", models.PositiveSmallIntegerField(default=0)),
                (
                    "cause",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("storage", "The storage of files did not take a file."),
                            ("interrupted", "The worker stopped at every attempt."),
                            ("unexpected", "Something happened that nobody foresaw."),
                        ],
                        max_length=12,
                    ),
                ),
                ("counted_at", models.DateTimeField(blank=True, null=True)),
                ("is_provisional", models.BooleanField(default=False)),
                ("figures", models.JSONField(blank=True, null=True)),
                ("fingerprint", models.CharField(blank=True, max_length=64)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
                (
                    "asked_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports_i_asked_for",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ReportFile",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "format",
                    models.CharField(
                        choices=[
                            ("json", "JSON"),
                            ("csv", "CSV"),
                            ("xlsx", "XLSX"),
                            ("pdf", "PDF"),
                        ],
                        max_length=4,
                    ),
                ),
                ("stored", models.CharField(max_length=200)),
                ("size", models.PositiveBigIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("written_at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "report",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="files",
                        to="portal.report",
                    ),
                ),
            ],
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=["queued_at"],
                name="report_to_build",
            ),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["kind", "first", "last", "scope"], name="report_of_period"),
        ),
        migrations.AddIndex(
            model_name="report",
            index=models.Index(fields=["keep_until"], name="report_kept_until"),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("last__gte", models.F("first"))),
                name="report_first_before_last",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(("kind", "ccpa"), ("scope", "all"), _connector="OR"),
                name="report_scope_of_ccpa_alone",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("lease__isnull", False),
                        ("leased_until__isnull", False),
                        ("state", "running"),
                    ),
                    models.Q(
                        models.Q(("state", "running"), _negated=True),
                        ("lease", None),
                        ("leased_until", None),
                    ),
                    _connector="OR",
                ),
                name="report_running_iff_leased",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("figures__isnull", False),
                        ("finished_at__isnull", False),
                        ("state", "done"),
                        models.Q(("fingerprint", ""), _negated=True),
                    ),
                    models.Q(models.Q(("state", "done"), _negated=True), ("finished_at", None)),
                    _connector="OR",
                ),
                name="report_done_has_figures",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "failed"), models.Q(("cause", ""), _negated=True)),
                    models.Q(models.Q(("state", "failed"), _negated=True), ("cause", "")),
                    _connector="OR",
                ),
                name="report_failed_names_cause",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("asked_by", None)),
                fields=("kind", "first", "last", "scope", "language"),
                name="report_by_schedule_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="report",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state__in", ["queued", "running"])),
                fields=("kind", "first", "last", "scope", "language"),
                name="report_one_in_the_making",
            ),
        ),
        migrations.AddConstraint(
            model_name="reportfile",
            constraint=models.UniqueConstraint(
                fields=("report", "format"), name="report_file_once"
            ),
        ),
        FIXED,
    ]
