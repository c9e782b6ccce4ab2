"""Addresses under ``/dashboard/register/``."""

from django.urls import URLPattern, path

from portal.dashboard.register import editing, exporting, importing, views

urlpatterns: list[URLPattern] = [
    path("register/", views.index, name="dashboard-register"),
    path("register/new/", editing.new, name="dashboard-register-new"),
    path("register/import/", importing.upload, name="dashboard-register-import"),
    path("register/import/keep/", importing.keep, name="dashboard-register-keep"),
    path("register/export/<slug:form>/", exporting.export, name="dashboard-register-export"),
    path("register/<slug:slug>/", views.one, name="dashboard-register-record"),
    path("register/<slug:slug>/history/", views.history, name="dashboard-register-history"),
    path("register/<slug:slug>/edit/", editing.edit, name="dashboard-register-edit"),
]
