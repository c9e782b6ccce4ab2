"""``manage.py make_keys >> .env``: fresh secrets for a new installation."""

from typing import Any

from django.core.management.base import BaseCommand

from portal.demo import keys


class Command(BaseCommand):
    """Print a fresh value for every secret, as lines of an environment file."""

    help = "Print fresh secrets as lines of an environment file."
    # They are what the checks would miss.
    requires_system_checks = []

    def handle(self, *args: Any, **options: Any) -> None:
        """Print one line per secret; the settings read ``\\n`` in a key as an end of line."""
        for name, value in keys.make().items():
            line = value.strip().replace("\n", "\\n")
            self.stdout.write(f"{name}='{line}'")
