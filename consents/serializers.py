"""What a report looks like as JSON or a line of a file, and what is wrong with a wrong one."""

from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from consents.models import Document, Party
from consents.reports import (
    EARLIEST,
    LATEST,
    NAME_LENGTH,
    TITLE_LENGTH,
    DocumentReport,
    PartyReport,
    UseReport,
    email_or_none,
    plain,
)
from portal.lib import aipref

MOST_PARTIES = 500


class MomentField(serializers.DateTimeField):
    """A date and time with its offset from UTC: without one it could prove nothing."""

    default_error_messages = {
        "no_offset": _("Give the offset from UTC, as in 2026-05-03T14:02:00+02:00 or …Z."),
        "implausible": _("This date cannot be right."),
    }

    def enforce_timezone(self, value: datetime) -> datetime:
        """Return the moment in UTC; refuse one without offset, or that cannot be."""
        if value.tzinfo is None:
            self.fail("no_offset")
        if not EARLIEST <= value.replace(tzinfo=UTC) <= LATEST:
            self.fail("implausible")
        return value.astimezone(UTC)


class LineField(serializers.CharField):
    """One line of text: NFC, without control characters, cut at ``length``."""

    def __init__(self, *, length: int, **options: Any) -> None:
        self.length = length
        super().__init__(**options)

    def to_internal_value(self, data: Any) -> str:
        """Return the text made plain."""
        return plain(super().to_internal_value(data), self.length)


class AddressField(serializers.CharField):
    """An e-mail address, in lower case."""

    default_error_messages = {"invalid_email": _("This is not an e-mail address.")}

    def to_internal_value(self, data: Any) -> str:
        """Return the address as we store it."""
        email = email_or_none(super().to_internal_value(data))
        if email is None:
            self.fail("invalid_email")
        return email


class NameField(serializers.RegexField):
    """A name that another system gave: no spaces at the ends, no control characters."""

    def __init__(self, *, max_length: int, **options: Any) -> None:
        super().__init__(r"^[^\x00-\x1f\x7f]+$", max_length=max_length, **options)


class PartyIn(serializers.Serializer[PartyReport]):
    """Somebody in a document."""

    role = serializers.ChoiceField(choices=Party.Role.choices)
    email = AddressField(
        required=False,
        allow_null=True,
        help_text="Null if it is not known; an unknown signer keeps the document out of training.",
    )
    name = LineField(length=NAME_LENGTH, required=False, allow_blank=True)
    signed_at = MomentField(required=False, allow_null=True)
    is_minor = serializers.BooleanField(required=False)


class DocumentIn(serializers.Serializer[DocumentReport]):
    """How a document stands. What is left out stays as it was."""

    reference = NameField(max_length=200, help_text="The service’s own, unique name of it.")
    status = serializers.ChoiceField(choices=Document.Status.choices)
    state_at = MomentField(
        required=False,
        help_text="Since when it stands so, by the service’s clock: an older report never undoes"
        " a newer one. Default: the time of the request.",
    )
    title = LineField(length=TITLE_LENGTH, required=False, allow_blank=True)
    kind = serializers.ChoiceField(choices=Document.Kind.choices, required=False, allow_null=True)
    envelope = NameField(max_length=100, required=False, allow_null=True)
    organisation = NameField(max_length=120, required=False, allow_null=True)
    organisation_name = LineField(
        length=200,
        required=False,
        allow_null=True,
        help_text="Makes the organisation if it is not known yet.",
    )
    sent_at = MomentField(required=False, allow_null=True)
    completed_at = MomentField(required=False, allow_null=True)
    sha256 = serializers.RegexField(
        r"^[0-9a-fA-F]{64}$", required=False, allow_null=True, help_text="In hex."
    )
    special_category = serializers.BooleanField(
        required=False, help_text="Specially protected data (art. 9 GDPR): never for AI training."
    )
    content_usage = serializers.CharField(
        required=False,
        allow_null=True,
        allow_blank=True,
        max_length=aipref.LONGEST,
        trim_whitespace=False,
        help_text="What the uploader asks of automated use (AIPREF), as in `train-ai=n`, which is"
        " a refusal of AI training that no later report lifts. What cannot be read says nothing.",
    )
    keep_until = serializers.DateField(required=False, allow_null=True)
    parties = serializers.ListField(child=PartyIn(), required=False, max_length=MOST_PARTIES)

    def read(self, data: Any, *, state_at: datetime | None, usage: str = "") -> DocumentReport:
        """Return the report; ``state_at`` (aware) holds where it names none itself.

        None stands for the latest date in the report, else now: what an export says of the past
        must not outdo what the service reports of the present. ``usage`` is what the request as a
        whole asks (its header ``Content-Usage``).

        One serializer reads any number of reports: to make one for each is half of the time.

        Raises:
            rest_framework.exceptions.ValidationError: something is wrong with it.
        """
        told = self.run_validation(data)
        if told.get("sha256"):
            told["sha256"] = told["sha256"].lower()
        parties = tuple(PartyReport(**party) for party in told.pop("parties", ()))
        told["refuses_training"] = aipref.forbids_training(
            usage, told.pop("content_usage", None) or ""
        )
        told.setdefault("state_at", state_at or _latest(told, parties))
        return DocumentReport(**told, parties=parties)


