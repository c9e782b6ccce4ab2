"""What Signaro said of its purposes, and when: earlier, present and announced wordings."""

import tomllib
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from django.conf import settings
from django.utils import translation
from django.utils.formats import date_format

from consents import catalogue
from consents.actions.purposes import load_catalogue, load_systems, publish, purpose_of
from consents.catalogue import Wording
from consents.models import Purpose
from consents.register.fields import Draft
from portal.demo.sample.clock import PARIS, Clock

HERE = Path(__file__).resolve().parent
WORDINGS = HERE / "wordings"
# Before the contract of 4 February 2025 that agreed to AI training for a whole organisation.
BEGINNING = datetime(2025, 1, 6, 9, 0, tzinfo=PARIS)
# What Signaro's own files hold about its processings, for the register.
REFERENCES: dict[str, Draft] = {
    "security": {"lia_reference": "LIA-2024-02"},
    "analytics": {"lia_reference": "LIA-2024-03"},
    "ai-features": {"lia_reference": "LIA-2025-01"},
    "staff-accounts": {"lia_reference": "LIA-2023-07"},
    "ai-training": {"dpia_reference": "AIPD-2024-04", "lia_reference": "LIA-2024-05"},
}
IN_EFFECT = datetime(2025, 2, 1, 0, 0, tzinfo=PARIS)


def publish_all(clock: Clock) -> dict[str, Purpose]:
    """Publish every version in order and return the purposes by slug."""
    shape = settings.AI_TRAINING_SHAPE
    load_systems(HERE)
    seeds = {seed.slug: seed for seed in catalogue.purposes(shape)}
    earlier = {"analytics": "analytics.1.toml"}
    if shape == "consent":
        earlier["ai-training"] = "ai-training.1.toml"
    for slug, file in earlier.items():
        publish(
            purpose_of(seeds[slug]),
            catalogue.purpose(WORDINGS / file).wording,
            published_at=BEGINNING,
            effective_from=IN_EFFECT,
        )
    load_catalogue(shape, at=BEGINNING, besides=REFERENCES)
    purposes = {purpose.slug: purpose for purpose in Purpose.objects.all()}
    _publish_later(clock, purposes, seeds["analytics"].wording, shape)
    return purposes


def _publish_later(
    clock: Clock, purposes: dict[str, Purpose], analytics: Wording, shape: str
) -> None:
    """Publish what came after the beginning, each announced a month before it took effect."""
    midnight = "00:00"
    totals = tomllib.loads((WORDINGS / "evidence.toml").read_text())["totals"]
    publish(
        purposes["analytics"], replace(analytics, safeguards=totals),
        published_at=clock.ago(131), effective_from=clock.ago(100, midnight),
    )  # fmt: skip
    publish(
        purposes["ai-features"], catalogue.purpose(WORDINGS / "ai-features.2.toml").wording,
        published_at=clock.ago(6), effective_from=clock.ago(-25, midnight),
    )  # fmt: skip
    if shape == "consent":
        present = next(seed for seed in catalogue.purposes(shape) if seed.is_ai_training)
        wording = replace(present.wording, safeguards=measured(clock.ago(262)))
        publish(
            purposes["ai-training"], wording,
            published_at=clock.ago(240), effective_from=clock.ago(209, midnight),
        )  # fmt: skip


def measured(on: datetime) -> dict[str, object]:
    """Return Signaro's measurement of its masking, done at ``on``."""
    row = tomllib.loads((HERE / "wordings" / "measured.toml").read_text())
    day = on.astimezone(PARIS).date()
    for language, statement in row["statement"].items():
        with translation.override(language):
            said = statement.replace("{measured_on}", date_format(day, "j F Y"))
        row["statement"][language] = " ".join(said.split("\n"))
    return row | {"measured_on": day.isoformat()}
