"""For who had data that is erased, corrected or paused: they confirm that they did the same."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.machine_clients import scope
from dsar.actions import recipients
from dsar.models import RecipientNotice


class ConfirmedOut(serializers.Serializer[Any]):
    """How the notice stands now."""

    status = serializers.ChoiceField(choices=["confirmed"])
    confirmed_at = serializers.DateTimeField(source="ack_at")


class Confirmed(APIView):
    """One notice, by the number that came as its ``webhook-id``: that number is the capability."""

    permission_classes = [scope("choices:obey")]

    @extend_schema(
        summary="Confirm that data was erased, corrected or paused",
        description="For systems that answered `subject.erasure`, `subject.rectification` or"
        " `subject.restriction` with 202. `uid` is its `webhook-id`. To confirm twice changes"
        " nothing.",
        request=None,
        responses={200: ConfirmedOut, 404: OpenApiResponse(description="No such notice.")},
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Put it on record."""
        try:
            notice = recipients.acknowledge(uid)
        except RecipientNotice.DoesNotExist:
            raise NotFound from None
        return Response(ConfirmedOut(notice).data)
