"""Addresses under ``/dashboard/changes/``: drafts of purposes, and what became of them."""

from django.urls import URLPattern, path

from portal.dashboard.wizard import listing, versions, views

urlpatterns: list[URLPattern] = [
    path("changes/", listing.changes, name="dashboard-changes"),
    path("changes/new/", views.start, name="dashboard-wizard-start"),
    path("changes/versions/<int:pk>/", versions.version, name="dashboard-version"),
    path("changes/versions/<int:pk>/stop/", versions.stop, name="dashboard-version-stop"),
    path("changes/<int:pk>/resend/", versions.resend, name="dashboard-resend"),
    path("changes/<uuid:uid>/", views.overview, name="dashboard-wizard"),
    path("changes/<uuid:uid>/page/<slug:language>/", views.page, name="dashboard-wizard-page"),
    path("changes/<uuid:uid>/<slug:place>/", views.step, name="dashboard-wizard-step"),
]
