"""``GET /healthz``: can people be served, and do their jobs get done?"""

from datetime import datetime
from typing import Any

from django.db import Error, transaction
from django.db.models import Count, Min
from django.http import HttpRequest, HttpResponseBase, JsonResponse
from django.utils import timezone
from django.utils.cache import add_never_cache_headers
from django.utils.deprecation import MiddlewareMixin
from django_q.models import OrmQ

from portal.lib.models import Heartbeat

PATH = "/healthz"
# The worker beats every minute, and the scheduler looks every half minute.
LONGEST_SILENCE = 180  # seconds
# A job is one short step: who waits longer waits for a worker that does not keep up.
LONGEST_WAIT = 300  # seconds


class HealthMiddleware(MiddlewareMixin):
    """Answer monitors before anything else asks the database, a cookie or the name of the host.

    A view would come too late: a session cookie in the request would be looked up first, and a
    database that is down would then be an error page instead of an answer.
    """

    def process_request(self, request: HttpRequest) -> HttpResponseBase | None:
        """Answer ``/healthz``, let everything else pass."""
        if request.path != PATH:
            return None
        health = examine(timezone.now())
        response = JsonResponse(health, status=200 if health["status"] == "ok" else 503)
        add_never_cache_headers(response)
        return response


def examine(now: datetime) -> dict[str, Any]:
    """Return what works and what does not; ages are in seconds, ``None`` where nothing is known."""
    try:
        with transaction.atomic():
            worker, queue = _worker(now), _queue(now)
        database = "ok"
    except Error:
        database = "down"
        worker = {"status": "unknown", "heartbeat_age": None}
        queue = {"status": "unknown", "oldest_job_age": None, "waiting": None}
    good = all(status == "ok" for status in (database, worker["status"], queue["status"]))
    return {
        "status": "ok" if good else "down",
        "database": {"status": database},
        "worker": worker,
        "queue": queue,
    }


def _worker(now: datetime) -> dict[str, Any]:
    beat = Heartbeat.objects.filter(name=Heartbeat.WORKER).values_list("at", flat=True).first()
    age = None if beat is None else _seconds(now, beat)
    alive = age is not None and age <= LONGEST_SILENCE
    return {"status": "ok" if alive else "down", "heartbeat_age": age}


def _queue(now: datetime) -> dict[str, Any]:
    # django-q2 dates a job in the queue when it is due, and a running one into the future.
    due = OrmQ.objects.filter(lock__lt=now).aggregate(oldest=Min("lock"), waiting=Count("pk"))
    age = 0.0 if due["oldest"] is None else _seconds(now, due["oldest"])
    return {
        "status": "ok" if age <= LONGEST_WAIT else "down",
        "oldest_job_age": age,
        "waiting": due["waiting"],
    }


def _seconds(now: datetime, then: datetime) -> float:
    return round((now - then).total_seconds(), 1)
