"""The site: composition on top of the apps."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages of no single app, the dashboard, the API's mounting point and the commands."""

    name = "portal"

    def ready(self) -> None:
        """Register the system checks, what is changed by two people, and what is watched."""
        from accounts.changes import kinds
        from portal import checks  # noqa: F401
        from portal.dashboard.alarms import of_machines, of_requests, rules, setting
        from portal.dashboard.log.kinds import ExportKind

        kinds.register(ExportKind())
        kinds.register(setting.OffKind())
        rules.add(*of_requests.RULES, *of_machines.RULES)
