"""People's choices for the service's own settings page: read them, refuse for them.

No address stands in a URL (they end up in logs): a person is first asked for by address, and from
then on named by a number. Allowing is the person's own act, in the portal (invariant 5).
"""

from datetime import datetime
from typing import Any
from urllib.parse import urljoin
from uuid import UUID

from django.conf import settings
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework.exceptions import NotFound, ValidationError
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from accounts.actions import address_for
from accounts.machine_clients import scope
from accounts.models import Address
from consents import standing
from consents.actions import choices
from consents.models import ChoiceEvent, Document, Purpose
from consents.models.ledger import Source
from consents.queries import catalogue, words
from consents.serializers_runs import (
    ChoicesOut,
    PersonIn,
    PersonOut,
    PortalOnlyOut,
    RefusalIn,
    RefusalOut,
)
from consents.standing import Stand
from portal.lib.errors import DomainError

NO_PERSON = OpenApiResponse(description="No such person.")
KEPT = 24 * 60 * 60  # seconds for which an Idempotency-Key is remembered
KEY = OpenApiParameter(
    "Idempotency-Key", str, OpenApiParameter.HEADER, description="Of your own, for 24 hours."
)


class KeyOfAnother(DomainError):
    """The key stands for what was asked first, and this is something else."""

    code = "key_of_another"


class PeopleView(APIView):
    """A call about somebody's choices."""

    permission_classes = [scope("choices:write")]


def _address(uid: UUID) -> Address:
    address = Address.objects.select_related("person").filter(uid=uid).exclude(email=None).first()
    if address is None:
        raise NotFound
    return address


class People(PeopleView):
    """Somebody, by address."""

    @extend_schema(
        summary="Which person has this address?",
        description="The answer looks the same whether the address is known or not.",
        request=PersonIn,
        responses={200: PersonOut},
    )
    def post(self, request: Request) -> Response:
        """Return the number under which all further calls know them."""
        serializer = PersonIn(data=request.data)
        serializer.is_valid(raise_exception=True)
        return Response({"person": address_for(serializer.validated_data["email"]).uid})


class Choices(PeopleView):
    """How somebody stands to every purpose."""

    @extend_schema(
        summary="A person’s choices for all their documents",
        responses={200: ChoicesOut, 404: NO_PERSON},
    )
    def get(self, request: Request, uid: UUID) -> Response:
        """Return one entry a purpose in force."""
        address, now = _address(uid), timezone.now()
        return Response({"person": uid, "choices": list(_entries(address, now))})


def _entries(address: Address, now: datetime) -> list[dict[str, Any]]:
    of = catalogue.catalogue(now)
    stands = _stands(address, of.purposes)
    entries = []
    for purpose in of.purposes:
        version, stand = of.versions.get(purpose.pk), stands[purpose.pk]
        word = words.word_of(purpose, stand, in_force=version is not None)
        entries.append({
            "purpose": purpose.slug,
            "title": version.text().title if version else purpose.slug,
            "control": purpose.control,
            "allowed": stand.allowed and version is not None,
            "state": word.value,
            "origin": stand.origin.value,
            "since": stand.since,
            "version": stand.event.version.number if stand.event else None,
            "url": _url("consents:purpose", purpose.slug),
        })  # fmt: skip
    return entries


def _stands(address: Address, purposes: list[Purpose]) -> dict[int, Stand]:
    """Return their word on each purpose; without an account, what they said by link or here."""
    if address.person is not None:
        return standing.about_everything(address.person, purposes)
    return standing.about_address(address, purposes)


class Refusals(PeopleView):
    """Refusals made in the service's own settings."""

    @extend_schema(
        summary="Refuse for a person who asked for it",
        description="Takes effect at once. What is refused already stays as it is: the answer is"
        " the act that stands.",
        parameters=[KEY],
        request=RefusalIn,
        responses={200: RefusalOut, 404: NO_PERSON},
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Record the refusal, withdrawal or objection, and return its receipt."""
        address = _address(uid)
        serializer = RefusalIn(data=request.data)
        serializer.is_valid(raise_exception=True)
        told = dict(serializer.validated_data)
        key = request.headers.get("Idempotency-Key", "")[:200]
        name = f"refusal:{request.user}:{uid}:{key}"
        # The cache is a table of this database: what it remembers is committed with the act.
        with transaction.atomic():
            event = _done(cache.get(name) if key else None, told)
            if event is None:
                event = _refuse(address, told)
                if key:
                    cache.set(name, [str(event.uid), told], KEPT)
        return Response({
            "purpose": event.purpose.slug,
            "act": event.act,
            "saved_at": event.at,
            "receipt": event.uid,
            "receipt_url": _url("consents:receipt", event.uid),
        })  # fmt: skip


def _done(remembered: list[Any] | None, told: dict[str, Any]) -> ChoiceEvent | None:
    """Return the act of a key that was seen before."""
    if remembered is None:
        return None
    uid, before = remembered
    if before != told:
        raise KeyOfAnother("This Idempotency-Key was used for another refusal.")
    return ChoiceEvent.objects.get(uid=uid)


def _refuse(address: Address, told: dict[str, Any]) -> ChoiceEvent:
    purpose = Purpose.objects.filter(slug=told["purpose"]).first()
    if purpose is None:
        raise ValidationError({"purpose": ["No purpose has this name."]})
    document = None
    if told.get("document"):
        document = Document.objects.filter(reference=told["document"]).first()
        if document is None:  # what is not theirs and what is not there answer alike
            raise choices.NotYours(_("This document is not one of yours."))
    person = address.person
    return choices.refuse(
        purpose, person=person, address=None if person else address, by=None, document=document,
        source=Source.API, language=told.get("language") or (person.language if person else "")
        or settings.LANGUAGE_CODE,
    )  # fmt: skip


class Permissions(PeopleView):
    """What this API does not do."""

    @extend_schema(
        summary="Allow for a person: never by API",
        request=RefusalIn,
        responses={403: PortalOnlyOut, 404: NO_PERSON},
    )
    def post(self, request: Request, uid: UUID) -> Response:
        """Say where the person allows it."""
        _address(uid)
        said = "Only the person allows, in the portal. Lead them there."
        url = _url("consents:purposes")
        return Response({"code": "portal_only", "message": said, "url": url}, status=403)


def _url(name: str, *args: object) -> str:
    return str(urljoin(settings.SITE_URL, reverse(name, args=args)))
