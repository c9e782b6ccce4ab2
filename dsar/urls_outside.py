"""Where those outside answer: services, and the owners of sources; and what staff do about them."""

from django.urls import path

from dsar.views import hooks

urlpatterns = [
    path("hooks/sources/<str:token>/", hooks.answer, name="source-hook"),
]
