"""Configuration of the app."""

from django.apps import AppConfig


class RequestsConfig(AppConfig):
    """See docs/architecture.md for what lives here."""

    name = "dsar"
