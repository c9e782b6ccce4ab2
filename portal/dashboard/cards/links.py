"""Where the rows behind a figure are: the queue of staff, and the lists of acts and answers."""

from datetime import date

from django.urls import reverse
from django.utils.http import urlencode


def queue(when: str = "any", **filters: object) -> str:
    """Return the address of the requests with these filters; empty ones are left out."""
    asked = {name: _text(value) for name, value in ({"when": when} | filters).items()}
    return f"{reverse('dsar:queue')}?{urlencode({n: v for n, v in asked.items() if v})}"


def choices(**filters: object) -> str:
    """Return the address of the list of acts of choice."""
    return _rows("dashboard-choices", filters)


def gate(**filters: object) -> str:
    """Return the address of the list of the gate's answers."""
    return _rows("dashboard-gate", filters)


def standing(**filters: object) -> str:
    """Return the address of the list of standing choices, or of people without one."""
    return _rows("dashboard-standing", filters)


def canaries(**filters: object) -> str:
    """Return the address of the list of checks with canaries."""
    return _rows("dashboard-canaries", filters)


def uses(**filters: object) -> str:
    """Return the address of the list of uses."""
    return _rows("dashboard-uses", filters)


def _rows(name: str, filters: dict[str, object]) -> str:
    asked = {key: _text(value) for key, value in filters.items()}
    return f"{reverse(name)}?{urlencode({n: v for n, v in asked.items() if v})}"


def _text(value: object) -> str:
    if isinstance(value, date):
        return value.isoformat()
    return "" if value is None else str(value)
