"""Rows of the dashboard: figures kept, reports, alarms."""
