import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

KINDS = [
    ("access", "copy of my data"),
    ("portability", "take my data elsewhere"),
    ("erasure", "erase my data"),
    ("rectification", "correct my data"),
    ("restriction", "pause the use of my data"),
    ("objection", "object to a use"),
    ("human_review", "have a decision looked at by a person"),
    ("appeal", "contest an answer"),
]


class Migration(migrations.Migration):
    dependencies = [
        ("dsar", "0006_request_engine"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="AskCode",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("asker", models.CharField(max_length=64)),
                ("code_hash", models.CharField(max_length=64)),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("used_at", models.DateTimeField(blank=True, null=True)),
            ],
            options={"indexes": [models.Index(fields=["asker", "-sent_at"], name="ask_code_newest")]},
        ),
        migrations.CreateModel(
            name="Confirmation",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("token_hash", models.CharField(max_length=64, unique=True)),
                ("sent_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("expires_at", models.DateTimeField()),
                ("used_at", models.DateTimeField(blank=True, null=True)),
                ("is_reminder", models.BooleanField(default=False)),
                ("request", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="confirmations", to="dsar.subjectrequest")),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("expires_at__gt", models.F("sent_at"))), name="confirmation_ends_after_it_begins")]},
        ),
        migrations.CreateModel(
            name="Mandate",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("agent_name", models.CharField(blank=True, max_length=200)),
                ("agent_email", models.EmailField(blank=True, max_length=254)),
                ("proof", models.CharField(choices=[("power", "a power of attorney"), ("permission", "a signed permission"), ("none", "nothing yet: the person is asked by a link")], default="none", max_length=10)),
                ("answer_to_agent", models.BooleanField(default=False)),
                ("request", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="mandate", to="dsar.subjectrequest")),
            ],
            options={"constraints": [models.CheckConstraint(condition=models.Q(("answer_to_agent", False), models.Q(("proof", "none"), _negated=True), _connector="OR"), name="mandate_answer_needs_proof")]},
        ),
        migrations.CreateModel(
            name="Draft",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=KINDS, max_length=20)),
                ("data", models.JSONField(default=dict)),
                ("saved_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("person", models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name="drafts", to=settings.AUTH_USER_MODEL)),
            ],
            options={
                "indexes": [models.Index(fields=["saved_at"], name="draft_by_age")],
                "constraints": [models.UniqueConstraint(fields=("person", "kind"), name="draft_one_per_kind")],
            },
        ),
        migrations.CreateModel(
            name="Filing",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("client", models.CharField(max_length=100)),
                ("key", models.CharField(blank=True, max_length=200)),
                ("body_sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("request", models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name="filing", to="dsar.subjectrequest")),
            ],
            options={"constraints": [models.UniqueConstraint(condition=models.Q(("key", ""), _negated=True), fields=("client", "key"), name="filing_once_per_key")]},
        ),
    ]
