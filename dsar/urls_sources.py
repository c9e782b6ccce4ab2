"""Staff's pages of sources."""

from django.urls import path

from dsar.views import sources

urlpatterns = [
    path("staff/sources/", sources.index, name="sources"),
    path("staff/sources/<slug:slug>/", sources.detail, name="source"),
    path("staff/sources/<slug:slug>/try/", sources.reach, name="source-try"),
    path("staff/sources/<slug:slug>/search/", sources.trial, name="source-trial"),
]
