"""Make the standing choices anew from the ledger, and say what differed."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from consents.models import ChoiceEvent, Standing
from consents.models.ledger import Act

SCOPE = ("purpose_id", "person_id", "address_id", "organisation_id", "document_id", "within_id")


class Command(BaseCommand):
    """``--check`` only compares and fails on a difference; without it the ledger wins."""

    help = "Compare the standing choices with the ledger and, without --check, make them equal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Add ``--check``."""
        parser.add_argument("--check", action="store_true", help="change nothing")

    @transaction.atomic
    def handle(self, *args: Any, **options: Any) -> None:
        """Compare, and repair in one transaction.

        Raises:
            CommandError: with ``--check``, when the projection differs from the ledger.
        """
        latest = {
            tuple(getattr(event, column) for column in SCOPE): event
            for event in ChoiceEvent.objects.order_by("pk").iterator()
        }
        # An exception that was taken back stands no longer.
        latest = {scope: event for scope, event in latest.items() if event.act != Act.FOLLOWS_AGAIN}
        standing = {
            tuple(getattr(one, column) for column in SCOPE): one
            for one in Standing.objects.select_for_update()
        }
        wrong = [
            scope
            for scope in latest.keys() | standing.keys()
            if not self._agree(latest.get(scope), standing.get(scope))
        ]
        if wrong and options["check"]:
            raise CommandError(f"{len(wrong)} standing choices differ from the ledger.")
        self._repair(wrong, latest, standing)
        self.stdout.write(f"{len(latest)} standing choices, {len(wrong)} repaired.")

    @staticmethod
    def _agree(event: ChoiceEvent | None, one: Standing | None) -> bool:
        if event is None or one is None:
            return False
        return (one.event_id, one.allowed, one.since) == (event.pk, event.allows, event.at)

    @staticmethod
    def _repair(
        wrong: list[tuple[Any, ...]],
        latest: dict[tuple[Any, ...], ChoiceEvent],
        standing: dict[tuple[Any, ...], Standing],
    ) -> None:
        Standing.objects.filter(pk__in=[standing[s].pk for s in wrong if s in standing]).delete()
        Standing.objects.bulk_create(
            Standing(
                **dict(zip(SCOPE, scope, strict=True)),
                event=latest[scope],
                allowed=latest[scope].allows,
                since=latest[scope].at,
            )
            for scope in wrong
            if scope in latest
        )
