"""A question that was asked late, or under a law without pauses, does not stop the clock."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("dsar", "0007_ways_in")]

    operations = [
        migrations.AddField("pause", "stops_clock", models.BooleanField(default=True)),
    ]
