"""What happened in a request, line by line, and the words exchanged about it."""

from typing import Any

from django.contrib.postgres.indexes import GinIndex
from django.contrib.postgres.search import SearchVector
from django.db import models
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.models import User
from dsar.models.requests import SubjectRequest
from dsar.states import Status


class RequestEvent(models.Model):
    """One line of a request's timeline. Append-only; codes and counts, no personal data.

    ``by`` is empty where the system itself acted. ``data`` holds codes, dates and numbers.
    """

    class Code(models.TextChoices):
        """What happened, in the past tense."""

        OPENED = "opened", _("received")
        STARTED = "started", _("search begun")
        TAKEN = "taken", _("taken up by support")
        ASSIGNED = "assigned", _("given to a colleague")
        RELEASED = "released", _("given back to the queue")
        STEP_FINISHED = "step_finished", _("one source finished")
        STEP_RETRIED = "step_retried", _("one source asked again")
        REVIEWABLE = "reviewable", _("ready for review")
        APPROVED = "approved", _("approved")
        EXTENDED = "extended", _("given more time")
        MESSAGE = "message", _("message written")
        PACKAGED = "packaged", _("copy of the data made")
        LINKED = "linked", _("download link made")
        DOWNLOADED = "downloaded", _("copy downloaded")
        PACKAGE_DESTROYED = "package_destroyed", _("copy destroyed")
        ITEM_ERASED = "item_erased", _("decision carried out")
        ITEM_PROVEN = "item_proven", _("proven by a new search")
        ITEM_ENDED = "item_ended", _("kept until its date, then erased")
        CERTIFIED = "certified", _("certificate issued")
        ANSWERED = "answered", _("answered")
        REFUSED = "refused", _("refused")
        WITHDRAWN = "withdrawn", _("withdrawn")
        ACKNOWLEDGED = "acknowledged", _("receipt confirmed")
        IDENTITY_ASKED = "identity_asked", _("confirmation of who asks asked for")
        IDENTITY_PROVEN = "identity_proven", _("who asks is confirmed")
        PROOF_DELETED = "proof_deleted", _("documents sent as proof deleted")
        UNIDENTIFIED = "unidentified", _("closed: nobody confirmed who asked")
        DUPLICATE = "duplicate", _("closed: asked twice")
        SPAM = "spam", _("closed: no request about data")
        FORWARDED = "forwarded", _("passed on to who decides about the data")
        COUNTRY_CORRECTED = "country_corrected", _("country corrected")
        PAUSED = "paused", _("clock stopped: we asked the person something")
        RESUMED = "resumed", _("clock running again")
        DUE_MOVED = "due_moved", _("due date counted anew")
        REMINDED = "reminded", _("staff reminded of the date")
        REOPENED = "reopened", _("opened again by a reply")
        RESOLVED = "resolved", _("decided")
        RECTIFIED = "rectified", _("data corrected")
        RESTRICTED = "restricted", _("use paused")
        LIFTING_TOLD = "lifting_told", _("end of the pause announced")
        RESTRICTION_LIFTED = "restriction_lifted", _("pause of the use ended")
        OBEYED = "obeyed", _("objection obeyed")
        APPEALED = "appealed", _("answer contested")
        SECOND_ASKED = "second_asked", _("second person asked")
        SECOND_AGREED = "second_agreed", _("second person agreed")
        SECOND_DECLINED = "second_declined", _("second person declined")
        ASKING_ENDED = "asking_ended", _("question to the second person taken back")
        GRACE_BEGUN = "grace_begun", _("decided; can still be taken back")
        GRACE_CUT = "grace_cut", _("the person did not want to wait")
        GRACE_ENDED = "grace_ended", _("not taken back: it is carried out")
        PLAN_CHANGED = "plan_changed", _("one decision of the plan changed")
        TAKEN_BACK = "taken_back", _("taken back before anything was erased")
        HELD = "held", _("legal hold placed")
        HOLD_REVIEWED = "hold_reviewed", _("legal hold looked at again: it stands")
        HOLD_LIFTED = "hold_lifted", _("legal hold lifted")
        RECIPIENT_TOLD = "recipient_told", _("recipient told")
        RECIPIENT_CONFIRMED = "recipient_confirmed", _("recipient confirmed")
        REDACTED = "redacted", _("data of others blacked out")
        ASKED_OUTSIDE = "asked_outside", _("asked outside the portal")
        ANSWERED_OUTSIDE = "answered_outside", _("answer from outside")
        SHOWN_OUTSIDE = "shown_outside", _("who you are shown to who holds the data")
        WITHDRAWN_OUTSIDE = "withdrawn_outside", _("question taken back")
        MANDATE_ENDED = "mandate_ended", _("no more written to who acts for the person")
        REPLAYED = "replayed", _("erased again after a restore")

    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="events")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    code = models.CharField(max_length=20, choices=Code)
    old_status = models.CharField(max_length=12, choices=Status, blank=True)
    new_status = models.CharField(max_length=12, choices=Status, blank=True)
    data = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["request", "id"], name="dsar_timeline"),
            # For the log of the data protection officer.
            models.Index(F("at").desc(), F("id").desc(), name="dsar_event_newest"),
            models.Index("code", F("at").desc(), F("id").desc(), name="dsar_event_of_kind"),
            models.Index(
                "by",
                F("at").desc(),
                F("id").desc(),
                name="dsar_event_of_staff",
                condition=Q(by__isnull=False),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.code} of request {self.request_id}"

    def detail(self, key: str) -> Any:
        """Return one entry of ``data``, None if it has none."""
        return self.data.get(key)


class Message(models.Model):
    """Words between the person and staff about one request. ``text`` is emptied by erasure."""

    request = models.ForeignKey(SubjectRequest, models.PROTECT, related_name="messages")
    at = models.DateTimeField(default=timezone.now)
    by = models.ForeignKey(User, models.PROTECT, related_name="+")
    from_staff = models.BooleanField()
    text = models.TextField(max_length=5000, blank=True)
    erased_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["request", "id"], name="dsar_messages"),
            GinIndex(SearchVector("text", config="simple"), name="message_words"),
        ]
        constraints = [
            models.CheckConstraint(
                name="message_empty_iff_erased",
                condition=Q(erased_at=None) & ~Q(text="") | Q(erased_at__isnull=False, text=""),
            )
        ]

    def __str__(self) -> str:
        return f"message {self.pk}"
