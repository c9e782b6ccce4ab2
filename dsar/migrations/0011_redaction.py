import django.db.models.deletion
import django.utils.timezone
from django.conf import settings
from django.db import migrations, models
from django.db.models import F, Q


class Migration(migrations.Migration):
    dependencies = [
        ("dsar", "0010_sql_sources"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="step",
            name="volume",
            field=models.PositiveBigIntegerField(default=0),
        ),
        migrations.AlterField(
            model_name="step",
            name="kind",
            field=models.CharField(
                choices=[
                    ("collect", "search and copy"),
                    ("screen", "look for data of others"),
                    ("package", "make the copy"),
                    ("plan", "plan"),
                    ("erase", "erase"),
                    ("prove", "search again"),
                    ("certificate", "write the certificate"),
                ],
                max_length=12,
            ),
        ),
        migrations.CreateModel(
            name="Redaction",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("kind", models.CharField(choices=[("email", "e-mail address"), ("phone", "telephone number"), ("iban", "bank account"), ("name", "name of another party"), ("marked", "marked by hand"), ("picture", "page without text"), ("file", "file that cannot be searched")], max_length=8)),
                ("file", models.PositiveIntegerField(blank=True, null=True)),
                ("page", models.PositiveIntegerField(blank=True, null=True)),
                ("boxes", models.JSONField(blank=True, default=list)),
                ("table", models.CharField(blank=True, max_length=60)),
                ("row", models.PositiveIntegerField(blank=True, null=True)),
                ("field", models.CharField(blank=True, max_length=60)),
                ("start", models.PositiveIntegerField(blank=True, null=True)),
                ("end", models.PositiveIntegerField(blank=True, null=True)),
                ("verdict", models.CharField(blank=True, choices=[("", "to be decided"), ("accepted", "blacked out"), ("rejected", "left as it is")], max_length=8)),
                ("reason", models.CharField(blank=True, choices=[("others", "it is somebody else’s data (art. 15(4) GDPR)"), ("secret", "it is a business secret (art. 15(4), recital 63 GDPR)"), ("known", "the person knows it already"), ("own", "it is about the person themselves"), ("needed", "the data cannot be understood without it (CJEU C-487/21)"), ("nobody", "it is about nobody")], max_length=8)),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("found_at", models.DateTimeField(default=django.utils.timezone.now)),
                ("by", models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL)),
                ("request", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="redactions", to="dsar.subjectrequest")),
                ("step", models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="redactions", to="dsar.step")),
            ],
            options={
                "ordering": ["step", "file", "page", "table", "row", "field", "start", "id"],
                "indexes": [models.Index(condition=Q(verdict=""), fields=["request"], name="redaction_open")],
                "constraints": [
                    models.CheckConstraint(
                        condition=Q(file__isnull=False, table="", row=None)
                        | Q(file=None, page=None, row__isnull=False, end__gt=F("start")) & ~Q(table=""),
                        name="redaction_in_a_file_or_in_a_text",
                    ),
                    models.CheckConstraint(
                        condition=Q(verdict="", reason="", by=None, decided_at=None)
                        | ~Q(verdict="") & ~Q(reason="") & Q(by__isnull=False, decided_at__isnull=False),
                        name="redaction_decided_whole",
                    ),
                ],
            },
        ),
    ]
