"""Configuration of the app."""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    """See docs/architecture.md for what lives here."""

    name = "dsar"

    def ready(self) -> None:
        """Register the checks; say what can be set, and what can be changed how."""
        from dsar import changes, checks, office  # noqa: F401 - needs the models to be loaded

        changes.register_all()
