"""When each source last answered is one step of an index. The table of steps is large."""

from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("dsar", "0018_log_indexes")]

    operations = [
        AddIndexConcurrently(
            model_name="step",
            index=models.Index(
                condition=models.Q(("finished_at__isnull", False)),
                fields=["source", "outcome", "-finished_at"],
                name="step_newest_of_source",
            ),
        ),
    ]
