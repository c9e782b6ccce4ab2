"""Addresses under ``/dashboard/alarms/``."""

from django.urls import URLPattern, path

from portal.dashboard.alarms import views, views_hooks

urlpatterns: list[URLPattern] = [
    path("alarms/", views.index, name="dashboard-alarms"),
    path("alarms/history/", views.history, name="dashboard-alarm-history"),
    path("alarms/digest/", views.digest, name="dashboard-alarm-digest"),
    path("alarms/rules/<slug:code>/", views.rule, name="dashboard-alarm-rule"),
    path("alarms/rules/<slug:code>/switch/", views.switch, name="dashboard-alarm-switch"),
    path("alarms/rules/<slug:code>/test/", views.try_out, name="dashboard-alarm-test"),
    path("alarms/hooks/new/", views_hooks.new, name="dashboard-alarm-hook-new"),
    path("alarms/hooks/<uuid:uid>/", views_hooks.hook, name="dashboard-alarm-hook"),
    path("alarms/hooks/<uuid:uid>/secret/", views_hooks.secret, name="dashboard-alarm-secret"),
    path("alarms/hooks/<uuid:uid>/test/", views_hooks.try_out, name="dashboard-alarm-hook-test"),
]