def _latest(told: dict[str, Any], parties: Iterable[PartyReport]) -> datetime:
    dates = [told.get("sent_at"), told.get("completed_at"), *(one.signed_at for one in parties)]
    return max((date for date in dates if date is not None), default=timezone.now())


class UseIn(serializers.Serializer[UseReport]):
    """One use of one document."""

    document = NameField(max_length=200, help_text="The reference it was registered with.")
    purpose = NameField(max_length=50)
    at = MomentField()
    system = NameField(max_length=50)
    training_run = NameField(
        max_length=120, required=False, allow_null=True, help_text="For AI training only."
    )
    model_name = LineField(
        length=120,
        required=False,
        allow_null=True,
        help_text="The model that a training run, named for the first time, trains.",
    )

    def read(self, data: Any) -> UseReport:
        """Return the report.

        Raises:
            rest_framework.exceptions.ValidationError: something is wrong with it.
        """
        return UseReport(**self.run_validation(data))


class DocumentOut(serializers.ModelSerializer[Document]):
    """What is registered of a document: what the service needs to compare with its own records."""

    organisation = serializers.CharField(
        source="organisation.reference", default=None, allow_null=True
    )
    parties = serializers.IntegerField(source="parties.count")
    state_at = MomentField()
    sent_at = MomentField(allow_null=True)
    completed_at = MomentField(allow_null=True)

    class Meta:
        model = Document
        fields = [
            "reference", "uid", "status", "state_at", "title", "kind", "organisation", "sent_at",
            "completed_at", "sha256", "special_category", "refused_at_upload", "keep_until",
            "parties",
        ]  # fmt: skip
        read_only_fields = fields


# Made inline, for a serializer has an attribute ``errors`` of its own.
RejectedOut = inline_serializer(
    "Rejected",
    {
        "index": serializers.IntegerField(help_text="Its place in the list, from 0."),
        "reference": serializers.CharField(required=False),
        "code": serializers.CharField(help_text="Why it was not taken."),
        "message": serializers.CharField(required=False),
        "errors": serializers.DictField(required=False, help_text="What is wrong, by field."),
    },
    many=True,
)


class BatchOut(serializers.Serializer[Any]):
    """What became of a list of documents."""

    created = serializers.IntegerField()
    updated = serializers.IntegerField()
    unchanged = serializers.IntegerField()
    rejected = RejectedOut


class UsesOut(serializers.Serializer[Any]):
    """What became of a list of uses."""

    recorded = serializers.IntegerField()
    duplicate = serializers.IntegerField(help_text="Known already.")
    rejected = RejectedOut


class PermitOut(serializers.Serializer[Any]):
    """The answer of the gate."""

    allowed = serializers.BooleanField()
    reason = serializers.CharField()
    as_of = MomentField(help_text="The moment of the snapshot it rests on.")
    state = serializers.CharField(help_text="SHA-256 of the facts used; the same facts, the same.")
