"""The site: composition on top of the apps."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages of no single app, the dashboard, the API's mounting point and the commands."""

    name = "portal"

    def ready(self) -> None:
        """Register the system checks."""
        from accounts.changes import kinds
        from portal import checks  # noqa: F401
        from portal.dashboard.log.kinds import ExportKind

        kinds.register(ExportKind())
