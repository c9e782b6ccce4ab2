"""Files that come in by a form: no more of one is kept than shows that it is too large."""

from typing import Any

from django.conf import settings
from django.core.files.uploadhandler import FileUploadHandler


class StopAtLimit(FileUploadHandler):
    """Pass on what the limit allows and one chunk more; throw the rest away as it comes.

    So a file of gigabytes fills neither memory nor disk, and its size still says that it is over
    the limit (``settings.ENCLOSURE_BYTES``) when the form is checked.
    """

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes | None:
        """Return the chunk for the handlers that keep it, None when there is enough of it."""
        return raw_data if start <= settings.ENCLOSURE_BYTES else None

    def file_complete(self, file_size: int) -> Any:
        """Leave the file to the handlers that keep it."""
        return None
