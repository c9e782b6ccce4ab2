"""The dashboard's pages."""

from django.urls import path

from portal.dashboard import changes, views

urlpatterns = [
    path("", views.dashboard, name="dashboard"),
    path("changes/", changes.changes, name="dashboard-changes"),
    path("changes/<int:pk>/resend/", changes.resend, name="dashboard-resend"),
]
