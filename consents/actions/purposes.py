"""Publishing what documents are used for. A published version is never changed (invariant 4)."""

from collections.abc import Mapping
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from accounts.changes.models import Change
from consents import catalogue, office, vocabulary, widening
from consents.actions import announcements, register
from consents.catalogue import PurposeSeed, Wording
from consents.models import Party, Purpose, PurposeText, PurposeVersion, System
from consents.models.purposes import Control, LegalBasis
from consents.register.fields import Draft
from portal.lib.canonical import sha256_of
from portal.lib.errors import DomainError
from portal.lib.office.contacts import controller

# What a person can do about a purpose follows from its basis: consent is given and withdrawn (art.
# 7), a legitimate interest or a public task can be objected to (art. 21(1)), a contract or a legal
# duty cannot. 6(1)(f) without a switch is allowed, for objections that a person must examine.
BASES: dict[str, frozenset[LegalBasis]] = {
    Control.CONSENT: frozenset({LegalBasis.CONSENT}),
    Control.OBJECTION: frozenset({LegalBasis.INTEREST, LegalBasis.PUBLIC_TASK}),
    Control.NONE: frozenset(set(LegalBasis) - {LegalBasis.CONSENT}),
    Control.NOT_USED: frozenset(LegalBasis),
}


class BasisDoesNotFit(DomainError):
    """The legal basis does not go with the control that people have."""

    code = "basis_does_not_fit"


class TrainingNotNamed(DomainError):
    """It trains a model, and its purpose is not the one for AI training."""

    code = "training_not_named"


class TextsIncomplete(DomainError):
    """A language or a level of the text is missing: each must be complete in itself."""

    code = "texts_incomplete"


class OutOfOrder(DomainError):
    """The version does not follow the one before it, in number or in time."""

    code = "version_out_of_order"


class NoticeTooShort(DomainError):
    """A wider version takes effect before people could read of it."""

    code = "notice_too_short"


class UnknownRecipient(DomainError):
    """A recipient is named that is not among the systems."""

    code = "unknown_recipient"


@transaction.atomic
def publish(
    purpose: Purpose,
    wording: Wording,
    *,
    published_at: datetime,
    effective_from: datetime,
    number: int | None = None,
    change: Change | None = None,
) -> PurposeVersion:
    """Publish a wording of the purpose, unchangeable from now on, and return it.

    Both times are aware and stored in UTC. ``number`` defaults to the next one. Names of systems
    and of the controller are filled in now, so that the hash is that of the words people read.
    ``change`` is the change that a second person agreed to, if there was one.

    It never turns a choice on: choices stay what they are, and what was agreed to before a wider
    version (``consents.widening``) no longer counts once that is in effect. Telling people of a
    wider version begins in the same transaction (``consents.actions.announcements``).

    Raises:
        BasisDoesNotFit: a basis without the control it demands, or AI training on a contract.
        TrainingNotNamed: it trains a model, for a purpose that is another one.
        TextsIncomplete: a language of the portal, or a level of the text, is missing or empty.
        OutOfOrder: the number is not the next, or the version before takes effect later.
        NoticeTooShort: it is wider and takes effect within the notice of ``consents.office``.
        UnknownRecipient: a recipient is not a system.
    """
    purpose = Purpose.objects.select_for_update().get(pk=purpose.pk)
    _require_fit(purpose, wording)
    _require_complete(wording.texts)
    number = _next_number(purpose, number, effective_from)
    # The hash covers the time as text, and the database gives it back in UTC.
    times = {
        "published_at": published_at.astimezone(UTC),
        "effective_from": effective_from.astimezone(UTC),
    }
    version = unsaved(purpose, wording, number=number, **times)
    if effective_from - published_at < timedelta(days=version.notice_days):
        raise NoticeTooShort(_("A wider version must be announced longer before it takes effect."))
    version.change = change
    version.sha256 = sha256_of(version.published())
    # The database holds to all of this by itself, whoever writes (migration 0009).
    version.save(force_insert=True)
    if version.widens and effective_from > timezone.now():
        announcements.begin(version)
    return version


def unsaved(
    purpose: Purpose,
    wording: Wording,
    *,
    number: int,
    published_at: datetime,
    effective_from: datetime,
) -> PurposeVersion:
    """Return the version as it would be published, with the names of today; nothing is written.

    Whether it is wider is decided here, against the last version that was not stopped.

    Raises:
        UnknownRecipient: a recipient is not a system.
    """
    version = PurposeVersion(
        purpose=purpose, number=number, published_at=published_at, effective_from=effective_from,
        **_words(wording),
    )  # fmt: skip
    version.widens = _is_wider(version)
    version.notice_days = office.NOTICE_DAYS.now() if version.widens else 0
    return version


@transaction.atomic
def load_catalogue(
    shape: str | None = None,
    *,
    folder: Path = catalogue.FOLDER,
    at: datetime | None = None,
    besides: Mapping[str, Draft] | None = None,
) -> list[PurposeVersion]:
    """Make the systems and purposes of the catalogue, each with its first version, where missing;
    and the records of the register of processing that are in its folder ``register``.

    ``shape`` is the legal shape of AI training (default: ``settings.AI_TRAINING_SHAPE``); ``at``
    (aware, default: now) is when the first versions are published and take effect; where there are
    documents already, people are told first, and they take effect ``PURPOSE_NOTICE_DAYS`` later.
    What is there is left alone, so a changed file changes nothing that people were told. Returns
    what it published. ``besides`` is for ``load_register``.
    """
    at = at or timezone.now()
    notice = timedelta(days=office.NOTICE_DAYS.now() if _somebody_is_here() else 0)
    load_systems(folder)
    published = []
    for seed in catalogue.purposes(shape or settings.AI_TRAINING_SHAPE, folder):
        purpose = purpose_of(seed)
        if not purpose.versions.exists():
            published.append(
                publish(purpose, seed.wording, published_at=at, effective_from=at + notice)
            )
    register.load_register(folder / "register", at=at, besides=besides)
    return published


