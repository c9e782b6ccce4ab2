"""One way to queue a job."""

from django.db import connection
from django.utils import timezone
from django.utils.module_loading import import_string
from django_q.models import OrmQ
from django_q.tasks import async_task


def enqueue(path: str, *ids: int) -> None:
    """Queue the function at dotted ``path`` to run in the worker with row ids as arguments.

    Call it inside ``transaction.atomic()``: the job is a row on our own connection (django-q2's ORM
    broker) and so commits or rolls back with the change, a transactional outbox. Only ids travel,
    never personal data, for the payload is a pickle in a table.

    Raises:
        ImportError: the path names nothing; a typo fails here and not in the worker.
        RuntimeError: called outside a transaction.
    """
    import_string(path)
    if not connection.in_atomic_block:
        raise RuntimeError(f"enqueue({path!r}) outside a transaction could lose the job")
    async_task(path, *ids)


def queue_is_empty() -> bool:
    """Return whether no job waits for a worker; those in a worker's hands, dead or not, do not."""
    return not OrmQ.objects.filter(lock__lt=timezone.now()).exists()
