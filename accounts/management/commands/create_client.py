"""``manage.py create_client NAME --scope documents:write …``."""

import json
from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from accounts import machine_clients


class Command(BaseCommand):
    """Make a machine client."""

    help = "Make a client of the API and print its id and secret, this once."

    def add_arguments(self, parser: CommandParser) -> None:
        """Read the name and the scopes."""
        parser.add_argument("name", help="what the client is, for the list of clients")
        parser.add_argument(
            "--scope",
            action="append",
            required=True,
            choices=machine_clients.SCOPES,
            help="what it may do; can be given several times",
        )
        parser.add_argument("--json", action="store_true", help="print one line of JSON")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make it and print what cannot be read again."""
        client_id, secret = machine_clients.create(options["name"], scopes=options["scope"])
        if options["json"]:
            self.stdout.write(json.dumps({"client_id": client_id, "client_secret": secret}))
            return
        self.stdout.write(f"client_id:     {client_id}")
        self.stdout.write(f"client_secret: {secret}")
        self.stdout.write("Keep the secret now: only a hash of it is stored.")
