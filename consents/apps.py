"""Configuration of the app."""

from django.apps import AppConfig


class ChoicesConfig(AppConfig):
    """See docs/architecture.md for what lives here."""

    name = "consents"

    def ready(self) -> None:
        """Say what can be set."""
        from consents import office  # noqa: F401
