"""``manage.py report_backup``: the last line of whatever makes the backup, once it is whole."""

from typing import Any

from django.core.management.base import BaseCommand
from django.utils import timezone

from portal.lib.models import Heartbeat


class Command(BaseCommand):
    """Writes down when a backup was made; an alarm tells when there is none for too long."""

    help = "Write down that a backup has just been made and is whole."

    def handle(self, *args: Any, **options: Any) -> None:
        """Write the time."""
        Heartbeat.objects.update_or_create(name=Heartbeat.BACKUP, defaults={"at": timezone.now()})
