"""Emptying a document: what is left is its reference and numbers, by which ledgers stay valid."""

from django.utils import timezone

from consents.models import Document


def empty(document: Document) -> None:
    """Erase a locked document's file, title and hash, and the names of everybody in it.

    The file first: if the worker dies now, the whole is tried again and finds no file.
    """
    if document.file:
        document.file.storage.delete(str(document.file.name))
    document.file, document.title, document.sha256 = "", "", ""
    document.erased_at = document.erased_at or timezone.now()
    document.save(update_fields=["file", "title", "sha256", "erased_at"])
    document.parties.update(name="")
    document.parties.filter(hidden_at=None).update(hidden_at=timezone.now())
