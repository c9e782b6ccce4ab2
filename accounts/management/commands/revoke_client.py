"""``manage.py revoke_client CLIENT_ID``."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts import machine_clients


class Command(BaseCommand):
    """Take a machine client's access away."""

    help = "Delete a client of the API and all its tokens, at once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Read the client's id."""
        parser.add_argument("client_id")

    def handle(self, *args: Any, **options: Any) -> None:
        """Delete it."""
        if not machine_clients.revoke(options["client_id"]):
            raise CommandError("There is no client with this id.")
        self.stdout.write("The client and its tokens are gone.")
