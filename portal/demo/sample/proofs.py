"""What proves Signaro's masking and totals; and a change that waits for a second person."""

import tomllib
from datetime import timedelta
from functools import partial
from typing import Any

from django.conf import settings
from django.core.files.base import ContentFile
from django.utils import timezone

from accounts.changes import actions
from consents import evidence_files
from consents.actions import evidence
from consents.actions.evidence import Measurement
from consents.changing import drafts
from consents.changing.purposes import KIND
from consents.models import Purpose
from portal.demo.sample.clock import PARIS, it_is
from portal.demo.sample.printing import print_paper
from portal.demo.sample.publications import WORDINGS
from portal.demo.sample.world import Moment, World

SAID = tomllib.loads((WORDINGS / "evidence.toml").read_text())
NOT_MEASURED = ("purpose", "shapes", "ago", "days", "by", "title")


def record_all(world: World) -> None:
    """Record every measurement on its day. Before anything is trained: the gate asks for it."""
    for row in SAID["evidence"]:
        if settings.AI_TRAINING_SHAPE in row["shapes"]:
            with it_is(world.clock.ago(row["ago"] - 3)):
                _record(world, row)


def moments(world: World) -> list[Moment]:
    """Return the proposal of a longer retention of statistics, two days ago."""
    return [Moment(world.clock.ago(2, "16:40"), partial(_propose, world))]


def _record(world: World, row: dict[str, Any]) -> None:
    measured_on = world.clock.ago(row["ago"]).astimezone(PARIS).date()
    by = world.person(row["by"])
    measured = Measurement(
        measured_on=measured_on,
        valid_until=measured_on + timedelta(days=row["days"]),
        **{name: one for name, one in row.items() if name not in NOT_MEASURED},
    )
    method, data = row["method_words"]["fr"], row["dataset"]["fr"]
    body = f"# Méthode\n{method}\n# Données\n{data}\n# Résultat\n"
    body += f"{row['found']} éléments identifiants sur {row['items']} ont été trouvés et masqués."
    pdf = print_paper(row["title"], body, [row["reviewer"]], measured_on.isoformat(), language="fr")
    file = evidence_files.take(ContentFile(pdf, f"{row['title']}.pdf"), by=by)
    evidence.record(world.purposes[row["purpose"]], measured, by=by, file=file)


def _propose(world: World) -> None:
    by, purpose = world.person("ines"), Purpose.objects.get(slug="analytics")
    last = purpose.versions.order_by("-number")[0]
    longer = SAID["longer"]
    payload = drafts.payload_of(last) | {"retention_duration": longer["duration"]}
    for code, words in longer["retention"].items():
        payload["texts"][code]["retention"] = words
    change = actions.draft(KIND, purpose.slug, payload, by=by, reason=longer["reason"])
    with it_is(timezone.now() + timedelta(minutes=20)):
        actions.propose(change, by=by)
