"""Settings in the product: what holds, where it comes from, how it changes, what it was."""
