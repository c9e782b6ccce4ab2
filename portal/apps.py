"""The site: composition on top of the apps."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    """Pages of no single app, the dashboard, the API's mounting point and the commands."""

    name = "portal"

    def ready(self) -> None:
        """Register the checks, what two people change and what is watched; write dates right."""
        from accounts.changes import kinds
        from portal import checks  # noqa: F401
        from portal.dashboard import office  # noqa: F401 - what the office may set
        from portal.dashboard.alarms import of_machines, of_requests, quieting, rules, setting
        from portal.dashboard.log.kinds import ExportKind
        from portal.lib.days import write_first_days_as_ordinals

        write_first_days_as_ordinals()
        kinds.register(ExportKind())
        kinds.register(setting.OffKind())
        kinds.register(quieting.QuietKind())
        rules.add(*of_requests.RULES, *of_machines.RULES)
