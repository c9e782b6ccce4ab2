"""What waits for a second person, and the acts on any change (``accounts.changes``)."""
