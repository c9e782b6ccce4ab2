"""Jobs of no single app."""

from django.utils import timezone
from django.utils.module_loading import import_string

from consents.actions import register
from portal.lib.models import Heartbeat


def beat() -> None:
    """Write down that the worker has just done a job: the whole way from queue to row works."""
    Heartbeat.objects.update_or_create(name=Heartbeat.WORKER, defaults={"at": timezone.now()})


def erase(name: str) -> None:
    """Run a periodic task that erases, and write down when it ran and how much it erased: what the
    register of processing shows as evidence that a period is carried out (art. 5(2) GDPR)."""
    from portal.schedules import PERIODIC

    path = next(task.path for task in PERIODIC if task.name == name)
    began_at, failed, outcome = timezone.now(), True, None
    try:
        outcome = import_string(path)()
        failed = False
    finally:
        register.note_run(name, began_at=began_at, outcome=outcome, failed=failed)
