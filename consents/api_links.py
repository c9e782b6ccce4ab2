"""For the engineers of the service: links for signers who have no account."""

from datetime import timedelta
from typing import Any
from uuid import UUID

from django.conf import settings
from django.shortcuts import get_object_or_404
from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import serializers
from rest_framework.exceptions import NotFound
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.machine_clients import scope
from consents import office
from consents.actions import links as actions
from consents.links import url_of
from consents.models import Document, DocumentLink
from consents.serializers import AddressField, MomentField, NameField

LONGEST = 3650  # days


class LinkIn(serializers.Serializer[Any]):
    """For whom, and to what."""

    document = NameField(max_length=200, help_text="The reference it was registered with.")
    email = AddressField(help_text="The address of one of its parties.")
    days = serializers.IntegerField(
        required=False,
        min_value=1,
        max_value=LONGEST,
        help_text="How long it should last at least. Default: LINK_DAYS of the installation.",
    )
    language = serializers.ChoiceField(
        required=False,
        choices=[code for code, _name in settings.LANGUAGES],
        help_text="In which you write to them; the page speaks it unless they choose another.",
    )


class LinkOut(serializers.Serializer[Any]):
    """What to put into your mail."""

    url = serializers.CharField(help_text="Holds nothing about the person or the document.")
    link = serializers.UUIDField(help_text="Its number, to withdraw it.")
    expires_at = MomentField()


class RevokedOut(serializers.Serializer[Any]):
    """A link that opens nothing any more."""

    link = serializers.UUIDField()
    revoked_at = MomentField()


class Links(APIView):
    """Links for the service's own mails to signers."""

    permission_classes = [scope("documents:write")]

    @extend_schema(
        summary="Get the link of a party to a document",
        description="Asking again returns the same link while it is valid, prolonged if you ask for"
        " longer. Put it into each mail to this party, and into no other.",
        request=LinkIn,
        responses={
            200: LinkOut,
            404: OpenApiResponse(description="No document has this reference."),
            409: OpenApiResponse(description="`not_a_party`: nor is the address one, or a draft."),
        },
    )
    def post(self, request: Request) -> Response:
        """Return the link."""
        asked = LinkIn(data=request.data)
        asked.is_valid(raise_exception=True)
        told = asked.validated_data
        document = Document.objects.filter(reference=told["document"]).first()
        if document is None:
            raise NotFound
        link = actions.give_link(
            document,
            email=told["email"],
            lasting=timedelta(days=told.get("days") or office.LINK_DAYS.now()),
            language=told.get("language", ""),
        )
        answer = {"url": url_of(link), "link": link.uid, "expires_at": link.expires_at}
        return Response(LinkOut(answer).data, headers={"Cache-Control": "no-store"})


class RevokeLink(APIView):
    """Withdraw a link."""

    permission_classes = [scope("documents:write")]

    @extend_schema(
        summary="Withdraw a link",
        description="What it has opened closes at once. What was refused by it stays refused."
        " Doing it again changes nothing.",
        request=None,
        responses={200: RevokedOut, 404: OpenApiResponse(description="No such link.")},
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Withdraw it."""
        link = actions.revoke(get_object_or_404(DocumentLink, uid=uid))
        return Response(RevokedOut({"link": link.uid, "revoked_at": link.revoked_at}).data)
