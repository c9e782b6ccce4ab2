"""Configuration of the app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """See docs/architecture.md for what lives here."""

    name = "accounts"

    def ready(self) -> None:
        """Listen to allauth where it offers no other hook."""
        from accounts import claims, proven, second_factor  # noqa: F401