def load_systems(folder: Path = catalogue.FOLDER) -> None:
    """Make the systems of the catalogue where missing."""
    for seed in catalogue.systems(folder):
        System.objects.get_or_create(
            slug=seed.slug,
            defaults={"name": seed.name, "kind": seed.kind, "country": seed.country},
        )


def purpose_of(seed: PurposeSeed) -> Purpose:
    """Return the purpose of the seed, made at first call; it has no version yet then."""
    return Purpose.objects.get_or_create(
        slug=seed.slug,
        defaults={
            "control": seed.control,
            "position": seed.position,
            "is_ai_training": seed.is_ai_training,
            "shares_with_third_parties": seed.shares_with_third_parties,
            "honours_gpc": seed.honours_gpc,
            "by_document": seed.by_document,
            # Whoever trains on what is claimed to be anonymous has to prove it.
            "needs_evidence": seed.is_ai_training,
        },
    )[0]


def trains_unnamed(purpose: Purpose, processing: str) -> bool:
    """Whether a model would learn for a purpose that is not AI training.

    What the gate closes for training alone (minors, special categories, what an uploader refused)
    hangs on the purpose: under another one a model would learn from all of it.
    """
    return processing in vocabulary.TRAINING and not purpose.is_ai_training


def _require_fit(purpose: Purpose, wording: Wording) -> None:
    if trains_unnamed(purpose, wording.dpv_processing):
        raise TrainingNotNamed(_("Models learn for the purpose of AI training alone."))
    if purpose.is_ai_training and wording.legal_basis == LegalBasis.CONTRACT:
        raise BasisDoesNotFit(_("AI training cannot be based on the contract."))
    if wording.legal_basis not in BASES[purpose.control]:
        raise BasisDoesNotFit(_("This legal basis does not go with what people can do about it."))


def _require_complete(texts: dict[str, PurposeText]) -> None:
    languages = {code for code, _name in settings.LANGUAGES}
    if languages - texts.keys():
        raise TextsIncomplete(_("The text is missing in one of the portal’s languages."))
    for text in texts.values():
        if not all(getattr(text, part.name).strip() for part in fields(text)):
            raise TextsIncomplete(_("A part of the text is empty."))


def _next_number(purpose: Purpose, number: int | None, effective_from: datetime) -> int:
    """Return the number of the new version. The purpose's row is locked by the caller."""
    following = next_number(purpose)
    if number not in (None, following):
        raise OutOfOrder(_("Versions are numbered one after the other."))
    last = purpose.versions.filter(stop=None).order_by("-number").first()
    if last and effective_from < last.effective_from:
        raise OutOfOrder(_("A version cannot take effect before the one it follows."))
    return following


def next_number(purpose: Purpose) -> int:
    """Return the number that the next version has; one that was stopped keeps its own."""
    if purpose.pk is None:
        return 1
    last = purpose.versions.order_by("-number").first()
    return last.number + 1 if last else 1


def _is_wider(version: PurposeVersion) -> bool:
    """Whether it goes further than what people were told before.

    The first version of a purpose is something new to everybody who is already here.
    """
    before = version.before
    return _somebody_is_here() if before is None else bool(widening.between(before, version))


def _somebody_is_here() -> bool:
    return Party.objects.exists()


def _words(wording: Wording) -> dict[str, Any]:
    """Return the columns of a version that the wording fills, with the names of today."""
    named = {system.slug: system for system in System.objects.all()}
    return {
        "legal_basis": wording.legal_basis,
        "texts": _filled_in({code: asdict(text) for code, text in wording.texts.items()}, named),
        "data_categories": wording.data_categories,
        "recipients": _recipients(wording.recipients, named),
        "retention_trigger": wording.retention_trigger,
        "retention_duration": wording.retention_duration,
        "safeguards": _filled_in(wording.safeguards, named),
        "dpv_purpose": wording.dpv_purpose,
        "dpv_processing": wording.dpv_processing,
    }


def _filled_in(value: Any, named: dict[str, System]) -> Any:
    """Put the names of the controller and the systems into the texts; leave ``{document}``."""
    if isinstance(value, str):
        known, names = controller(), {slug: system.name for slug, system in named.items()}
        names |= {
            "controller": known["name"],
            "controller_address": known["address"],
            "dpo_email": known["dpo_email"],
        }
        for key, name in names.items():
            value = value.replace("{" + key + "}", name)
        return value
    if isinstance(value, dict):
        return {key: _filled_in(inner, named) for key, inner in value.items()}
    return value


def _recipients(slugs: list[str], named: dict[str, System]) -> list[dict[str, str]]:
    """Return who receives it, as it stood at publication (CJEU C-154/21: actual recipients)."""
    if set(slugs) - named.keys():
        raise UnknownRecipient(_("A recipient is not among the systems."))
    return [
        {"system": slug, "name": system.name, "kind": system.kind, "country": system.country}
        for slug, system in ((slug, named[slug]) for slug in slugs)
    ]
