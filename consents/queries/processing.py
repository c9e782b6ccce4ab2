"""One processing as the register has it now: what it says, and what is missing about it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum, auto
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import get_language, gettext_lazy

from consents import rights as table
from consents.models import ProcessingVersion, Purpose, PurposeVersion, RetentionRun
from consents.models.purposes import Control, LegalBasis
from consents.models.register import Role
from consents.register import terms
from consents.rights import Right
from portal.lib.countries import ADEQUATE, is_third
from portal.lib.durations import in_words

Words = str | Promise
MARKETING = frozenset({"dpv:DirectMarketing", "dpv:Marketing"})


class Gap(StrEnum):
    """What is missing about a processing, though it is in the register."""

    NO_RECORD = auto()
    NO_SAFEGUARD = auto()
    NO_LIA = auto()
    NO_DPIA = auto()
    NOT_ERASED = auto()
    NEVER_RAN = auto()


GAPS: dict[Gap, Words] = {
    Gap.NO_RECORD: gettext_lazy("not completed for the register"),
    Gap.NO_SAFEGUARD: gettext_lazy("a transfer without anything that covers it"),
    Gap.NO_LIA: gettext_lazy("no assessment of the interest"),
    Gap.NO_DPIA: gettext_lazy("no impact assessment"),
    Gap.NOT_ERASED: gettext_lazy("no job carries out the period"),
    Gap.NEVER_RAN: gettext_lazy("the job that erases has not run, or failed"),
}


@dataclass(frozen=True)
class Recipient:
    """Who receives data. ``key`` is the slug of a system, or the name; ``country`` ISO 3166."""

    key: str
    name: str
    kind: str
    country: str

    @property
    def kind_words(self) -> str:
        """Return who runs it."""
        return terms.words(self.kind, terms.RECIPIENT_KINDS)


@dataclass(frozen=True)
class Transfer:
    """What covers a transfer; ``safeguard`` is a code of ``terms.SAFEGUARDS``, or empty."""

    key: str
    name: str
    country: str
    safeguard: str
    detail: Mapping[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """Return what covers it, in the active language."""
        said = in_language(self.detail)
        if said:
            return said
        if not self.safeguard:
            return str(NOT_NAMED)
        return terms.words(self.safeguard, terms.SAFEGUARDS)


NOT_NAMED: Words = gettext_lazy(
    "not named in this register: ask the data protection officer for it (art. 46)"
)


@dataclass(frozen=True)
class Record:
    """One processing as the register has it now.

    ``wording`` is the version in force of its purpose, None where it stands alone. A purpose that
    was never completed has ``number`` 0. ``runs`` are the last runs of the tasks that erase.
    """

    slug: str
    version: ProcessingVersion
    purpose: Purpose | None
    wording: PurposeVersion | None
    runs: Mapping[str, RetentionRun]
    systems: Mapping[str, str]

    @property
    def number(self) -> int:
        """Return the number of the version that holds."""
        return self.version.number

    @property
    def is_processor(self) -> bool:
        """Whether it is a processing on behalf of others (art. 30(2))."""
        return self.version.role == Role.PROCESSOR

    def text(self, name: str) -> str:
        """Return a text of its own in the active language, else in English."""
        return in_language({code: said.get(name, "") for code, said in self.version.texts.items()})

    @property
    def title(self) -> str:
        """Return the name of the processing."""
        return self.wording.text().title if self.wording else self.text("title") or self.slug

    @property
    def purposes(self) -> str:
        """Return what it is for."""
        return self.wording.text().detail if self.wording else self.text("purposes")

    @property
    def data(self) -> str:
        """Return which data, in words."""
        return self.wording.text().data if self.wording else self.text("data")

    @property
    def recipients_text(self) -> str:
        """Return who receives it, in words."""
        return self.wording.text().recipients if self.wording else self.text("recipients")

    @property
    def retention_text(self) -> str:
        """Return how long it is kept, in words."""
        return self.wording.text().retention if self.wording else self.text("retention")

    @property
    def basis(self) -> str:
        """Return the legal basis: ``6(1)(a)``; empty for a processor."""
        return str(self._of_wording("legal_basis"))

    @property
    def basis_words(self) -> str:
        """Return the legal basis in words."""
        return str(LegalBasis(self.basis).label) if self.basis else ""

    @property
    def dpv_purpose(self) -> str:
        """Return the term of the purpose."""
        return str(self._of_wording("dpv_purpose"))

    @property
    def dpv_processing(self) -> str:
        """Return the term of the operation."""
        return str(self._of_wording("dpv_processing"))

    @property
    def data_categories(self) -> list[str]:
        """Return the terms of the data."""
        return list(self._of_wording("data_categories"))

    @property
    def trigger(self) -> str:
        """Return the code of the event from which the period is counted."""
        return str(self._of_wording("retention_trigger"))

    @property
    def duration(self) -> str:
        """Return the period, ISO 8601; empty where none is set."""
        return str(self._of_wording("retention_duration"))

    @property
    def duration_words(self) -> str:
        """Return the period as people say it; empty where none is set."""
        return in_words(self.duration)

    def _of_wording(self, name: str) -> Any:
        return getattr(self.wording or self.version, name)

    @property
    def rights(self) -> tuple[Right, ...]:
        """Return the rights that its basis gives."""
        return table.of(self.basis, marketing=self.dpv_purpose in MARKETING)

    @property
    def recipients(self) -> list[Recipient]:
        """Return who receives the data."""
        if self.wording:
            return [
                Recipient(one["system"], one["name"], one["kind"], one["country"])
                for one in self.wording.recipients
            ]
        return [
            Recipient(one["name"], one["name"], one["kind"], one["country"])
            for one in self.version.recipients
        ]

    @property
    def transfers(self) -> list[Transfer]:
        """Return every transfer: what is described, and what goes abroad and is not."""
        described = [
            Transfer(
                one["recipient"],
                self.systems.get(one["recipient"], one["recipient"]),
                one["country"],
                one["safeguard"],
                one.get("detail", {}),
            )
            for one in self.version.transfers
        ]
        known = {one.key for one in described}
        return described + [
            Transfer(one.key, one.name, one.country, implied(one.country))
            for one in self._abroad()
            if one.key not in known
        ]

    def _abroad(self) -> list[Recipient]:
        engaged = [
            Recipient(one["name"], one["name"], "processor", one["country"])
            for one in self.version.processors
        ]
        return [one for one in [*self.recipients, *engaged] if is_third(one.country)]

    @property
    def is_done(self) -> bool:
        """Whether it takes place at all: it has not ended, and is no purpose that is not used."""
        unused = self.purpose is not None and self.purpose.control == Control.NOT_USED
        return not self.version.has_ended and not unused

    @property
    def gaps(self) -> list[Gap]:
        """Return what is missing, the gravest first."""
        if not self.is_done:
            return []
        if not self.number:
            return [Gap.NO_RECORD]
        missing = {
            Gap.NO_SAFEGUARD: any(not one.safeguard for one in self.transfers),
            Gap.NO_LIA: self.basis == LegalBasis.INTEREST and not self.version.lia_reference,
            Gap.NO_DPIA: self._expects_dpia() and not self._has_dpia(),
            Gap.NOT_ERASED: not self.is_processor and not self._is_erased(),
            Gap.NEVER_RAN: any(not self._ran(task) for task in self.version.erased_by),
        }
        return [gap for gap, holds in missing.items() if holds]

    @property
    def gap_words(self) -> list[Words]:
        """Return what is missing, in words."""
        return [GAPS[gap] for gap in self.gaps]

    def _expects_dpia(self) -> bool:
        """Whether art. 35 asks for one, as far as the register can tell."""
        training = self.purpose is not None and self.purpose.is_ai_training
        special = bool(terms.SPECIAL & set(self.data_categories))
        return not self.is_processor and (training or self.version.adm or special)

    def _has_dpia(self) -> bool:
        return bool(self.version.dpia_reference or self.text("dpia_reason"))

    def _is_erased(self) -> bool:
        return bool(self.version.erased_by or self.text("erased_elsewhere"))

    def _ran(self, task: str) -> bool:
        return task in self.runs and not self.runs[task].failed


def in_language(said: Mapping[str, str]) -> str:
    """Return the words in the active language, else in English."""
    return said.get((get_language() or "en").split("-")[0]) or said.get("en", "")


def implied(country: str) -> str:
    """Return what covers a transfer to a country by itself: an adequacy decision, or nothing."""
    return terms.ADEQUACY if country in ADEQUATE else ""
