"""Who did what to whose file, when and why."""
