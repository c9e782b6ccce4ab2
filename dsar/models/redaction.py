"""Places in what was collected that show somebody else (art. 15(4) GDPR): where, never what."""

from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar.models.requests import SubjectRequest
from dsar.models.steps import Step


class Redaction(models.Model):
    """One place, suggested by the search or marked by hand, and what staff decided about it.

    It is in an original file (``file``: its number in the part of ``step``, from 1; ``page`` from 1
    and ``boxes`` in points of that page, [left, bottom, right, top] each; no page: the whole file)
    or in a text (``table``, ``row`` from 0, ``field``, characters ``start`` to ``end``). The words
    that stand there are not kept here: they are in the sealed part, and end with it.
    """

    class Kind(models.TextChoices):
        """What seems to stand there."""

        EMAIL = "email", _("e-mail address")
        PHONE = "phone", _("telephone number")
        IBAN = "iban", _("bank account")
        NAME = "name", _("name of another party")
        MARKED = "marked", _("marked by hand")
        PICTURE = "picture", _("page without text")  # a scan: only an eye can read it
        FILE = "file", _("file that cannot be searched")

    class Verdict(models.TextChoices):
        """What staff decided."""

        OPEN = "", _("to be decided")
        ACCEPTED = "accepted", _("blacked out")
        REJECTED = "rejected", _("left as it is")

    class Reason(models.TextChoices):
        """Why; a code, so that no further word about anybody is written down."""

        OTHERS = "others", _("it is somebody else’s data (art. 15(4) GDPR)")
        SECRET = "secret", _("it is a business secret (art. 15(4), recital 63 GDPR)")
        KNOWN = "known", _("the person knows it already")
        OWN = "own", _("it is about the person themselves")
        NEEDED = "needed", _("the data cannot be understood without it (CJEU C-487/21)")
        NOBODY = "nobody", _("it is about nobody")

    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="redactions")
    step = models.ForeignKey(Step, models.PROTECT, related_name="redactions")
    kind = models.CharField(max_length=8, choices=Kind)
    file = models.PositiveIntegerField(null=True, blank=True)
    page = models.PositiveIntegerField(null=True, blank=True)
    boxes = models.JSONField(default=list, blank=True)
    table = models.CharField(max_length=60, blank=True)
    row = models.PositiveIntegerField(null=True, blank=True)
    field = models.CharField(max_length=60, blank=True)
    start = models.PositiveIntegerField(null=True, blank=True)
    end = models.PositiveIntegerField(null=True, blank=True)
    verdict = models.CharField(max_length=8, choices=Verdict, blank=True)
    reason = models.CharField(max_length=8, choices=Reason, blank=True)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    decided_at = models.DateTimeField(null=True, blank=True)
    found_at = models.DateTimeField(default=timezone.now)

    class Meta:
        ordering = ["step", "file", "page", "table", "row", "field", "start", "id"]
        constraints = [
            models.CheckConstraint(
                name="redaction_in_a_file_or_in_a_text",
                condition=Q(file__isnull=False, table="", row=None)
                | Q(file=None, page=None, row__isnull=False, end__gt=F("start")) & ~Q(table=""),
            ),
            models.CheckConstraint(
                name="redaction_decided_whole",
                condition=Q(verdict="", reason="", by=None, decided_at=None)
                | ~Q(verdict="") & ~Q(reason="") & Q(by__isnull=False, decided_at__isnull=False),
            ),
        ]
        indexes = [models.Index(fields=["request"], name="redaction_open", condition=Q(verdict=""))]

    def __str__(self) -> str:
        return f"redaction {self.pk} ({self.kind})"
