"""The kernel: what every app may use and which itself knows no app."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Mail, jobs, append-only tables, PDF, HTTP and keys."""

    name = "portal.lib"
    label = "kernel"
