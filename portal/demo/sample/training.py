"""Three trainings, of what the gate allowed on the day; and what the gate was asked since."""

import random
from collections.abc import Iterable
from datetime import date, datetime, timedelta
from functools import partial

from consents import permits
from consents.actions import uses
from consents.actions.closing import manifest_hash
from consents.models import PermitAnswer, RunRemedy, System, TrainingRun
from consents.reports import UseReport
from portal.demo.sample.choosing import FEATURES, STATISTICS, TRAINING
from portal.demo.sample.clock import uid
from portal.demo.sample.people import CLIENT_ID
from portal.demo.sample.world import Moment, World

R = TrainingRun.Remedy
# reference, model, system, days ago, days it took, remedy, remedy promised in so many days
RUNS = (
    ("clauses-1", "Signaro Clauses 1", "training-pipeline", 400, 4, R.RETRAIN, 48),
    ("lyre-echeances-2", "Lyre Échéances 2", "model-trainer", 260, 6, R.ANONYMOUS, None),
    ("clauses-2", "Signaro Clauses 2", "training-pipeline", 150, 5, R.FILTER, None),
)
ASKED_FOR = (TRAINING, TRAINING, TRAINING, FEATURES, FEATURES, STATISTICS, "delivery")


def moments(world: World) -> list[Moment]:
    """Return the trainings, and five weeks of questions to the gate, which is asked by night."""
    found = [
        Moment(world.clock.ago(day, "04:30"), partial(_ask_by_night, world, day))
        for day in range(36)
    ]
    if world.purposes[TRAINING].has_control:
        found += [
            Moment(world.clock.ago(run[3], "02:00"), partial(_train, world, run)) for run in RUNS
        ]
    return found


def _train(world: World, run: tuple[str, str, str, int, int, R, int | None]) -> None:
    """Ask the gate for every document there was, train on those it allows, close the run."""
    reference, model, system, days, took, remedy, remedy_in = run
    started_at = world.clock.ago(days, "02:00")
    there = [
        one.row.reference
        for one in world.filed
        if one.row.completed_at and one.row.completed_at < started_at - timedelta(days=1)
    ]
    answers = list(permits.decide(there, TRAINING, now=started_at))
    _store(answers)
    manifest = sorted(answer.reference for answer in answers if answer.allowed)
    closed_at = world.clock.ago(days - took, "18:30")
    made = TrainingRun.objects.create(
        uid=uid(reference), reference=reference, model_name=model,
        system=System.objects.get(slug=system), started_at=started_at,
        trained_at=started_at, closed_at=closed_at, remedy=remedy,
        remedy_by=world.clock.in_days(remedy_in) if remedy_in else None,
        manifest_sha256=manifest_hash(manifest),
    )  # fmt: skip
    _say(made, closed_at, R.NONE, None)
    _say(made, closed_at + timedelta(days=60), remedy, made.remedy_by)
    uses.record([
        UseReport(one, TRAINING, started_at + timedelta(seconds=number), system, reference)
        for number, one in enumerate(manifest)
    ])  # fmt: skip


def _say(run: TrainingRun, at: datetime, remedy: R, remedy_by: date | None) -> None:
    """Say what can still be done: at first nothing, two months later what is done since."""
    RunRemedy.objects.create(run=run, at=at, remedy=remedy, remedy_by=remedy_by, by=CLIENT_ID)


def _ask_by_night(world: World, day: int) -> None:
    """Ask about some documents for each purpose, as the service's own systems do."""
    dice = random.Random(f"permits {day}")  # noqa: S311 - sample data
    now = world.clock.ago(day, "04:30")
    known = [one.row.reference for one in world.filed if one.row.listed_at < now]
    for slug in {dice.choice(ASKED_FOR) for _ in range(3)}:
        asked = dice.sample(known, min(len(known), dice.randint(3, 14)))
        if dice.random() < 0.1:
            asked.append(f"docusign:{uid(f'unheard of {day}')}/1")
        _store(permits.decide(asked, slug, now=now))


def _store(decisions: Iterable[permits.Decision]) -> None:
    """Store what the gate answered, as the API does."""
    PermitAnswer.objects.bulk_create(
        PermitAnswer(
            at=decision.as_of, client=CLIENT_ID, document_id=decision.document_id,
            purpose_id=decision.purpose_id, allowed=decision.allowed, reason=decision.reason,
            state=decision.state,
        )
        for decision in decisions
    )  # fmt: skip
