"""Jobs of no single app."""

from django.utils import timezone

from portal.lib.models import Heartbeat


def beat() -> None:
    """Write down that the worker has just done a job: the whole way from queue to row works."""
    Heartbeat.objects.update_or_create(name=Heartbeat.WORKER, defaults={"at": timezone.now()})
