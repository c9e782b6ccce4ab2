"""``manage.py create_staff --role support|dpo EMAIL``."""

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.core.validators import validate_email
from django.urls import reverse

from accounts import actions
from accounts.roles import Role
from portal.lib.errors import DomainError


class Command(BaseCommand):
    """Let somebody work here."""

    help = "Make a person support or data protection officer; the account is made if need be."

    def add_arguments(self, parser: CommandParser) -> None:
        """Read who and what."""
        parser.add_argument("email", help="an address of which you know that it is theirs")
        parser.add_argument("--role", required=True, choices=[Role.SUPPORT, Role.DPO])
        parser.add_argument("--name", default="", help="what customers read of who looked")

    def handle(self, *args: Any, **options: Any) -> None:
        """Make the account, and say how the person gets in."""
        try:
            validate_email(options["email"])
            actions.employ(options["email"], role=options["role"], name=options["name"])
        except ValidationError as error:
            raise CommandError("This is no e-mail address.") from error
        except DomainError as error:
            raise CommandError(str(error.message)) from error
        page = settings.SITE_URL + reverse("account_request_login_code")
        self.stdout.write(f"Done. They sign in with a code by e-mail at {page}")
        self.stdout.write("and are then asked to set up a second factor.")
