"""Configuration of the app."""

from django.apps import AppConfig


class ChoicesConfig(AppConfig):
    """See docs/architecture.md for what lives here."""

    name = "consents"
