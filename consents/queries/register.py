"""The register of processing as it holds now: records, what covers transfers, what is missing.

Customers' pages, copies, exports and other pages of the office read it from here.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from consents.models import (
    ProcessingRecord,
    ProcessingVersion,
    Purpose,
    PurposeVersion,
    RetentionRun,
    System,
)
from consents.models.register import Role
from consents.queries.processing import GAPS as GAPS
from consents.queries.processing import Gap as Gap
from consents.queries.processing import Record as Record
from consents.queries.processing import Transfer as Transfer
from consents.queries.processing import implied, in_language
from portal.lib.countries import is_third


def records(now: datetime) -> list[Record]:
    """Return every record as of ``now`` (aware): purposes in page order, then those standing alone,
    then those on behalf of others. Five queries, whatever the number."""
    versions = list(ProcessingVersion.objects.newest().select_related("record", "change"))
    held = {version.record.purpose_id or version.record.slug: version for version in versions}
    systems, runs = _systems(), last_runs()
    found = [
        Record(
            wording.purpose.slug,
            held.get(wording.purpose_id) or _never_completed(wording.purpose),
            wording.purpose,
            wording,
            runs,
            systems,
        )
        for wording in _in_force(now)
    ]
    alone = [one for one in versions if one.record.purpose_id is None]
    alone.sort(key=lambda one: (one.role == Role.PROCESSOR, one.has_ended, one.record.slug))
    return found + [Record(one.record.slug, one, None, None, runs, systems) for one in alone]


def record(slug: str, now: datetime) -> Record | None:
    """Return one record as of ``now`` (aware), None where there is none."""
    return next((one for one in records(now) if one.slug == slug), None)


def _in_force(now: datetime) -> list[PurposeVersion]:
    found = PurposeVersion.objects.in_force(now).select_related("purpose")
    return sorted(found, key=lambda one: (one.purpose.position, one.purpose.slug))


def _never_completed(purpose: Purpose) -> ProcessingVersion:
    held = ProcessingRecord(slug=purpose.slug, purpose=purpose)
    return ProcessingVersion(record=held, number=0, role=Role.CONTROLLER)


def _systems() -> dict[str, str]:
    return dict(System.objects.values_list("slug", "name"))


def example(*, on_behalf: bool) -> ProcessingVersion:
    """Return a version that says nothing: for whoever needs to know what can be said."""
    role = Role.PROCESSOR if on_behalf else Role.CONTROLLER
    return ProcessingVersion(number=0, role=role, legal_basis="" if on_behalf else "6(1)(f)")


def last_runs() -> dict[str, RetentionRun]:
    """Return the last run of each task that erases, by its name."""
    newest = RetentionRun.objects.order_by("task", "-ended_at").distinct("task")
    return {run.task: run for run in newest}


def safeguards(keys: Iterable[tuple[str, str]]) -> dict[str, Transfer]:
    """Return what covers the transfers to systems, by slug, of those in third countries.

    ``keys`` are slugs with their countries. One query; none where nothing leaves the EEA.
    """
    abroad = {slug: country for slug, country in keys if is_third(country)}
    if not abroad:
        return {}
    found = {
        slug: Transfer(slug, slug, country, implied(country)) for slug, country in abroad.items()
    }
    for version in ProcessingVersion.objects.newest():
        for one in version.transfers:
            slug = one["recipient"]
            if slug in abroad and not version.has_ended:
                found[slug] = Transfer(
                    slug, slug, one["country"], one["safeguard"], one.get("detail", {})
                )
    return found


def transfers_of(version: PurposeVersion) -> list[Transfer]:
    """Return the transfers of a version of a purpose, by the names that were published."""
    covered = safeguards((one["system"], one["country"]) for one in version.recipients)
    return [
        replace(covered[one["system"]], name=one["name"])
        for one in version.recipients
        if one["system"] in covered
    ]


def automated(purposes: Iterable[int]) -> dict[int, str]:
    """Return the logic of the decisions that a machine makes alone, by id of the purpose."""
    newest = ProcessingVersion.objects.newest().filter(record__purpose__in=list(purposes))
    return {
        one.record.purpose_id: in_language(
            {code: said.get("adm", "") for code, said in one.texts.items()}
        )
        for one in newest.select_related("record")
        if one.adm and one.record.purpose_id is not None
    }
