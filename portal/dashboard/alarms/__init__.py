"""Alarms when a rule is about to be broken, and the digest of the day."""
