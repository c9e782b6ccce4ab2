"""Addresses under ``/dashboard/approvals/``."""

from django.urls import URLPattern, path

from portal.dashboard.approvals import views

urlpatterns: list[URLPattern] = [
    path("approvals/", views.index, name="dashboard-approvals"),
    path("approvals/<uuid:uid>/", views.change, name="dashboard-change"),
    path("approvals/<uuid:uid>/<slug:act>/", views.act, name="dashboard-change-act"),
]
