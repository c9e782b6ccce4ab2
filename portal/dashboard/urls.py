"""The dashboard's pages."""

from django.urls import URLPattern, URLResolver, include, path

from portal.dashboard import changes, views

AREAS = (
    "approvals", "cards", "register", "wizard", "evidence", "reports", "log", "alarms",
    "governance",
)  # fmt: skip

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.dashboard, name="dashboard"),
    path("changes/", changes.changes, name="dashboard-changes"),
    path("changes/<int:pk>/resend/", changes.resend, name="dashboard-resend"),
    *[path("", include(f"portal.dashboard.{area}.urls")) for area in AREAS],
]
