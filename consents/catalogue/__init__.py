"""The purposes and systems that a new installation starts with, in words for lawyers to edit.

One TOML file per purpose (per legal shape for AI training). A line break inside a text counts as a
space, so that the files can be read and compared. ``{controller}``, ``{controller_address}``,
``{dpo_email}`` and the slug of a system are filled in when a text is published; ``{document}``
stays, for pages to fill.
"""

import re
import tomllib
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from consents.models.purposes import PurposeText

FOLDER = Path(__file__).resolve().parent
SHAPES = ("consent", "objection", "not_used")


@dataclass(frozen=True)
class Wording:
    """Everything that one published version says, before names are filled in.

    ``recipients`` are slugs of systems; ``data_categories`` are terms of the Data Privacy
    Vocabulary (``pd:``); ``retention_duration`` is ISO 8601, counted from ``retention_trigger``.
    ``safeguards`` says what "anonymised" means here: ``anonymised`` (bool), ``statement``
    (language → sentences) and, where it was measured, ``method``, ``measured_on``, ``recall``,
    ``sample`` and ``reviewed_by``.
    """

    legal_basis: str
    texts: dict[str, PurposeText]
    data_categories: list[str]
    recipients: list[str]
    retention_trigger: str
    retention_duration: str
    dpv_purpose: str
    dpv_processing: str = ""
    safeguards: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class PurposeSeed:
    """A purpose as its file describes it."""

    slug: str
    control: str
    position: int
    is_ai_training: bool
    shares_with_third_parties: bool
    honours_gpc: bool
    by_document: bool
    wording: Wording


@dataclass(frozen=True)
class SystemSeed:
    """A system as ``systems.toml`` describes it."""

    slug: str
    name: str
    kind: str
    country: str


def systems(folder: Path = FOLDER) -> list[SystemSeed]:
    """Return the systems of ``systems.toml``, in its order."""
    rows = tomllib.loads((folder / "systems.toml").read_text())
    return [SystemSeed(slug=slug, **row) for slug, row in rows.items()]


def purposes(shape: str, folder: Path = FOLDER) -> list[PurposeSeed]:
    """Return one seed per purpose, with AI training in the given legal shape, in page order.

    Raises:
        ValueError: the shape is none of :data:`SHAPES`.
    """
    if shape not in SHAPES:
        raise ValueError(f"{shape!r} is none of {', '.join(SHAPES)}")
    files = [
        path
        for path in folder.glob("*.toml")
        if path.stem != "systems" and path.stem.partition(".")[2] in ("", shape)
    ]
    return sorted(map(purpose, files), key=lambda seed: seed.position)


def purpose(path: Path) -> PurposeSeed:
    """Read one purpose."""
    row = folded(tomllib.loads(path.read_text()))
    return PurposeSeed(
        slug=row["slug"],
        control=row["control"],
        position=row["position"],
        is_ai_training=row.get("is_ai_training", False),
        shares_with_third_parties=row.get("shares_with_third_parties", False),
        honours_gpc=row.get("honours_gpc", False),
        by_document=row.get("by_document", True),
        wording=_wording(row),
    )


def _wording(row: dict[str, Any]) -> Wording:
    return Wording(
        legal_basis=row["legal_basis"],
        texts={language: PurposeText(**text) for language, text in row["texts"].items()},
        data_categories=row.get("data_categories", []),
        recipients=row["recipients"],
        retention_trigger=row["retention"]["trigger"],
        retention_duration=row["retention"]["duration"],
        dpv_purpose=row["dpv"]["purpose"],
        dpv_processing=row["dpv"].get("processing", ""),
        safeguards=row.get("safeguards", {}),
    )


def folded(value: Any) -> Any:
    """Join the lines of every text; a no-break space (French punctuation) is kept."""
    if isinstance(value, str):
        return re.sub(r"[ \t]*\n[ \t]*", " ", value).strip(" ")
    if isinstance(value, dict):
        return {key: folded(inner) for key, inner in value.items()}
    if isinstance(value, list):
        return [folded(inner) for inner in value]
    return value
