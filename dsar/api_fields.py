"""What a request looks like as JSON, for the signing service that files it for somebody."""

from typing import Any

from django.conf import settings
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from consents.serializers import AddressField, MomentField
from dsar.models.requests import Channel, Identity, Kind
from dsar.states import Outcome, Status
from portal.lib.strict_json import is_storable

# An appeal needs the request it is about, and is made on that request's page.
KINDS = [kind for kind in Kind if kind != Kind.APPEAL]
# By which way it reached the service; what came in here says so itself.
CHANNELS = [Channel.API, Channel.EMAIL, Channel.PHONE, Channel.POST, Channel.AGENT]
KIND_CHOICES = [(kind.value, kind.value) for kind in KINDS]
MOST_DETAILS = 20
LONGEST = 2000
AUTHENTICATED, CLAIMED = "authenticated", "claimed"


class DetailsField(serializers.DictField):
    """The structured answers of a kind: texts, or lists of texts."""

    default_error_messages = {
        "shape": _("Give texts, or lists of texts, under at most 20 names."),
    }

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        """Return the answers as they are kept."""
        found: dict[str, Any] = super().to_internal_value(data)
        if len(found) > MOST_DETAILS or not all(map(_fits, [*found, *found.values()])):
            self.fail("shape")
        return found


def _fits(value: object) -> bool:
    if isinstance(value, list):
        return len(value) <= 500 and all(isinstance(one, str) and _fits(one) for one in value)
    return isinstance(value, str) and len(value) <= LONGEST and is_storable(value)


class FilingIn(serializers.Serializer[Any]):
    """Who asks for what."""

    kind = serializers.ChoiceField(choices=KIND_CHOICES)
    email = AddressField(help_text="Of the person whose data it is.")
    country = serializers.CharField(
        max_length=60,
        help_text="Where the person lives, ISO 3166-1 (`FR`): which law answers follows from it.",
    )
    region = serializers.CharField(
        required=False,
        allow_blank=True,
        max_length=60,
        help_text="The part of the country, where laws differ within it (`CA` of `US`).",
    )
    channel = serializers.ChoiceField(
        choices=[channel.value for channel in CHANNELS],
        default=Channel.API.value,
        help_text="How it reached you.",
    )
    language = serializers.ChoiceField(
        required=False,
        choices=[code for code, _name in settings.LANGUAGES],
        help_text="In which we write to the person. Default: their own, else the site’s.",
    )
    about = serializers.CharField(
        required=False, allow_blank=True, max_length=LONGEST, help_text="The person’s own words."
    )
    details = DetailsField(
        required=False, help_text="Of the kind: see the guide. `objection`: `purpose`."
    )
    received_at = MomentField(
        required=False, help_text="When it reached you: the law’s time counts from there."
    )
    identity = serializers.ChoiceField(
        choices=[CLAIMED, AUTHENTICATED],
        default=CLAIMED,
        help_text="`authenticated`: the person was signed in at your service when they asked."
        " An erasure is confirmed by the person all the same.",
    )


class FilingOut(serializers.Serializer[Any]):
    """Where a request stands, and by when it is answered."""

    reference = serializers.CharField()
    kind = serializers.ChoiceField(choices=KIND_CHOICES)
    status = serializers.ChoiceField(choices=Status.choices)
    outcome = serializers.ChoiceField(choices=Outcome.choices, allow_null=True)
    identity = serializers.ChoiceField(choices=Identity.choices)
    received_on = serializers.DateField()
    due_on = serializers.DateField()
    why = serializers.ListField(
        child=serializers.CharField(), help_text="How the date comes about, a sentence a step."
    )
    law = serializers.CharField(help_text="Which law answers it.")
    closed_at = MomentField(allow_null=True)
    url = serializers.CharField(help_text="The person’s own page; it asks them to sign in.")
