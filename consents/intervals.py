"""How sure a share is that was counted in a sample: its 95 % interval (Wilson 1927)."""

from dataclasses import dataclass
from math import sqrt

# The 97.5th percentile of the normal distribution: two sides of 2.5 % each.
Z = 1.959963984540054


@dataclass(frozen=True)
class Interval:
    """A share in a sample, and between which it lies with 95 % confidence; all from 0 to 1."""

    share: float
    low: float
    high: float
    of: int  # how many were looked at


def wilson(hits: int, of: int) -> Interval:
    """Return the share of ``hits`` in ``of`` (at least 1) with its 95 % score interval.

    Unlike the usual "± 1.96 standard errors" it says something true of none in a hundred as well.

    Raises:
        ValueError: ``of`` is not positive, or there are more hits than that.
    """
    if of < 1 or not 0 <= hits <= of:
        raise ValueError(f"{hits} of {of} is no share")
    share, square = hits / of, Z * Z
    middle = share + square / (2 * of)
    spread = Z * sqrt(share * (1 - share) / of + square / (4 * of * of))
    scale = 1 + square / of
    low = 0.0 if hits == 0 else (middle - spread) / scale
    high = 1.0 if hits == of else (middle + spread) / scale
    return Interval(share, low, high, of)
