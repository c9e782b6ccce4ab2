"""Addresses under ``/dashboard/settings/``."""

from django.urls import URLPattern, path

from portal.dashboard.governance import views

urlpatterns: list[URLPattern] = [
    path("settings/", views.index, name="dashboard-settings"),
    path("settings/calendar/", views.calendar, name="dashboard-settings-calendar"),
    path("settings/<slug:group>/", views.listing, name="dashboard-settings-kind"),
    path("settings/<slug:group>/<str:subject>/", views.subject, name="dashboard-setting"),
]
