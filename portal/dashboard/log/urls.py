"""Addresses under ``/dashboard/log/``."""

from django.urls import URLPattern, path

from portal.dashboard.log import views, views_exports, views_staff

urlpatterns: list[URLPattern] = [
    path("log/", views.index, name="dashboard-log"),
    path("log/person/", views.person, name="dashboard-log-person"),
    path("log/staff/", views_staff.staff, name="dashboard-log-staff"),
    path("log/staff/<uuid:uid>/", views_staff.member, name="dashboard-log-member"),
    path("log/exports/", views_exports.index, name="dashboard-log-exports"),
    path("log/exports/<uuid:uid>/", views_exports.export, name="dashboard-log-export"),
    path("log/exports/<uuid:uid>/link/", views_exports.link, name="dashboard-log-export-link"),
    path("log/exports/copy/<str:token>/", views_exports.copy, name="dashboard-log-copy"),
]
