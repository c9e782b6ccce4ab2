"""Which systems obey choices about AI training, and that they did so all along."""

from datetime import timedelta

from django.db.models import F

from consents.actions import systems
from consents.models import Propagation, Purpose, System
from portal.demo.sample.clock import it_is
from portal.demo.sample.publications import BEGINNING

TRAINING = "ai-training"
# Short name and the seconds it promises.
OBEYING = {
    "archive": 3600,
    "analytics-warehouse": 60,
    "search-index": 480,
    "training-pipeline": 60,
    "model-trainer": 600,
}
Status = Propagation.Status


def register_all(purposes: dict[str, Purpose]) -> None:
    """Register the systems, as from the beginning; :func:`point_to` says where they are now."""
    with it_is(BEGINNING):
        for system in System.objects.filter(slug__in=OBEYING).order_by("pk"):
            url = f"https://{system.slug}.signaro.example/choices"
            promise = OBEYING[system.slug]
            entry = systems.Entry(system.slug, system.name, url, promise, [purposes[TRAINING]])
            systems.register(entry, by=None)


def point_to(site: str) -> None:
    """Have the systems' messages sent to the demo itself, at whatever port it runs this time."""
    for slug in OBEYING:
        System.objects.filter(slug=slug).update(webhook_url=f"{site}/demo/receiver/{slug}/")


def settle_history() -> None:
    """Let every choice of the past have been applied then, but for one that never got through."""
    rows = Propagation.objects.all()
    rows.update(
        status=Status.APPLIED, attempts=1,
        received_at=F("created_at") + timedelta(seconds=1),
        applied_at=F("created_at") + timedelta(seconds=2),
    )  # fmt: skip
    lost = rows.filter(system__slug="archive", event__document__isnull=False).order_by("-pk")
    rows.filter(pk__in=lost.values("pk")[:1]).update(
        status=Status.DEAD, attempts=8, error="http_503", received_at=None, applied_at=None
    )
