"""The corrected days are among the settings now: their old table goes."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("dsar", "0015_who_changed_the_calendar")]

    operations = [migrations.DeleteModel(name="HolidayOverride")]
