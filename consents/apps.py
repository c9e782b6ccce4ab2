"""Configuration of the app."""

from django.apps import AppConfig


class ChoicesConfig(AppConfig):
    """See docs/architecture.md for what lives here."""

    name = "consents"

    def ready(self) -> None:
        """Say what can be set, and what is changed here by draft and second person."""
        from accounts.changes.kinds import register
        from consents import office  # noqa: F401
        from consents.changing.evidence import EvidenceChange, EvidencePolicyChange
        from consents.changing.purposes import PurposeChange
        from consents.changing.stops import StopChange
        from consents.register.kind import RegisterChange

        kinds = (
            PurposeChange(), StopChange(), EvidenceChange(), EvidencePolicyChange(),
            RegisterChange(),
        )  # fmt: skip
        for kind in kinds:
            register(kind)
