"""Addresses under ``/dashboard/``."""

from django.urls import URLPattern, path

from portal.dashboard.reports import views

urlpatterns: list[URLPattern] = [
    path("reports/", views.index, name="dashboard-reports"),
    path("reports/new/", views.new, name="dashboard-report-new"),
    path("reports/new/<slug:kind>/", views.new, name="dashboard-report-new-of"),
    path("reports/<uuid:uid>/", views.report, name="dashboard-report"),
    path("reports/<uuid:uid>/again/", views.again, name="dashboard-report-again"),
    path("reports/<uuid:uid>/<slug:format>/", views.download, name="dashboard-report-file"),
]
