"""Pages of the register: by the record beside, so that one that is added or ends moves nothing."""

from dataclasses import dataclass

from consents.queries.register import Record

SIZE = 50


@dataclass(frozen=True)
class Page:
    """Some records, from the ``first`` to the ``last`` of all (counted from 1; 0: there is none),
    and the records beside which the other pages begin (empty: there is none)."""

    records: list[Record]
    first: int
    last: int
    newer: str
    older: str


def page_of(found: list[Record], *, older: str = "", newer: str = "") -> Page:
    """Return the page after the record ``older``, or before ``newer``; the first without one, and
    where the register has no such record any more."""
    places = {one.slug: at for at, one in enumerate(found)}
    if newer in places:
        begin = max(places[newer] - SIZE, 0)
    else:
        begin = places[older] + 1 if older in places else 0
    rows = found[begin : begin + SIZE]
    end = begin + len(rows)
    return Page(
        rows,
        first=begin + 1 if rows else 0,
        last=end,
        newer=rows[0].slug if rows and begin else "",
        older=rows[-1].slug if end < len(found) else "",
    )
