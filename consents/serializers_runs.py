"""What is said of training runs, and of people's choices, as JSON."""

from datetime import timedelta
from typing import Any

from django.utils import timezone
from rest_framework import serializers

from consents.actions import runs
from consents.models import RunRemedy, TrainingRun
from consents.serializers import AddressField, LineField, MomentField, NameField

MOST_AT_ONCE = 20_000  # documents named when a run is opened; more come as lines


class RunIn(serializers.Serializer[TrainingRun]):
    """A training run at its beginning."""

    reference = serializers.RegexField(
        r"^[A-Za-z0-9][A-Za-z0-9._:-]{0,119}$", help_text="Your own, unique name of it."
    )
    model = LineField(length=120, help_text="What is trained, as people will read it.")
    system = NameField(max_length=50, help_text="The system that trains.")
    started_at = MomentField(required=False, help_text="Default: now.")
    documents = serializers.ListField(
        child=serializers.CharField(max_length=200),
        required=False,
        max_length=MOST_AT_ONCE,
        help_text="References. A larger manifest is sent in parts, see `manifest/`.",
    )


class CloseIn(serializers.Serializer[TrainingRun]):
    """The end of a run."""

    manifest_sha256 = serializers.RegexField(
        r"^[0-9a-fA-F]{64}$",
        help_text="SHA-256, in hex, of the references sorted by code point, joined by LF, UTF-8.",
    )
    trained_at = MomentField(
        required=False,
        help_text="When the documents were read, if that is over; without it, they are read now.",
    )
    closed_at = MomentField(required=False, help_text="When the run ended. Default: now.")


class RemedyIn(serializers.Serializer[TrainingRun]):
    """What can still be done about documents in the model."""

    remedy = serializers.ChoiceField(choices=TrainingRun.Remedy.choices)
    remedy_by = serializers.DateField(
        required=False, allow_null=True, help_text="The day by which it is trained anew."
    )

    def validate_remedy_by(self, value: Any) -> Any:
        """Refuse a day that cannot be."""
        if value is not None and abs(value - timezone.now().date()) > timedelta(days=36525):
            raise serializers.ValidationError("This date cannot be right.")
        return value


class RemedyOut(serializers.ModelSerializer[RunRemedy]):
    """One statement about what can still be done."""

    class Meta:
        model = RunRemedy
        fields = ["at", "remedy", "remedy_by", "by"]


class GoneOut(serializers.Serializer[runs.Gone]):
    """A document that must leave the manifest; the reasons are those of the gate."""

    document = serializers.CharField(source="reference")
    reason = serializers.CharField()


class LineIn(serializers.Serializer[Any]):
    """One line of a manifest."""

    document = serializers.CharField(max_length=200)


class RunOut(serializers.ModelSerializer[TrainingRun]):
    """How a run stands."""

    model = serializers.CharField(source="model_name")
    system = serializers.CharField(source="system.slug")
    state = serializers.SerializerMethodField()
    documents = serializers.SerializerMethodField()
    excluded = serializers.SerializerMethodField()
    remedies = RemedyOut(many=True, read_only=True)

    class Meta:
        model = TrainingRun
        fields = [
            "reference", "model", "system", "state", "started_at", "trained_at", "closed_at",
            "documents", "excluded", "manifest_sha256", "remedy", "remedy_by", "remedies",
        ]  # fmt: skip

    def get_state(self, run: TrainingRun) -> str:
        """Return ``open`` or ``closed``."""
        return "closed" if run.closed_at else "open"

    def get_documents(self, run: TrainingRun) -> int:
        """Return how many documents it may use; closed: used."""
        return runs.counts(run).documents

    def get_excluded(self, run: TrainingRun) -> int:
        """Return how many documents it was told to do without."""
        return runs.counts(run).excluded


class OpenedOut(RunOut):
    """A run just opened, and which of the documents named must go."""

    exclusions = GoneOut(many=True, read_only=True)

    class Meta(RunOut.Meta):
        fields = [*RunOut.Meta.fields, "exclusions"]


class RemovedOut(serializers.Serializer[Any]):
    """How many documents left the manifest."""

    removed = serializers.IntegerField()


class PersonIn(serializers.Serializer[Any]):
    """Somebody, by their e-mail address."""

    email = AddressField()


class PersonOut(serializers.Serializer[Any]):
    """The name by which all further calls know them."""

    person = serializers.UUIDField()


class ChoiceOut(serializers.Serializer[Any]):
    """How somebody stands to one purpose, for all their documents."""

    purpose = serializers.CharField()
    title = serializers.CharField()
    control = serializers.CharField()
    allowed = serializers.BooleanField()
    state = serializers.CharField()
    origin = serializers.CharField()
    since = serializers.DateTimeField(allow_null=True)
    version = serializers.IntegerField(allow_null=True)
    url = serializers.URLField(help_text="Where the person chooses.")


class ChoicesOut(serializers.Serializer[Any]):
    """All purposes."""

    person = serializers.UUIDField()
    choices = ChoiceOut(many=True)


class RefusalIn(serializers.Serializer[Any]):
    """A refusal that the person made in the service’s own settings."""

    purpose = NameField(max_length=50)
    document = NameField(
        max_length=200, required=False, allow_null=True, help_text="Only for this document."
    )
    language = serializers.RegexField(
        r"^[a-z]{2}$", required=False, help_text="In which the words were shown. Default: theirs."
    )


class RefusalOut(serializers.Serializer[Any]):
    """The act, saved."""

    purpose = serializers.CharField()
    act = serializers.CharField()
    saved_at = serializers.DateTimeField()
    receipt = serializers.UUIDField()
    receipt_url = serializers.URLField()


class PortalOnlyOut(serializers.Serializer[Any]):
    """Allowing is the person's own act, in the portal."""

    code = serializers.CharField()
    message = serializers.CharField()
    url = serializers.URLField()
