"""Documents end with their period (art. 5(1)(e) GDPR), but for those that somebody still needs.

How long is asked of the register at each run (``consents.queries.retention``). A batch is one
transaction and waits for nobody: what somebody else has locked is left to the next night, so that
no choice, hold or request is ever held up or broken off by it. The people of a document are locked
while it ends: a hold or a request is either there when it is looked for, or comes after the end.
"""

import logging
from collections.abc import Iterable, Iterator
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce
from django.utils import timezone

from accounts import erased
from accounts.models import Address, Invitation, User
from consents.models import ChoiceEvent, Document, DocumentLink, Party
from consents.queries import retention
from consents.register.jobs import Held, Outcome
from dsar.durations import after, term
from dsar.models import ErasureItem, Hold, Restriction, Statement, SubjectRequest
from dsar.models.erasure import STAYING
from dsar.sources.base import place_of
from dsar.sources.portal import emptying
from dsar.sources.portal.contracts import PREFIX, kept_until

log = logging.getLogger(__name__)
AT_ONCE = 200  # documents of one transaction


def end_documents(today: date) -> Outcome:
    """Erase every document whose period is over on ``today`` (controller's zone), batch by batch.

    Where no purpose in force keeps documents, only a document's own date ends it.
    """
    outcome, kept_for = Outcome(), retention.of_documents(timezone.now())
    for batch in _due(today, kept_for):
        _end(batch, today, kept_for, outcome)
    return outcome


def last_day(today: date, kept_for: str) -> date:
    """Return the last day from which a period (ISO 8601) is over on ``today``."""
    long = term(kept_for)
    day = today - timedelta(days=31 * long.months + long.days)
    while after(day + timedelta(days=1), kept_for) <= today:
        day += timedelta(days=1)
    return day


def _due(today: date, kept_for: str) -> Iterator[list[int]]:
    """Yield the ids of what is over, oldest first; each query reads one batch from an index."""
    there = Document.objects.filter(erased_at=None)
    own: QuerySet[Any] = there.filter(keep_until__isnull=False, keep_until__lte=today)
    yield from _walk(own.annotate(end=F("keep_until")))
    if kept_for:
        midnight = datetime.combine(last_day(today, kept_for) + timedelta(days=1), time.min)
        before = timezone.make_aware(midnight)
        ended: QuerySet[Any] = there.filter(keep_until=None).annotate(
            end=Coalesce("completed_at", "state_at")
        )
        yield from _walk(ended.filter(end__lt=before))


def _walk(rows: QuerySet[Any]) -> Iterator[list[int]]:
    page = rows
    while found := list(page.order_by("end", "pk").values_list("end", "pk")[:AT_ONCE]):
        yield [pk for _end, pk in found]
        end, pk = found[-1]
        page = rows.filter(Q(end__gt=end) | Q(pk__gt=pk), end__gte=end)


@transaction.atomic
def _end(pks: list[int], today: date, kept_for: str, outcome: Outcome) -> None:
    locked = Document.objects.select_for_update(skip_locked=True).filter(pk__in=pks)
    documents = [one for one in locked.order_by("pk") if one.erased_at is None]
    missed = len(pks) - len(documents)
    reasons = _reasons(documents, today)
    gone: list[int] = []
    for document in documents:
        is_over = document.keep_until or kept_for
        if not is_over or kept_until(document, kept_for) > today:
            continue  # its date was moved meanwhile
        if document.pk not in reasons and _erase(document):
            gone.append(document.pk)
        else:
            reasons.setdefault(document.pk, Held.FILE)
    _forget_beside(gone)
    outcome.add(len(gone), [*reasons.values(), *[Held.BUSY] * missed])


def _erase(document: Document) -> bool:
    try:
        with transaction.atomic():
            emptying.empty(document)
    # A storage is foreign code (see dsar.erasure): one file must not keep others from their end.
    except Exception as error:  # noqa: BLE001
        log.error("document %s could not be ended: %s", document.uid, place_of(error))
        return False
    return True


