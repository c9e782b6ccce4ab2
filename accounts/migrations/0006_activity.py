"""Indexes for the activity of staff, and three kinds of looks at it."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("accounts", "0005_changes")]

    operations = [
        migrations.AlterField(
            model_name="accessevent",
            name="kind",
            field=models.CharField(
                choices=[
                    ("request_viewed", "opened your request"),
                    ("request_acted", "worked on your request"),
                    ("identity_revealed", "made your name and address visible"),
                    ("person_viewed", "opened your file"),
                    ("document_viewed", "opened the details of a document"),
                    ("choice_refused", "recorded a refusal you asked for"),
                    ("events_viewed", "looked up who did what with your file"),
                    ("events_exported", "exported who did what with your file"),
                    ("activity_viewed", "looked up what you did as our staff"),
                ],
                max_length=20,
            ),
        ),
        migrations.AddIndex(
            model_name="accessevent",
            index=models.Index(
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="access_newest",
            ),
        ),
        migrations.AddIndex(
            model_name="accessevent",
            index=models.Index(
                models.F("by"),
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="access_of_staff",
            ),
        ),
        migrations.AddIndex(
            model_name="accessevent",
            index=models.Index(
                models.F("kind"),
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="access_of_kind",
            ),
        ),
        migrations.AddIndex(
            model_name="accessevent",
            index=models.Index(
                models.F("reference"),
                models.OrderBy(models.F("id"), descending=True),
                name="access_of_reference",
            ),
        ),
        migrations.AddIndex(
            model_name="changeevent",
            index=models.Index(
                models.OrderBy(models.F("at"), descending=True),
                models.OrderBy(models.F("id"), descending=True),
                name="change_event_newest",
            ),
        ),
    ]
