"""A refused rule is an exception with a sentence that a person can read."""

from django.utils.functional import Promise


class DomainError(Exception):
    """A rule said no. ``message`` is a (lazy) translated sentence, ``code`` is for machines.

    Pages turn it into a 409 page (``portal.middleware``), the API into a JSON 409
    (``portal.api.errors``). The sentence never names a person.
    """

    code = "refused"

    def __init__(self, message: str | Promise) -> None:
        super().__init__(message)
        self.message = message
