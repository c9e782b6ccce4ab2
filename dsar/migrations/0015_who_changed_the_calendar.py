"""Who changed the calendar: its days are versions that two people stand for (ADR 32)."""

from typing import Any

from django.db import migrations


def _keep_the_days(apps: Any, schema_editor: Any) -> None:
    """Make each corrected day the first version of its own key."""
    versions = apps.get_model("kernel", "OfficeVersion").objects
    for day in apps.get_model("dsar", "HolidayOverride").objects.order_by("country", "day"):
        versions.create(
            key=f"calendar:{day.country}-{day.day.isoformat()}",
            number=1,
            value={"is_closed": day.is_closed, "name": day.name},
        )


class Migration(migrations.Migration):
    dependencies = [("dsar", "0014_kinds"), ("kernel", "0006_settings")]

    operations = [
        migrations.RunPython(_keep_the_days, migrations.RunPython.noop, elidable=True),
    ]
