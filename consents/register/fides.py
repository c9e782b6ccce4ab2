"""Data uses of the Fides taxonomy, read as drafts of records.

Two shapes are read, in YAML or JSON: the list ``data_use`` of a taxonomy (``fides_key``, ``name``,
``description``; before fideslang 2 also ``legal_basis`` and ``recipients``), and the
``privacy_declarations`` of the systems in ``system`` (``data_use``, ``data_categories``,
``data_subjects``, ``legal_basis_for_processing``, ``impact_assessment_location``,
``retention_period``). Terms become ours by ``fides_terms.toml``. What is not known is refused with
its line and the reason; the rest is kept. Nothing is recorded: each use is a draft for the office.
"""

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

import yaml
from django.utils.text import slugify
from django.utils.translation import gettext as _

from consents.register.checking import DURATION
from consents.register.fields import Draft, draft_of
from portal.lib.errors import DomainError

TERMS = Path(__file__).resolve().parent / "fides_terms.toml"
MOST_BYTES = 512 * 1024
MOST_USES = 500
DEEPEST = 20
SLUG = 60
LIFETIME = re.compile(r"([0-9]{1,4}) ?(day|month|year)s?", re.IGNORECASE)


class Unreadable(DomainError):
    """The file is not one that can be read at all."""

    code = "fides_unreadable"


@dataclass(frozen=True)
class Refused:
    """Something that was not taken: on which line (1 is the first), and why."""

    line: int
    reason: str


@dataclass(frozen=True)
class Use:
    """A data use as the draft of a record. ``slug`` is the name the record would have."""

    line: int
    key: str
    slug: str
    draft: Draft


@dataclass
class Reading:
    """What a file gave: uses to draft, and what was refused, in the order of the file."""

    uses: list[Use] = field(default_factory=list)
    refused: list[Refused] = field(default_factory=list)

    def refuse(self, node: yaml.Node, reason: str) -> None:
        """Note that something was not taken."""
        self.refused.append(Refused(node.start_mark.line + 1, reason))


Entries = dict[str, yaml.Node]


def read(data: bytes) -> Reading:
    """Return the data uses of a file.

    Raises:
        Unreadable: it is too large, no UTF-8, neither YAML nor JSON, or holds no data use.
    """
    root = _composed(data)
    reading = Reading()
    found = _entries(root)
    uses, systems = found.get("data_use"), found.get("system")
    if uses is None and systems is None:
        raise Unreadable(_("There is neither “data_use” nor “system” in this file."))
    for node in _items(uses):
        _taxonomy_use(node, reading)
    for node in _items(systems):
        _system(node, reading)
    reading.uses = _within_limits(reading)
    return reading


