"""The dashboard's pages."""

from django.urls import URLPattern, URLResolver, include, path

AREAS = (
    "approvals", "cards", "register", "wizard", "evidence", "reports", "log", "alarms",
    "governance",
)  # fmt: skip

urlpatterns: list[URLPattern | URLResolver] = [
    *[path("", include(f"portal.dashboard.{area}.urls")) for area in AREAS],
]
