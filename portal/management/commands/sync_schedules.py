"""``manage.py sync_schedules``: after every deployment, before the worker starts."""

from typing import Any

from django.core.management.base import BaseCommand
from django.db import transaction

from portal import schedules
from portal.lib.tasks import enqueue


class Command(BaseCommand):
    """Make the scheduler's rows equal to portal/schedules.py."""

    help = "Make the scheduler's rows equal to portal/schedules.py."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the rows and ask the worker for a sign of life."""
        with transaction.atomic():
            kept, removed = schedules.sync()
            # The scheduler first looks after half a minute; health should be known before.
            enqueue("portal.tasks.beat")
        self.stdout.write(f"{kept} periodic tasks, {removed} obsolete removed.")
