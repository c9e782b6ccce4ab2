"""What every page knows."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the controller's details and whether this is the demo."""
    return {"controller": settings.CONTROLLER, "demo": settings.DEMO}
