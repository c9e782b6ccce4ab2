"""Configuration of the app."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    """See docs/architecture.md for what lives here."""

    name = "accounts"

    def ready(self) -> None:
        """Listen to allauth where it offers no other hook; say what can be set."""
        from accounts import claims, office, proven, second_factor  # noqa: F401
        from accounts.changes.kinds import register
        from accounts.changes.office import SettingKind

        register(SettingKind())
