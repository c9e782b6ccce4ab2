"""Choices by time need one index, which reads both ways: ``choice_newest`` stays."""

from django.contrib.postgres.operations import RemoveIndexConcurrently
from django.db import migrations


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("consents", "0024_retention")]

    operations = [RemoveIndexConcurrently(model_name="choiceevent", name="choice_by_day")]
