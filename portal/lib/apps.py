"""The kernel: what every app may use and which itself knows no app."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Mail, jobs, append-only tables, PDF, HTTP and keys."""

    name = "portal.lib"
    label = "kernel"

    def ready(self) -> None:
        """Let each request and each job see one state of what the office has set."""
        from django.core.signals import request_finished, request_started
        from django.db.models.signals import post_migrate
        from django_q.signals import post_execute_in_worker, pre_execute

        from portal.lib.office import contacts, store  # noqa: F401 - defines settings

        for begins in (request_started, pre_execute):
            begins.connect(store.begin, dispatch_uid="office")
        for ends in (request_finished, post_execute_in_worker):
            ends.connect(store.end, dispatch_uid="office")
        post_migrate.connect(store.made, sender=self, dispatch_uid="office")
