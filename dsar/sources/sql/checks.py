"""What in a mapping cannot be right together, although each value by itself is."""

from graphlib import CycleError, TopologicalSorter
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils.translation import gettext_lazy as _

from dsar.sources.options import Options
from dsar.sources.problems import Problems
from dsar.sources.sql.mapping import EMPTY, Reference, reference_of

HOWS = {"is", "is_not", "in", "before", "from"}


def run(options: Options, problems: Problems) -> None:
    """Note every mistake. What a later check builds on is looked at first."""
    _zone(options, problems)
    sections: Options = options["tables"]
    references = _references(sections, problems)
    _places(sections, problems)
    for name, one in sections.items():
        _conditions(one, problems)
        _ways_of_erasing(one, problems)
        if not one["identity"] and not any(ref.followed for ref in references[name]):
            words = _("Nothing says which rows of “%(table)s” are whose: give identity or follow.")
            problems.add(sections.line_of(name), words, table=name)
    if len(problems):
        return
    if _circles(references, problems):
        return
    _roots(sections, references, problems)
    for name, one in sections.items():
        _anonymising(name, one, references, problems)
        _keeping(one, references[name], problems)
        _parents(name, sections, references, problems)


def _zone(options: Options, problems: Problems) -> None:
    try:
        ZoneInfo(options["time_zone"] or "UTC")
    except (ZoneInfoNotFoundError, ValueError):
        words = _("“%(zone)s” is no time zone. Expected something like “Europe/Paris”.")
        problems.add(options.line_of("time_zone"), words, zone=options["time_zone"])


def _references(sections: Options, problems: Problems) -> dict[str, list[Reference]]:
    """Return each table's references, those that can be right."""
    found: dict[str, list[Reference]] = {}
    for name, one in sections.items():
        found[name] = []
        for each in one["references"] or []:
            reference = _reference(name, each, sections, problems)
            if reference is not None:
                found[name].append(reference)
    return found


def _reference(name: str, one: Options, sections: Options, problems: Problems) -> Reference | None:
    if bool(one["column"]) is bool(one["columns"]):
        problems.add(one.line, _("Give either column or columns."))
        return None
    if "." in one["to"] and one["keys"]:
        problems.add(one.line_of("keys"), _("Name the keys in “to” or in “keys”, not in both."))
        return None
    try:
        reference = reference_of(one, sections)
    except KeyError as error:
        words = _("“%(table)s” is no table of this file. Tables are: %(tables)s.")
        tables = ", ".join(sections)
        problems.add(one.line_of("to"), words, table=error.args[0], tables=tables)
        return None
    if len(reference.columns) != len(reference.keys):
        words = _("%(columns)s columns refer to %(keys)s keys: each column needs its key.")
        columns, keys = len(reference.columns), len(reference.keys)
        problems.add(one.line, words, columns=columns, keys=keys)
        return None
    if reference.to == name and reference.followed:
        words = _("A table that refers to itself cannot be followed. Write on_erase: %(empty)s.")
        problems.add(one.line, words, empty=EMPTY)
        return None
    return reference


def _places(sections: Options, problems: Problems) -> None:
    """One table of the database is described once."""
    seen: dict[tuple[str, str], str] = {}
    for name, one in sections.items():
        place = (one["schema"], one["table"] or name)
        first = seen.setdefault(place, name)
        if first != name:
            words = _("This is the same table as “%(first)s”. Describe it once.")
            problems.add(sections.line_of(name), words, first=first)
        twice = len(set(one["primary_key"])) != len(one["primary_key"])
        if twice:
            problems.add(one.line_of("primary_key"), _("A column stands twice in the key."))


def _conditions(one: Options, problems: Problems) -> None:
    for each in one["where"] or []:
        if len(HOWS & each.keys()) != 1:
            words = _("Give exactly one of: %(hows)s.")
            problems.add(each.line, words, hows=", ".join(sorted(HOWS)))


def _ways_of_erasing(one: Options, problems: Problems) -> None:
    if isinstance(one["erase"], Options) and len(one["erase"]) != 1:
        problems.add(one.line_of("erase"), _("Expected one of: delete, anonymise, keep."))


def _circles(references: dict[str, list[Reference]], problems: Problems) -> bool:
    """Note a circle of references: no order would erase each row before those it refers to."""
    graph = {name: [one.to for one in many if one.followed] for name, many in references.items()}
    try:
        TopologicalSorter(graph).prepare()
    except CycleError as error:
        circle: list[str] = list(reversed(error.args[1]))
        line = next(one.line for one in references[circle[0]] if one.to == circle[1])
        words = _(
            "These tables refer to each other in a circle: %(circle)s. Break it by one %(way)s."
        )
        problems.add(line, words, circle=" → ".join(circle), way=f"on_erase: {EMPTY}")
        return True
    return False


def _roots(sections: Options, references: dict[str, list[Reference]], problems: Problems) -> None:
    """Somewhere the person must be known by an address or a number."""
    if any(one["identity"] for one in sections.values()):
        return
    words = _("No table says by which column a person is known: give one of them an identity.")
    problems.add(sections.line, words)


def _anonymising(
    name: str, one: Options, references: dict[str, list[Reference]], problems: Problems
) -> None:
    """What names the person must go, and what others refer to must stay."""
    filled = one["erase"].get("anonymise") if isinstance(one["erase"], Options) else None
    if filled is None:
        return
    identity = one["identity"] or {}
    for column in [*identity.get("email", ()), *identity.get("regard_id", ())]:
        if column not in filled:
            words = _("“%(column)s” says whose the row is, so it must be anonymised too.")
            problems.add(filled.line, words, column=column)
    needed = set(one["primary_key"])
    for many in references.values():
        needed |= {key for ref in many if ref.to == name and ref.followed for key in ref.keys}
    for column in filled.keys() & needed:
        words = _("“%(column)s” is a key by which rows are found, so it cannot be anonymised.")
        problems.add(filled.line_of(column), words, column=column)


def _keeping(one: Options, own: list[Reference], problems: Problems) -> None:
    keep = one["erase"].get("keep") if isinstance(one["erase"], Options) else None
    if keep is None:
        return
    table, dot, _column = keep["from"].rpartition(".")
    if dot and table not in {ref.to for ref in own if ref.followed}:
        words = _("“%(table)s” is no table that this one refers to.")
        problems.add(keep.line_of("from"), words, table=table)


def _parents(
    name: str, sections: Options, references: dict[str, list[Reference]], problems: Problems
) -> None:
    """A row that others still refer to cannot go before they do."""
    for reference in references[name]:
        if not reference.followed:
            continue
        outlived = _outlives(sections[name], sections[reference.to], reference)
        if outlived:
            words = _(
                "Rows of “%(table)s” stay and refer to “%(parent)s”, which goes before them:"
                " anonymise “%(parent)s”, or keep it from the same day for as long."
            )
            line = sections[reference.to].line_of("erase")
            problems.add(line, words, table=name, parent=reference.to)


def _outlives(child: Options, parent: Options, reference: Reference) -> bool:
    """Whether rows of the child may still be there when those of the parent are deleted."""
    ways = [one["erase"] if isinstance(one["erase"], Options) else {} for one in (child, parent)]
    of_child, of_parent = ways
    if "anonymise" in of_parent or not of_child:
        return False
    if "anonymise" in of_child:
        filled = of_child["anonymise"]
        return not all(column in filled and filled[column] is None for column in reference.columns)
    if not of_parent:
        return True
    same_day = of_child["keep"]["from"] == f"{reference.to}.{of_parent['keep']['from']}"
    return not same_day or of_child["keep"]["until"] != of_parent["keep"]["until"]
