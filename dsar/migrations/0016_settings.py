"""Letters and figures that change without a deploy."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [('dsar', '0015_who_changed_the_calendar')]

    operations = []
