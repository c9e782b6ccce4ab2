"""``/api/v1/``: what machines may ask and tell."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from consents import api as consents
from portal.api import schema  # noqa: F401 - tells drf-spectacular how clients sign in

urlpatterns = [
    path("documents/", consents.Documents.as_view(), name="api-documents"),
    path("uses/", consents.Uses.as_view(), name="api-uses"),
    path("permits/", consents.Permits.as_view(), name="api-permits"),
    # The same text as docs/openapi.yaml, which everybody can read.
    path(
        "schema/",
        SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[AllowAny]),
        name="api-schema",
    ),
]
