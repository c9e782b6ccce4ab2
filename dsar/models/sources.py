"""What the portal remembers about rows in systems outside, while it erases them."""

from django.db import models

from dsar.models.requests import SubjectRequest


class SourceTrail(models.Model):
    """Keys of rows that a source found for a person, before anything of them was erased.

    Once the row that said who somebody is has gone, no search by address finds what hung on it: by
    these keys it is looked for again (the proof), and what is kept is found at its end. ``place``
    is a table of the source's mapping. ``keys`` are sealed under the installation's secret, for a
    key may itself name the person; ``digest`` (keyed) keeps the same keys from being noted twice.
    Deleted when the request is over, those of what is kept when that has ended.
    """

    request = models.ForeignKey(SubjectRequest, models.CASCADE, related_name="trails")
    source = models.CharField(max_length=60)
    place = models.CharField(max_length=60)
    keys = models.BinaryField()
    digest = models.CharField(max_length=64)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["request", "source", "place", "digest"], name="trail_once"
            )
        ]

    def __str__(self) -> str:
        return f"trail {self.pk}"
