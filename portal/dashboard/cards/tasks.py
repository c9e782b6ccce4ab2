"""What the worker does for the dashboard by the clock."""

from portal.dashboard.cards import rollups


def keep_figures() -> None:
    """Count anew the days on which something changed."""
    rollups.refresh()
