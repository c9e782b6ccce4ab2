"""What staff keep beside the requests: notes to each other, and ways to look at the queue."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import Q
from django.utils import timezone

from accounts.models import User
from dsar.models.requests import SubjectRequest


class Note(models.Model):
    """Words of staff to each other about one request. ``text`` is emptied by erasure.

    The person does not read it while the request is worked on, but it is data about them: it is in
    the copy they ask for (art. 15; CJEU C-434/16).
    """

    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="notes")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    text = models.TextField(max_length=4000, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        indexes = [GinIndex(SearchVector("text", config="simple"), name="note_words")]
        constraints = [
            models.CheckConstraint(
                name="note_empty_iff_erased",
                condition=Q(erased_at=None) & ~Q(text="") | Q(erased_at__isnull=False, text=""),
            )
        ]

    def __str__(self) -> str:
        return f"note {self.pk}"


class SavedFilter(models.Model):
    """A way to look at the queue, under a name: one's own, or the DPO's for everybody.

    ``query`` holds the codes of ``dsar.queries.Filters``, never words that were looked for.
    """

    owner = models.ForeignKey(User, models.CASCADE, related_name="saved_filters")
    name = models.CharField(max_length=60)
    query = models.JSONField(default=dict)
    is_shared = models.BooleanField(default=False)

    class Meta:
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["owner", "name"], name="saved_filter_once"),
            models.CheckConstraint(name="saved_filter_named", condition=~Q(name="")),
        ]

    def __str__(self) -> str:
        return f"filter {self.pk}"

    def shown(self) -> dict[str, Any]:
        """Return the query as it was saved."""
        return dict(self.query)
