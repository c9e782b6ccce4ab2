"""Addresses under ``/dashboard/evidence/``."""

from django.urls import URLPattern, path

from portal.dashboard.evidence import views

urlpatterns: list[URLPattern] = [
    path("evidence/", views.index, name="dashboard-evidence"),
    path("evidence/draft/<uuid:uid>/", views.draft, name="dashboard-evidence-draft"),
    path("evidence/file/<uuid:uid>/", views.file, name="dashboard-evidence-file"),
    path("evidence/withdraw/<uuid:uid>/", views.withdraw, name="dashboard-evidence-withdraw"),
    path("evidence/<slug:slug>/", views.purpose, name="dashboard-evidence-purpose"),
    path("evidence/<slug:slug>/new/", views.new, name="dashboard-evidence-new"),
    path("evidence/<slug:slug>/policy/", views.policy, name="dashboard-evidence-policy"),
]
