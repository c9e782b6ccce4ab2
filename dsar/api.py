"""Requests that the signing service files for somebody, and follows.

It learns of a request what it filed itself, and where it stands: never what was found.
"""

import hashlib
from typing import Any

from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import path, reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.machine_clients import scope
from accounts.models import User
from accounts.proven import person_for_claimed_address
from dsar import actions, laws, reckoning, rules
from dsar.api_fields import AUTHENTICATED, FilingIn, FilingOut
from dsar.kinds import NATURES, Proof
from dsar.models import Filing, SubjectRequest
from dsar.models.requests import Channel, Identity, Kind
from portal.lib.canonical import canonical_json
from portal.lib.errors import DomainError

LONGEST_KEY = 200
KEY = OpenApiParameter(
    "Idempotency-Key",
    str,
    OpenApiParameter.HEADER,
    description="Of your own, for each request. Sent again it gives the first one’s answer.",
)


class KeyOfAnother(DomainError):
    """The key stands for what was filed first, and this is something else."""

    code = "key_of_another"


class OpenElsewhere(DomainError):
    """The person has one under way that did not come from this client."""

    code = "already_open"


class Requests(APIView):
    """Requests about somebody's data."""

    permission_classes = [scope("requests:write")]

    @extend_schema(
        summary="File a request for a person",
        description="The person is confirmed by a link to their address where it matters who asks,"
        " unless they were signed in at your service. Until then nothing is searched or changed.",
        parameters=[KEY],
        request=FilingIn,
        responses={
            200: OpenApiResponse(FilingOut, "This key filed it before; as it stands now."),
            201: FilingOut,
            409: OpenApiResponse(
                description="`key_of_another`: this key stands for another request."
                " `already_open`: the person has one of this kind under way."
                " `being_erased`, `wrong_day`: see the guide."
            ),
        },
    )
    def post(self, request: Request) -> Response:
        """File it, once."""
        serializer = FilingIn(data=request.data)
        serializer.is_valid(raise_exception=True)
        told = dict(serializer.validated_data)
        digest = hashlib.sha256(canonical_json(_plain(told))).hexdigest()
        client, key = str(request.user), request.headers.get("Idempotency-Key", "").strip()
        if len(key) > LONGEST_KEY or "\0" in key:
            raise ValidationError({"Idempotency-Key": [f"At most {LONGEST_KEY} characters."]})
        filed = _filed_before(client, key, digest)
        if filed is not None:
            return _answer(filed, status=200)
        try:
            return _answer(_file(told, client, key, digest), status=201)
        except (IntegrityError, rules.AlreadyOpen):  # two calls at once: the other was first
            filed = _filed_before(client, key, digest)
            if filed is None:
                raise
            return _answer(filed, status=200)


class OneRequest(APIView):
    """A request that this client filed."""

    permission_classes = [scope("requests:write")]

    @extend_schema(
        summary="Where does a request stand?",
        responses={
            200: FilingOut,
            404: OpenApiResponse(description="You filed no request with this reference."),
        },
    )
    def get(self, request: Request, reference: str) -> Response:
        """Return it as it stands now."""
        mine = SubjectRequest.objects.filter(filing__client=str(request.user))
        found = mine.filter(reference=reference.replace("\0", "")[:16]).first()
        if found is None:
            raise NotFound
        return _answer(found, status=200)


def _filed_before(client: str, key: str, digest: str) -> SubjectRequest | None:
    """Return what the key filed.

    Raises:
        KeyOfAnother: the key filed something else.
    """
    if not key:
        return None
    filing = Filing.objects.select_related("request__person").filter(client=client, key=key).first()
    if filing is None:
        return None
    if filing.body_sha256 != digest:
        raise KeyOfAnother(_("This Idempotency-Key was used for another request."))
    return filing.request


@transaction.atomic
def _file(told: dict[str, Any], client: str, key: str, digest: str) -> SubjectRequest:
    country, region = _place(told)
    person = person_for_claimed_address(
        told["email"], language=told.get("language") or settings.LANGUAGE_CODE
    )
    try:
        filed = actions.open_request(
            Kind(told["kind"]),
            person=person,
            by=None,
            language=told.get("language") or person.language or settings.LANGUAGE_CODE,
            channel=Channel(told["channel"]),
            country=country,
            region=region,
            about=told.get("about", ""),
            details=told.get("details"),
            received_at=told.get("received_at"),
            sure=_vouched(told, person),
        )
    except rules.AlreadyOpen as already:
        if Filing.objects.filter(request=already.request, client=client).exists():
            raise
        # Whose other requests there are is not for the service to learn.
        raise OpenElsewhere(_("A request of this kind is already open.")) from None
    before = Filing.objects.filter(request=filed).first()  # claimed first, vouched for now
    if before is None:
        Filing.objects.create(request=filed, client=client, key=key, body_sha256=digest)
    elif before.client != client:
        raise OpenElsewhere(_("A request of this kind is already open."))
    return filed


def _vouched(told: dict[str, Any], person: User) -> Identity | None:
    """Return that the person is proven where the service vouches for it and that is enough.

    Not for what cannot be undone, and not for staff of ours: their powers are not the service's.
    """
    fresh = NATURES[Kind(told["kind"])].proof == Proof.FRESH
    needed = NATURES[Kind(told["kind"])].proof != Proof.NONE
    vouched = told["identity"] == AUTHENTICATED and needed and not fresh and not person.is_staff
    return Identity.PROVEN if vouched else None


def _place(told: dict[str, Any]) -> tuple[str, str]:
    named = "-".join(filter(None, [told["country"], told.get("region", "")]))
    try:
        return laws.place_of(named)
    except laws.UnknownPlace as unknown:
        raise ValidationError({"country": [str(unknown.message)]}) from None


def _plain(told: dict[str, Any]) -> dict[str, Any]:
    """Return the body with moments as text, to be compared with a later one under the same key."""
    at = told.get("received_at")
    return told | ({"received_at": at.isoformat()} if at else {})


def _answer(filed: SubjectRequest, *, status: int) -> Response:
    with override(filed.language):
        law = str(laws.law_of(filed).name)
        why = reckoning.why_this_date(filed)
    shown = {
        "reference": filed.reference,
        "kind": filed.kind,
        "status": filed.status,
        "outcome": filed.outcome or None,
        "identity": filed.identity,
        "received_on": filed.received_on,
        "due_on": filed.due_on,
        "why": why,
        "law": law,
        "closed_at": filed.closed_at,
        "url": settings.SITE_URL + reverse("dsar:detail", args=[filed.reference]),
    }
    headers = {"Cache-Control": "no-store"}
    return Response(FilingOut(shown).data, status=status, headers=headers)


urlpatterns = [
    path("requests/", Requests.as_view(), name="api-requests"),
    path("requests/<str:reference>/", OneRequest.as_view(), name="api-request"),
]
