"""Files of documents that no row names: what a rollback or a killed process leaves behind."""

from collections.abc import Iterator
from datetime import timedelta

from django.core.files.storage import Storage
from django.utils import timezone

from consents import evidence_files
from consents.models import Document

FOLDER = "documents"
# A file is stored before its row is committed: a younger one may still get its row.
LEFT_OVER_AFTER = timedelta(days=1)


def tidy() -> int:
    """Every night: delete files, a day old or more, that no document names; and of old drafts.

    Returns how many.
    """
    gone = 0
    storage: Storage = Document._meta.get_field("file").storage
    before = timezone.now() - LEFT_OVER_AFTER
    for folder in _months(storage):
        names = [f"{folder}/{name}" for name in _listed(storage, folder)[1]]
        kept = set(Document.objects.filter(file__in=names).values_list("file", flat=True))
        for name in names:
            if name not in kept and storage.get_modified_time(name) < before:
                storage.delete(name)
                gone += 1
    return gone + evidence_files.tidy()


def _months(storage: Storage) -> Iterator[str]:
    for year in _listed(storage, FOLDER)[0]:
        for month in _listed(storage, f"{FOLDER}/{year}")[0]:
            yield f"{FOLDER}/{year}/{month}"


def _listed(storage: Storage, folder: str) -> tuple[list[str], list[str]]:
    try:
        return storage.listdir(folder)
    except FileNotFoundError:
        return [], []
