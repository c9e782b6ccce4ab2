"""Jobs of the log."""

from django.utils import timezone

from portal.dashboard.log import building, exports


def build(export_id: int) -> None:
    """Make one export."""
    building.build(export_id)


def mind_exports() -> None:
    """Take up what a dead worker left, and end what nobody took."""
    exports.resume()
    exports.tidy(timezone.now())
