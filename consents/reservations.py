"""What an answer that carries documents tells outsiders, by the gate's word on AI training."""

from collections.abc import Iterable
from typing import TypeVar

from django.http import HttpResponseBase

from consents import permits
from consents.models import Document, Purpose
from portal.lib import reservations

Answer = TypeVar("Answer", bound=HttpResponseBase)


def is_reserved(documents: Iterable[Document]) -> bool:
    """Whether the gate is closed for AI training with any of the documents, or cannot tell."""
    training = Purpose.objects.filter(is_ai_training=True).first()
    if training is None:
        return True
    return any(not permits.may(one.reference, training.slug).allowed for one in documents)


def with_signals(response: Answer, *documents: Document) -> Answer:
    """Return the answer with what it says of its documents: reserved, or nothing about it.

    It goes on every answer that carries a document, be it the file or what stands in it. Where
    training is allowed, only indexing is forbidden: permission is not broadcast.
    """
    return mark(response, reserved=is_reserved(documents))


def mark(response: Answer, *, reserved: bool) -> Answer:
    """Return the answer with the same, where the gate's word is known already."""
    for name, value in reservations.headers(reserved=reserved).items():
        response[name] = value
    return response