def _composed(data: bytes) -> yaml.Node:
    """Return the file as nodes that know their lines: plain YAML, of which JSON is a part."""
    if len(data) > MOST_BYTES:
        raise Unreadable(_("The file is larger than %(kb)d kB.") % {"kb": MOST_BYTES // 1024})
    try:
        text = data.decode("utf-8-sig")
        for event in yaml.parse(text, Loader=yaml.SafeLoader):
            # A few lines of anchors could grow to gigabytes.
            if isinstance(event, yaml.AliasEvent) and event.start_mark:
                raise Unreadable(
                    _("Line %(line)d: anchors are not read.") % {"line": event.start_mark.line + 1}
                )
        root = yaml.compose(text, Loader=yaml.SafeLoader)
    except UnicodeDecodeError as error:
        raise Unreadable(_("The file is no UTF-8 text.")) from error
    except yaml.MarkedYAMLError as error:
        line = error.problem_mark.line + 1 if error.problem_mark else 1
        raise Unreadable(
            _("Line %(line)d: this is neither YAML nor JSON.") % {"line": line}
        ) from error
    except (yaml.YAMLError, RecursionError) as error:
        raise Unreadable(_("This is neither YAML nor JSON.")) from error
    if not isinstance(root, yaml.MappingNode):
        raise Unreadable(_("There is neither “data_use” nor “system” in this file."))
    return root


def _entries(node: yaml.Node | None) -> Entries:
    if not isinstance(node, yaml.MappingNode):
        return {}
    return {key.value: value for key, value in node.value if isinstance(key, yaml.ScalarNode)}


def _items(node: yaml.Node | None) -> list[yaml.Node]:
    return list(node.value) if isinstance(node, yaml.SequenceNode) else []


def _text(entries: Entries, name: str) -> str:
    node = entries.get(name)
    if not isinstance(node, yaml.ScalarNode) or node.tag == "tag:yaml.org,2002:null":
        return ""
    return str(node.value).strip()


def _taxonomy_use(node: yaml.Node, reading: Reading) -> None:
    """Take one entry of ``data_use``."""
    entries = _entries(node)
    key = _text(entries, "fides_key")
    if not key:
        reading.refuse(node, _("A data use without “fides_key”."))
        return
    purpose = _mapped("data_use", key)
    if purpose is None:
        reading.refuse(entries["fides_key"], _("“%(key)s” is no data use we know.") % {"key": key})
        return
    draft = _draft(entries, key, purpose)
    _basis(entries, "legal_basis", draft, reading)
    reading.uses.append(Use(node.start_mark.line + 1, key, _slug(key), draft))


def _system(node: yaml.Node, reading: Reading) -> None:
    """Take the privacy declarations of one system."""
    system = _entries(node)
    for declared in _items(system.get("privacy_declarations")):
        entries = _entries(declared)
        key = _text(entries, "data_use")
        purpose = _mapped("data_use", key)
        if purpose is None:
            where = entries.get("data_use", declared)
            reading.refuse(where, _("“%(key)s” is no data use we know.") % {"key": key})
            continue
        draft = _draft(entries, key, purpose)
        name = _text(entries, "name") or _text(system, "name")
        draft["title_en"] = name or draft["title_en"]
        _declared(entries, draft, reading)
        slug = _slug(f"{_text(system, 'fides_key')}-{name or key}")
        reading.uses.append(Use(declared.start_mark.line + 1, key, slug, draft))


def _declared(entries: Entries, draft: Draft, reading: Reading) -> None:
    draft["data_categories"] = _several(entries, "data_categories", "data_category", reading)
    draft["data_subjects"] = _several(entries, "data_subjects", "data_subject", reading)
    _basis(entries, "legal_basis_for_processing", draft, reading)
    draft["lia_reference"] = _text(entries, "impact_assessment_location")
    _retention(entries, draft, reading)


def _draft(entries: Entries, key: str, purpose: str) -> Draft:
    """Return the draft of a use: what the file says, in its language, and nothing invented."""
    draft = draft_of(None)
    draft["title_en"] = _text(entries, "name") or key
    draft["purposes_en"] = _text(entries, "description")
    draft["recipients_en"] = ", ".join(_texts(entries, "recipients"))
    draft["dpv_purpose"] = purpose
    if key.split(".")[0] == "train_ai_system":
        draft["dpv_processing"] = "ai:ModelTraining"
    return draft


def _texts(entries: Entries, name: str) -> list[str]:
    return [str(one.value) for one in _items(entries.get(name)) if isinstance(one, yaml.ScalarNode)]


def _several(entries: Entries, name: str, table: str, reading: Reading) -> list[str]:
    found = []
    for node in _items(entries.get(name)):
        key = node.value if isinstance(node, yaml.ScalarNode) else ""
        term = _mapped(table, key)
        if term is None:
            reading.refuse(
                node, _("“%(key)s” has no term here: left out.") % {"key": str(key)[:80]}
            )
        elif term not in found:
            found.append(term)
    return found


def _basis(entries: Entries, name: str, draft: Draft, reading: Reading) -> None:
    said = _text(entries, name)
    basis = _terms()["legal_basis"].get(said, "")
    if said and not basis:
        reading.refuse(
            entries[name], _("“%(key)s” is no legal basis: left out.") % {"key": said[:80]}
        )
    draft["legal_basis"] = basis


def _retention(entries: Entries, draft: Draft, reading: Reading) -> None:
    said = _text(entries, "retention_period")
    match = LIFETIME.fullmatch(said)
    if match:
        draft["retention_duration"] = f"P{match[1]}{match[2][0].upper()}"
    elif DURATION.fullmatch(said):
        draft["retention_duration"] = said
    elif said:
        draft["retention_en"] = said
        reading.refuse(
            entries["retention_period"],
            _("“%(key)s” is no period: kept as words.") % {"key": said[:80]},
        )


def _mapped(table: str, key: str) -> str | None:
    """Return our term for a key, or that of its nearest parent; None where there is none."""
    known, parts = _terms()[table], str(key).split(".")
    for length in range(len(parts), 0, -1):
        term = known.get(".".join(parts[:length]))
        if term:
            return term
    return None


@cache
def _terms() -> dict[str, dict[str, str]]:
    return tomllib.loads(TERMS.read_text())


def _slug(key: str) -> str:
    return slugify(f"fides-{key.replace('.', '-').replace('_', '-')}")[:SLUG].strip("-")


def _within_limits(reading: Reading) -> list[Use]:
    """Return the uses, each name once, as many as are taken at a time."""
    return list(_once(reading))


def _once(reading: Reading) -> Iterator[Use]:
    seen: set[str] = set()
    for use in reading.uses:
        if use.slug in seen:
            reading.refused.append(Refused(use.line, _("“%s” stands here twice.") % use.key))
        elif len(seen) >= MOST_USES:
            reading.refused.append(Refused(use.line, _("More than are taken at a time.")))
        else:
            seen.add(use.slug)
            yield use
