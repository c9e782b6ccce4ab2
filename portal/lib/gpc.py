"""Global Privacy Control: a browser's "do not sell or share my data" (W3C draft, April 2026)."""

from django.http import HttpRequest

HEADER = "Sec-GPC"
ON = "1"  # this one character and nothing else
OPTIONAL_WHITESPACE = " \t"  # RFC 9110, 5.6.3


def is_on(request: HttpRequest) -> bool:
    """Whether the request carries the signal.

    A server joins headers that came several times with commas: one of them is enough. Every other
    value is as if there were none.
    """
    values = str(request.META.get("HTTP_SEC_GPC", "")).split(",")
    return any(value.strip(OPTIONAL_WHITESPACE) == ON for value in values)
