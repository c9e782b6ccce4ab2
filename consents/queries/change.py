"""In what a version goes further than the one before, in the words that people read."""

from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from consents import widening
from consents.models import PurposeVersion
from consents.models.purposes import Control
from consents.queries import diff
from consents.widening import Widening


@dataclass(frozen=True)
class Step:
    """One thing in which it goes further: how it is until the date, and from then on."""

    label: str | Promise
    before: str
    after: str


LABELS: dict[Widening, str | Promise] = {
    Widening.NEW_DATA: gettext_lazy("More data"),
    Widening.NEW_RECIPIENT: gettext_lazy("Others receive it"),
    Widening.OTHER_BASIS: gettext_lazy("Another legal basis"),
    Widening.OTHER_PROCESSING: gettext_lazy("Something else is done"),
    Widening.LONGER: gettext_lazy("Kept longer, or counted from another day"),
}
NEW = gettext_lazy("A new purpose")
NOT_DONE = gettext_lazy("This was not done.")


def steps(before: PurposeVersion | None, after: PurposeVersion) -> list[Step]:
    """Return in what ``after`` goes further, in the active language; following none, it is new."""
    if before is None:
        return [Step(NEW, str(NOT_DONE), after.text().summary)]
    return [
        Step(LABELS[one], _said(one, before, after), _said(one, after, before))
        for one in widening.between(before, after)
    ]


def before(version: PurposeVersion) -> PurposeVersion | None:
    """Return the version that this one follows; a new purpose follows none."""
    earlier = PurposeVersion.objects.filter(purpose=version.purpose_id)
    return earlier.filter(number=version.number - 1).first()


def for_mail(version: PurposeVersion) -> dict[str, object]:
    """Return what the mail about a wider version says, in the active language, to anybody."""
    last = before(version)
    return {
        "title": version.text().title,
        "steps": steps(last, version),
        "version": version,
        "by_consent": version.purpose.control == Control.CONSENT,
        "has_control": version.purpose.has_control,
    }


def _said(what: Widening, version: PurposeVersion, other: PurposeVersion) -> str:
    """Return the words of the version about it; the bare terms where the words are the same."""
    words, others = _words(what, version), _words(what, other)
    return words if words != others else _terms(what, version)


def _words(what: Widening, version: PurposeVersion) -> str:
    text = version.text()
    return {
        Widening.NEW_DATA: text.data,
        Widening.NEW_RECIPIENT: diff.recipients(version),
        Widening.OTHER_BASIS: diff.basis(version),
        Widening.OTHER_PROCESSING: text.summary,
        Widening.LONGER: text.retention,
    }[what]


def _terms(what: Widening, version: PurposeVersion) -> str:
    if what is Widening.NEW_DATA:
        return ", ".join(version.data_categories)
    if what is Widening.LONGER:
        return f"{version.retention_trigger}, {version.retention_duration}"
    if what is Widening.OTHER_PROCESSING:
        return f"{version.dpv_purpose} {version.dpv_processing}"
    return ", ".join(one["system"] for one in version.recipients)
