"""What pipelines are told when they get no answer."""

from rest_framework.exceptions import APIException


class Busy(APIException):
    """Enough such questions are being answered at this moment."""

    status_code = 429
    default_code = "busy"
    default_detail = "Too many questions about many documents at once. Ask again soon."
    wait = 5


class FormatNotInstalled(APIException):
    """RFC 9110 §15.5.7."""

    status_code = 406
    default_code = "parquet_not_installed"
    default_detail = "This portal lacks the extra 'parquet': ask for ndjson or csv."


class CursorUnknown(APIException):
    """RFC 9110 §15.5.11."""

    status_code = 410
    default_code = "cursor_unknown"
    default_detail = "The cursor leads nowhere (any more). Take a snapshot, and go on from there."
