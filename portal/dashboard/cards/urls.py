"""Addresses under ``/dashboard/``: the day, the trends, and the rows behind their figures."""

from django.urls import URLPattern, path

from portal.dashboard.cards import views_today, views_trends

urlpatterns: list[URLPattern] = [
    path("", views_today.today, name="dashboard"),
    path("trends/", views_trends.index, name="dashboard-trends"),
    path("trends/choices/", views_trends.choices, name="dashboard-choices"),
    path("trends/uses/", views_trends.uses, name="dashboard-uses"),
    path("standing/", views_trends.standing, name="dashboard-standing"),
    path("canaries/", views_trends.canaries, name="dashboard-canaries"),
    path("trends/gate/", views_trends.gate, name="dashboard-gate"),
]