def _reasons(documents: list[Document], today: date) -> dict[int, Held]:
    """Return, by id of a document, why it stays although its time is over."""
    pks = [one.pk for one in documents]
    people: dict[int, set[int]] = {pk: set() for pk in pks}
    for document, person in _people_of(pks):
        people[document].add(person)
    everybody = {person for some in people.values() for person in some}
    found: dict[int, Held] = {}
    for reason, who in _of_people(everybody).items():
        for pk in pks:
            if people[pk] & who:
                found.setdefault(pk, reason)
    restrictions = Restriction.objects.filter(document__in=pks, lifted_at=None)
    for pk in restrictions.values_list("document", flat=True):
        found.setdefault(pk, Held.RESTRICTED)
    for pk in _kept_longer(pks, everybody, today):
        found.setdefault(pk, Held.KEPT)
    return found


def _people_of(pks: list[int]) -> Iterable[tuple[int, int]]:
    """Yield each document with each person in it.

    Also whom a request or a hold knows by an address that they have not proven yet.
    """
    by_address = User.objects.filter(email=OuterRef("address__email")).values("pk")[:1]
    parties = Party.objects.filter(document__in=pks).annotate(
        who=Coalesce("address__person", Subquery(by_address))
    )
    return parties.exclude(who=None).values_list("document", "who")


def _of_people(everybody: set[int]) -> dict[Held, set[int]]:
    """Lock the people, and return which of them keep their documents, by reason."""
    rows = User.objects.select_for_update(skip_locked=True).filter(pk__in=everybody)
    locked = set(rows.order_by("pk").values_list("pk", flat=True))
    holds = Hold.objects.filter(person__in=everybody, lifted_at=None)
    requests = SubjectRequest.objects.open().filter(person__in=everybody)
    all_of_theirs = Restriction.objects.filter(
        request__person__in=everybody, document=None, purpose=None, lifted_at=None
    )
    return {
        Held.HOLD: set(holds.values_list("person", flat=True)),
        Held.REQUEST: set(requests.values_list("person", flat=True)),
        Held.RESTRICTED: set(all_of_theirs.values_list("request__person", flat=True)),
        Held.BUSY: everybody - locked,
    }


def _kept_longer(pks: list[int], everybody: set[int], today: date) -> list[int]:
    """Return which documents an erasure left standing until a day to come."""
    items = ErasureItem.objects.filter(
        request__person__in=everybody,
        source="documents",
        key__in=[f"{PREFIX}{pk}" for pk in pks],
        decision__in=STAYING,
        done_at__isnull=False,
        ended_at=None,
        until__gt=today,
    )
    return [int(key.removeprefix(PREFIX)) for key in items.values_list("key", flat=True)]


def _forget_beside(gone: list[int]) -> None:
    """Erase what stood beside the documents: statements, links, addresses of no further use."""
    now = timezone.now()
    Statement.objects.filter(document__in=gone, erased_at=None).update(text="", erased_at=now)
    DocumentLink.objects.filter(document__in=gone).delete()
    erased.erase(_nobodys(gone))


def _nobodys(gone: list[int]) -> QuerySet[Address]:
    """Return addresses without account that are in no other document and have chosen nothing.

    A refusal stays with its address, and is heeded when the address is met again.
    """
    met = Party.objects.filter(address=OuterRef("pk"))
    return Address.objects.filter(
        ~Exists(met.filter(document__erased_at=None)),
        ~Exists(ChoiceEvent.objects.filter(address=OuterRef("pk"))),
        ~Exists(DocumentLink.objects.filter(address=OuterRef("pk"))),
        ~Exists(Invitation.objects.filter(address=OuterRef("pk"))),
        pk__in=Party.objects.filter(document__in=gone).values("address"),
        person=None,
    )
