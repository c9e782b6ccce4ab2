import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models

from dsar.models.timeline import RequestEvent

TEXTS = (
    ("note", "note_words", "text"),
    ("message", "message_words", "text"),
    ("subjectrequest", "dsar_words", "about"),
)


def _words(column: str) -> django.contrib.postgres.search.SearchVector:
    return django.contrib.postgres.search.SearchVector(column, config="simple")


class Migration(migrations.Migration):
    dependencies = [
        ("dsar", "0012_erasure_deepened"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Note",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("at", models.DateTimeField(default=django.utils.timezone.now)),
                ("text", models.TextField(blank=True, max_length=4000)),
                ("erased_at", models.DateTimeField(blank=True, null=True)),
                (
                    "by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "request",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="notes",
                        to="dsar.subjectrequest",
                    ),
                ),
            ],
            options={
                "ordering": ["-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            models.Q(("erased_at", None), models.Q(("text", ""), _negated=True)),
                            models.Q(("erased_at__isnull", False), ("text", "")),
                            _connector="OR",
                        ),
                        name="note_empty_iff_erased",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="SavedFilter",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=60)),
                ("query", models.JSONField(default=dict)),
                ("is_shared", models.BooleanField(default=False)),
                (
                    "owner",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="saved_filters",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["name", "id"],
                "constraints": [
                    models.UniqueConstraint(fields=("owner", "name"), name="saved_filter_once"),
                    models.CheckConstraint(
                        condition=models.Q(("name", ""), _negated=True), name="saved_filter_named"
                    ),
                ],
            },
        ),
        migrations.AlterField(
            model_name="requestevent",
            name="code",
            field=models.CharField(choices=RequestEvent.Code.choices, max_length=20),
        ),
        # What is erased is emptied in its table, and leaves these indexes by itself.
        *[
            migrations.AddIndex(
                model_name=model,
                index=django.contrib.postgres.indexes.GinIndex(_words(column), name=name),
            )
            for model, name, column in TEXTS
        ],
    ]
