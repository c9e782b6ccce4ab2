"""Addresses under ``/transparency/``."""

from django.urls import URLPattern, path

from portal.dashboard.reports import public

urlpatterns: list[URLPattern] = [
    path("", public.transparency, name="transparency"),
    path("<int:year>/", public.transparency, name="transparency-year"),
    path("<int:year>/figures.csv", public.as_csv, name="transparency-csv"),
    path("<int:year>/figures.json", public.as_json, name="transparency-json"),
]
