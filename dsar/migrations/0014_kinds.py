"""What some kinds of request leave behind: a use that is paused, a statement beside a content."""

import uuid
from typing import Any

import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

GROUNDS = [
    ("accuracy", "I say that it is not correct (art. 18(1)(a) GDPR)"),
    ("unlawful", "Its use is unlawful, and I want it kept (art. 18(1)(b) GDPR)"),
    ("claims", "I need it for a legal claim of mine (art. 18(1)(c) GDPR)"),
    ("objection", "I object, and it is not decided yet (art. 18(1)(d) GDPR)"),
]


def _key() -> "models.BigAutoField[Any, Any]":
    return models.BigAutoField(
        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
    )


class Migration(migrations.Migration):
    dependencies = [
        ("consents", "0016_objections"),
        ("dsar", "0013_workbench"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Restriction",
            fields=[
                ("id", _key()),
                ("ground", models.CharField(choices=GROUNDS, max_length=10)),
                ("was_paused", models.BooleanField(default=False)),
                ("since", models.DateTimeField(default=django.utils.timezone.now)),
                ("lift_on", models.DateField(blank=True, null=True)),
                ("lift_reason", models.TextField(blank=True, max_length=2000)),
                ("told_at", models.DateTimeField(blank=True, null=True)),
                ("lifted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restrictions",
                        to="consents.document",
                    ),
                ),
                (
                    "purpose",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restrictions",
                        to="consents.purpose",
                    ),
                ),
                (
                    "lift_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="restrictions",
                        to="dsar.subjectrequest",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(
                        condition=models.Q(("lifted_at", None)),
                        fields=["document"],
                        name="restriction_standing",
                    )
                ],
                "constraints": [
                    models.UniqueConstraint(
                        condition=models.Q(("lifted_at", None)),
                        fields=("request", "document", "purpose"),
                        name="restriction_once",
                        nulls_distinct=False,
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("document", None), ("purpose", None), _connector="OR"),
                        name="restriction_of_one_thing",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("lifted_at", None),
                            models.Q(
                                ("lift_on__isnull", False),
                                ("told_at__isnull", False),
                                ("told_at__lte", models.F("lifted_at")),
                            ),
                            _connector="OR",
                        ),
                        name="restriction_told_before_lifting",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Statement",
            fields=[
                ("id", _key()),
                ("uid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("text", models.TextField(blank=True, max_length=2000)),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="consents.document",
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="statements",
                        to="dsar.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("erased_at", None), models.Q(("text", ""), _negated=True)),
                            models.Q(("erased_at__isnull", False), ("text", "")),
                            _connector="OR",
                        ),
                        name="statement_empty_iff_erased",
                    ),
                    models.UniqueConstraint(fields=("request", "document"), name="statement_once"),
                ],
            },
        ),
    ]
