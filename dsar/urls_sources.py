"""Staff's pages of sources."""

from django.urls import path

from dsar.views import sources

urlpatterns = [
    path("staff/sources/", sources.index, name="sources"),
    path("staff/sources/<slug:source>/", sources.detail, name="source"),
    path("staff/sources/<slug:source>/try/", sources.reach, name="source-try"),
    path("staff/sources/<slug:source>/search/", sources.trial, name="source-trial"),
]
