"""The control room: propagation, signers' links, announcements, the feed, runs, canaries."""

import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid
from django.conf import settings
from django.db import migrations, models

from portal.lib.append_only import forbid_changes


# The id of the transaction that writes: readers of the feed leave out those that are not over.
TRANSACTION = """
CREATE FUNCTION regard_transaction() RETURNS bigint LANGUAGE sql STABLE AS
$$ SELECT pg_current_xact_id()::text::bigint $$
"""


class Migration(migrations.Migration):
    dependencies = [
        ("accounts", "0004_erased_addresses_are_known_again"),
        ("consents", "0006_minors_stay_minors"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.RunSQL(TRANSACTION, "DROP FUNCTION regard_transaction()"),
        migrations.CreateModel(
            name="Announcement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("sent_at", models.DateTimeField(blank=True, null=True)),
                ("failed_at", models.DateTimeField(blank=True, null=True)),
                ("read_at", models.DateTimeField(blank=True, null=True)),
                (
                    "read_by",
                    models.CharField(
                        blank=True,
                        choices=[("mail", "by the link in the mail"), ("portal", "in the portal")],
                        max_length=6,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Announcing",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("started_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("found", models.PositiveBigIntegerField(default=0)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("finished_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="BulkAnswer",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("client", models.CharField(max_length=100)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("query", "query"),
                            ("snapshot", "snapshot"),
                            ("manifest", "manifest"),
                        ],
                        max_length=8,
                    ),
                ),
                ("asked", models.PositiveBigIntegerField()),
                ("allowed", models.PositiveBigIntegerField()),
                ("state", models.CharField(max_length=64)),
            ],
        ),
        migrations.CreateModel(
            name="Canary",
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
                        choices=[
                            ("refused", "refused by its only party"),
                            ("special", "holds specially protected data"),
                            ("minor", "signed by a minor"),
                        ],
                        max_length=8,
                        unique=True,
                    ),
                ),
                ("planted_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                "verbose_name_plural": "canaries",
            },
        ),
        migrations.CreateModel(
            name="CanaryCheck",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("held", "every refusal held"),
                            ("leaked", "a document that must never be used was allowed or used"),
                            ("unreachable", "the gate could not be asked"),
                        ],
                        max_length=11,
                    ),
                ),
                ("asked", models.PositiveSmallIntegerField(default=0)),
                ("allowed", models.PositiveSmallIntegerField(default=0)),
                ("manifests", models.PositiveIntegerField(default=0)),
                ("found", models.PositiveIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=60)),
            ],
        ),
        migrations.CreateModel(
            name="DocumentLink",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="LinkCode",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code_hash", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="ManifestLine",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("excluded", models.CharField(blank=True, max_length=40)),
                ("checked_at", models.DateTimeField(default=django.utils.timezone.now)),
            ],
        ),
        migrations.CreateModel(
            name="PermitChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                (
                    "transaction",
                    models.BigIntegerField(
                        db_default=models.Func(function="regard_transaction"),
                        editable=False,
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Propagation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("waiting", "on its way"),
                            ("received", "received, not applied yet"),
                            ("applied", "applied"),
                            ("dead", "given up, support looks after it"),
                        ],
                        default="waiting",
                        max_length=8,
                    ),
                ),
                ("created_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expected_by", models.DateTimeField()),
                ("due_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("leased_until", models.DateTimeField(blank=True, null=True)),
                ("lease", models.UUIDField(blank=True, null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("error", models.CharField(blank=True, max_length=60)),
                ("received_at", models.DateTimeField(blank=True, null=True)),
                ("applied_at", models.DateTimeField(blank=True, null=True)),
                ("resent_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.RemoveConstraint(
            model_name="choiceevent",
            name="choice_on_by_oneself_only",
        ),
        migrations.RemoveConstraint(
            model_name="choiceevent",
            name="choice_policy_is_an_organisations",
        ),
        migrations.AddField(
            model_name="choiceevent",
            name="batch",
            field=models.UUIDField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="choiceevent",
            name="undoes",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="consents.choiceevent",
            ),
        ),
        migrations.AddField(
            model_name="document",
            name="refused_at_upload",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="purpose",
            name="honours_gpc",
            field=models.BooleanField(default=False),
        ),
        migrations.AddField(
            model_name="system",
            name="closed_until",
            field=models.DateTimeField(blank=True, null=True),
        ),
        migrations.AddField(
            model_name="system",
            name="failures",
            field=models.PositiveIntegerField(default=0),
        ),
        migrations.AddField(
            model_name="system",
            name="obeys",
            field=models.ManyToManyField(blank=True, related_name="systems", to="consents.purpose"),
        ),
        migrations.AddField(
            model_name="system",
            name="promise",
            field=models.PositiveIntegerField(
                default=600,
                validators=[
                    django.core.validators.MinValueValidator(1),
                    django.core.validators.MaxValueValidator(2592000),
                ],
            ),
        ),
        migrations.AddField(
            model_name="system",
            name="webhook_secret",
            field=models.BinaryField(blank=True, default=bytes),
        ),
        migrations.AddField(
            model_name="system",
            name="webhook_url",
            field=models.URLField(blank=True, max_length=500),
        ),
        migrations.AddField(
            model_name="trainingrun",
            name="opened_by",
            field=models.CharField(blank=True, max_length=100),
        ),
        migrations.AlterField(
            model_name="choiceevent",
            name="act",
            field=models.CharField(
                choices=[
                    ("consent_given", "agreed"),
                    ("consent_refused", "refused"),
                    ("consent_withdrawn", "withdrew the agreement"),
                    ("objection_lodged", "objected"),
                    ("objection_withdrawn", "withdrew the objection"),
                    ("not_objected", "accepted it without objecting"),
                    ("follows_again", "removed the exception"),
                    ("policy_refused", "refused for the whole organisation"),
                    ("policy_lifted", "left it to each member"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="choiceevent",
            index=models.Index(
                condition=models.Q(("batch", None), _negated=True),
                fields=["batch"],
                name="choice_batch",
            ),
        ),
        migrations.AddIndex(
            model_name="choiceevent",
            index=models.Index(
                models.F("address"),
                models.OrderBy(models.F("id"), descending=True),
                name="choice_of_address",
            ),
        ),
        migrations.AddConstraint(
            model_name="choiceevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("act", "follows_again"), _negated=True),
                    ("document__isnull", False),
                    ("within__isnull", False),
                    _connector="OR",
                ),
                name="choice_follows_again_somewhere",
            ),
        ),
        migrations.AddConstraint(
            model_name="choiceevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "act__in",
                            [
                                "consent_given",
                                "follows_again",
                                "not_objected",
                                "objection_withdrawn",
                                "policy_lifted",
                            ],
                        ),
                        _negated=True,
                    ),
                    models.Q(
                        ("by", models.F("person")),
                        ("by__isnull", False),
                        ("person__isnull", False),
                        ("source", "portal"),
                    ),
                    models.Q(
                        ("act", "policy_lifted"),
                        ("by__isnull", False),
                        ("organisation__isnull", False),
                    ),
                    models.Q(
                        ("by__isnull", False),
                        ("organisation__isnull", False),
                        ("source", "contract"),
                    ),
                    _connector="OR",
                ),
                name="choice_on_by_oneself_only",
            ),
        ),
        migrations.AddConstraint(
            model_name="choiceevent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "act__in",
                            [
                                "consent_given",
                                "consent_refused",
                                "consent_withdrawn",
                                "follows_again",
                                "not_objected",
                                "objection_lodged",
                                "objection_withdrawn",
                            ],
                        ),
                        ("organisation", None),
                    ),
                    models.Q(
                        ("act__in", ["policy_lifted", "policy_refused"]),
                        ("document", None),
                        ("organisation__isnull", False),
                        ("within", None),
                    ),
                    models.Q(
                        ("act", "consent_given"),
                        ("organisation__isnull", False),
                        ("source", "contract"),
                    ),
                    _connector="OR",
                ),
                name="choice_policy_is_an_organisations",
            ),
        ),
        migrations.AddField(
            model_name="announcement",
            name="address",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.address",
            ),
        ),
        migrations.AddField(
            model_name="announcement",
            name="person",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="announcement",
            name="version",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="announcements",
                to="consents.purposeversion",
            ),
        ),
        migrations.AddField(
            model_name="announcing",
            name="version",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="announcing",
                to="consents.purposeversion",
            ),
        ),
        migrations.AddField(
            model_name="bulkanswer",
            name="purpose",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="consents.purpose",
            ),
        ),
        migrations.AddField(
            model_name="canary",
            name="document",
            field=models.OneToOneField(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="canary",
                to="consents.document",
            ),
        ),
        migrations.AddIndex(
            model_name="canarycheck",
            index=models.Index(fields=["-at"], name="canary_check_newest"),
        ),
        migrations.AddConstraint(
            model_name="canarycheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("outcome", "held"), _negated=True),
                    models.Q(("allowed", 0), ("found", 0), models.Q(("asked", 0), _negated=True)),
                    _connector="OR",
                ),
                name="canary_held_found_nothing",
            ),
        ),
        migrations.AddField(
            model_name="documentlink",
            name="address",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="document_links",
                to="accounts.address",
            ),
        ),
        migrations.AddField(
            model_name="documentlink",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="links",
                to="consents.document",
            ),
        ),
        migrations.AddField(
            model_name="linkcode",
            name="link",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="codes",
                to="consents.documentlink",
            ),
        ),
        migrations.AddField(
            model_name="manifestline",
            name="document",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="consents.document",
            ),
        ),
        migrations.AddField(
            model_name="manifestline",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="lines",
                to="consents.trainingrun",
            ),
        ),
        migrations.AddField(
            model_name="permitchange",
            name="address",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.address",
            ),
        ),
        migrations.AddField(
            model_name="permitchange",
            name="document",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="consents.document",
            ),
        ),
        migrations.AddField(
            model_name="permitchange",
            name="organisation",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="accounts.organisation",
            ),
        ),
        migrations.AddField(
            model_name="permitchange",
            name="person",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="permitchange",
            name="purpose",
            field=models.ForeignKey(
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="consents.purpose",
            ),
        ),
        migrations.AddField(
            model_name="propagation",
            name="event",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="propagations",
                to="consents.choiceevent",
            ),
        ),
        migrations.AddField(
            model_name="propagation",
            name="resent_by",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="propagation",
            name="system",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="propagations",
                to="consents.system",
            ),
        ),
        migrations.AddIndex(
            model_name="announcement",
            index=models.Index(fields=["person", "version"], name="announcement_of_person"),
        ),
        migrations.AddIndex(
            model_name="announcement",
            index=models.Index(fields=["address", "version"], name="announcement_of_address"),
        ),
        migrations.AddConstraint(
            model_name="announcement",
            constraint=models.UniqueConstraint(
                fields=("version", "person", "address"),
                name="announcement_once",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="announcement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("address__isnull", True), ("person__isnull", False)),
                    models.Q(("address__isnull", False), ("person__isnull", True)),
                    _connector="OR",
                ),
                name="announcement_to_one",
            ),
        ),
        migrations.AddConstraint(
            model_name="announcement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("read_at", None), ("read_by", "")),
                    models.Q(("read_at__isnull", False), models.Q(("read_by", ""), _negated=True)),
                    _connector="OR",
                ),
                name="announcement_read_somehow",
            ),
        ),
        migrations.AddIndex(
            model_name="announcing",
            index=models.Index(
                condition=models.Q(("finished_at", None)),
                fields=["started_at"],
                name="announcing_open",
            ),
        ),
        migrations.AddIndex(
            model_name="bulkanswer",
            index=models.Index(fields=["at"], name="bulk_answer_by_day"),
        ),
        migrations.AddIndex(
            model_name="documentlink",
            index=models.Index(fields=["document", "address"], name="link_of_party"),
        ),
        migrations.AddConstraint(
            model_name="documentlink",
            constraint=models.CheckConstraint(
                condition=models.Q(("expires_at__gt", models.F("created_at"))),
                name="link_ends_after_it_begins",
            ),
        ),
        migrations.AddIndex(
            model_name="linkcode",
            index=models.Index(fields=["link", "-sent_at"], name="code_of_link"),
        ),
        migrations.AddIndex(
            model_name="manifestline",
            index=models.Index(fields=["document"], name="manifest_line_of_document"),
        ),
        migrations.AddConstraint(
            model_name="manifestline",
            constraint=models.UniqueConstraint(
                fields=("run", "document"), name="manifest_line_once"
            ),
        ),
        migrations.AddIndex(
            model_name="permitchange",
            index=models.Index(fields=["transaction", "id"], name="permit_change_order"),
        ),
        migrations.AddIndex(
            model_name="propagation",
            index=models.Index(
                condition=models.Q(("status", "waiting")),
                fields=["system", "due_at", "id"],
                name="propagation_due",
            ),
        ),
        migrations.AddIndex(
            model_name="propagation",
            index=models.Index(
                condition=models.Q(("status__in", ["waiting", "received", "dead"])),
                fields=["-id"],
                name="propagation_open",
            ),
        ),
        migrations.AddConstraint(
            model_name="propagation",
            constraint=models.UniqueConstraint(fields=("event", "system"), name="propagation_once"),
        ),
        migrations.AddConstraint(
            model_name="propagation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("applied_at__isnull", False), ("status", "applied")),
                    models.Q(models.Q(("status", "applied"), _negated=True), ("applied_at", None)),
                    _connector="OR",
                ),
                name="propagation_applied_has_time",
            ),
        ),
        forbid_changes("consents_permitchange"),
        forbid_changes("consents_bulkanswer"),
        forbid_changes("consents_canarycheck"),
    ]
