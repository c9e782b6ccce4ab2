"""Figures of a law that the office may change, and what "never later than the law" means.

Pure but for :func:`in_force`, which asks what the office has published. A law as shipped is in
``dsar.regimes``; the office may be stricter than it at any time, and follow a change of the law
itself only from the day that change takes effect, with its source.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from functools import cache
from typing import Any

from dsar.regimes import DAY, REGIMES, Regime, RegimeCode, Term
from portal.lib.office import store

KEY = "regime:"
# 28 years: after them weekdays and leap years come back in the same order.
# Four years are enough where no weekday counts.
LEAP = 4 * 365 + 1
CYCLE = [date(2000, 1, 1) + DAY * n for n in range(28 * 365 + 7)]


@dataclass(frozen=True)
class Figure:
    """One term of a law: ``shorter_is_stricter`` says which direction is better for people."""

    name: str
    shorter_is_stricter: bool = True


FIGURES = (
    Figure("answer"),
    Figure("extension"),
    Figure("target"),
    Figure("acknowledge"),
    Figure("opt_out"),
    Figure("appeal_answer"),
    Figure("appeal_extension"),
    Figure("appeal_within", shorter_is_stricter=False),
    Figure("keep_proof"),
)
APPEAL = "appeal_"
Terms = Mapping[str, Term]


def of(regime: Regime) -> dict[str, Term]:
    """Return the figures of a law that it has; those it does not name are left out."""
    found = {
        figure.name: getattr(regime.appeal, figure.name.removeprefix(APPEAL))
        if figure.name.startswith(APPEAL)
        else getattr(regime, figure.name)
        for figure in FIGURES
    }
    return {name: term for name, term in found.items() if term is not None}


def with_figures(regime: Regime, terms: Terms) -> Regime:
    """Return the law with other figures."""
    appeal = {n.removeprefix(APPEAL): term for n, term in terms.items() if n.startswith(APPEAL)}
    own = {n: term for n, term in terms.items() if not n.startswith(APPEAL)}
    return replace(regime, appeal=replace(regime.appeal, **appeal), **own)  # type: ignore[arg-type]


@cache
def never_later(one: Term, other: Term) -> bool:
    """Whether ``one`` ends on or before the end of ``other``, from whichever day on.

    Working days are compared with working days alone: holidays make others longer.
    """
    if one == other:
        return True
    if one.working_days > other.working_days:
        return False
    days = CYCLE if one.working_days or other.working_days else CYCLE[:LEAP]
    return all(one.after(start) <= other.after(start) for start in days)


def looser(new: Terms, than: Terms) -> list[str]:
    """Return the names of the figures that leave people with less than ``than`` does."""
    found = []
    for figure in FIGURES:
        if figure.name not in new or figure.name not in than:
            continue
        one, other = new[figure.name], than[figure.name]
        shorter, longer = (one, other) if figure.shorter_is_stricter else (other, one)
        if not never_later(shorter, longer):
            found.append(figure.name)
    # Each part may be shorter and both together later: 28 days and one month from 31 January.
    for answer, extension in (("answer", "extension"), ("appeal_answer", "appeal_extension")):
        whole = new[answer] + new[extension], than[answer] + than[extension]
        if not {answer, extension} & set(found) and not never_later(*whole):
            found.append(extension)
    return found


def strictest(one: Terms, other: Terms) -> dict[str, Term]:
    """Return, figure by figure, the one that is better for people; the first where neither is."""
    worse = looser(one, other)
    return {name: other[name] if name in worse else term for name, term in one.items()}


def in_force(code: RegimeCode | str, day: date | None) -> Regime:
    """Return the law, with the office's figures, for a clock that begins on ``day``.

    None: for one that begins from now on.
    """
    shipped = REGIMES[RegimeCode(code)]
    version = store.current(KEY + shipped.code)
    if version is None or version.value is None:
        return shipped
    return with_figures(shipped, terms_on(version.value, day))


def terms_on(value: Mapping[str, Any], day: date | None) -> dict[str, Term]:
    """Return the figures of a published value for a clock that begins on ``day``."""
    law = value.get("law")
    if law and day is not None and day < date.fromisoformat(law["from"]):
        return terms(value["before"])
    return terms(value["figures"])


def terms(kept: Mapping[str, Any]) -> dict[str, Term]:
    """Return figures that were kept as JSON."""
    return {name: Term(**parts) for name, parts in kept.items()}


def changed_law(code: RegimeCode | str, day: date) -> Mapping[str, str] | None:
    """Return source, url and date ("from") of the change of law that a clock of ``day`` follows."""
    version = store.current(KEY + code)
    law = version.value.get("law") if version and version.value else None
    return law if law and day >= date.fromisoformat(law["from"]) else None
