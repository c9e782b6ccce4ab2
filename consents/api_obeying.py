"""For the systems that must obey: they confirm that a choice they were told of is in effect."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.machine_clients import scope
from consents.actions import propagation
from consents.models import Propagation


class AppliedOut(serializers.Serializer[Any]):
    """How the message stands now."""

    status = serializers.ChoiceField(
        choices=["applied", "replaced"],
        help_text="`replaced`: a later choice about the same went out; obey that one.",
    )
    applied_at = serializers.DateTimeField(allow_null=True)


class Applied(APIView):
    """One message, by the number that came as its ``webhook-id``.

    The number is the capability: 122 random bits that only the addressed system was sent. The
    scope ``choices:obey`` lets a client do this and nothing else.
    """

    permission_classes = [scope("choices:obey")]

    @extend_schema(
        summary="Confirm that a choice is in effect",
        description="For systems that answered a webhook with 202. `uid` is its `webhook-id`. To"
        " confirm twice changes nothing.",
        request=None,
        responses={200: AppliedOut, 404: OpenApiResponse(description="No such message.")},
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Put it on record."""
        try:
            row = propagation.acknowledge(uid)
        except Propagation.DoesNotExist:
            raise NotFound from None
        return Response(AppliedOut(row).data)
