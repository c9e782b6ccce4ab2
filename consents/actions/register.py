"""Recording what the register says of a processing. A recorded version is never changed.

Whoever calls :func:`record` has had it agreed to (``consents.register.kind``); the versions that a
new installation begins with come from the catalogue.
"""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.changes.models import Change
from consents.catalogue import register as seeds
from consents.models import ProcessingRecord, ProcessingVersion, Purpose, RetentionRun
from consents.models.register import as_dict
from consents.register import checking
from consents.register.fields import Draft, Subject, columns
from consents.register.jobs import Outcome
from portal.lib.canonical import sha256_of
from portal.lib.errors import DomainError


class NotRecordable(DomainError):
    """The draft lacks something that the law asks of a record."""

    code = "record_not_complete"


@transaction.atomic
def record(
    slug: str, draft: Draft, *, change: Change | None = None, at: datetime | None = None
) -> ProcessingVersion:
    """Record a draft as the next version of the processing, and return it.

    ``change`` is the change that was agreed to, None for what the catalogue begins with; ``at``
    (aware) defaults to now. The slug of a purpose makes it the record of that purpose.

    Raises:
        NotRecordable: something is missing or wrong (``consents.register.checking``).
    """
    purpose = Purpose.objects.filter(slug=slug).first()
    subject = Subject(slug, of_purpose=purpose is not None)
    if checking.problems(draft, subject):
        raise NotRecordable(_("The record is not complete: what is missing is marked on its page."))
    known, _made = ProcessingRecord.objects.get_or_create(slug=slug, defaults={"purpose": purpose})
    ProcessingRecord.objects.select_for_update().get(pk=known.pk)
    last = known.versions.order_by("-number").first()
    version = ProcessingVersion(
        record=known,
        number=last.number + 1 if last else 1,
        recorded_at=at or timezone.now(),
        change=change,
        **columns(draft, subject),
    )
    version.sha256 = sha256_of({"processing": slug, **as_dict(version)})
    version.save(force_insert=True)
    return version


@transaction.atomic
def load_register(
    folder: Path = seeds.FOLDER,
    *,
    at: datetime | None = None,
    besides: Mapping[str, Draft] | None = None,
) -> list[ProcessingVersion]:
    """Record the first version of every processing of the catalogue that has none.

    ``besides`` adds fields to a draft, by slug: what only this installation knows. A record of the
    catalogue whose purpose is not there is left out. Returns what it recorded.
    """
    known = set(ProcessingRecord.objects.values_list("slug", flat=True))
    purposes = set(Purpose.objects.values_list("slug", flat=True))
    made = []
    for seed in seeds.records(folder):
        if seed.slug not in known and (not seed.of_purpose or seed.slug in purposes):
            draft = {**seed.draft, **(besides or {}).get(seed.slug, {})}
            made.append(record(seed.slug, draft, at=at))
    return made


def note_run(
    task: str, *, began_at: datetime, outcome: Outcome | int | None = None, failed: bool = False
) -> RetentionRun:
    """Write down that a task that erases has run. ``began_at`` is aware; the end is now.

    ``outcome`` is what it did: how many things, where it holds nothing back.
    """
    done = outcome if isinstance(outcome, Outcome) else None
    count = outcome.erased if isinstance(outcome, Outcome) else outcome
    return RetentionRun.objects.create(
        task=task,
        began_at=began_at,
        erased=count,
        held=done.held if done else {},
        failed=failed,
        ended_at=timezone.now(),
    )
