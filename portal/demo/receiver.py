"""``/demo/receiver/<system>/``: the systems of the demo, which obey choices as real ones do.

Each verifies what it is sent. Most say at once that they obey; one takes its time, and one takes
the message and confirms it later, so that "applied in 4 of 5 systems" can be seen moving.
"""

import threading
import time
from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.db import connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST
from standardwebhooks import Webhook, WebhookVerificationError

from consents.actions import propagation
from consents.models import Propagation, System
from portal.lib.crypto import Unsealable, unwrap

# Seconds until a system answers; until it confirms what it has answered with 202.
SLOW = {"analytics-warehouse": 3.0}
LATER = {"search-index": 12.0}


@csrf_exempt
@login_not_required
@require_POST
def receive(request: HttpRequest, slug: str) -> HttpResponse:
    """Take one message: 401 if it is not signed with the system's secret, else 204 or 202."""
    system = get_object_or_404(System, slug=slug)
    headers = {name.lower(): value for name, value in request.headers.items()}
    try:
        secret = unwrap(bytes(system.webhook_secret))
        Webhook(secret).verify(request.body, headers)
        number = UUID(headers["webhook-id"])
    # The library answers a signature of a wrong form with ValueError.
    except (Unsealable, WebhookVerificationError, ValueError):
        return HttpResponse(status=401)
    time.sleep(SLOW.get(slug, 0))
    if slug not in LATER:
        return HttpResponse(status=204)
    timer = threading.Timer(LATER[slug], _confirm, [number])
    timer.daemon = True
    timer.start()
    return HttpResponse(status=202)


def _confirm(number: UUID) -> None:
    try:
        propagation.acknowledge(number)
    except Propagation.DoesNotExist:
        return
    finally:
        connection.close()
