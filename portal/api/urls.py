"""``/api/v1/``: what machines may ask and tell."""

from django.urls import path
from drf_spectacular.views import SpectacularAPIView
from rest_framework.permissions import AllowAny

from consents import api as consents
from consents import api_bulk, api_links
from consents import api_people as people
from consents import api_runs as runs
from consents.api_obeying import Applied
from dsar import api as requests
from dsar.api_recipients import Confirmed
from portal.api import schema  # noqa: F401 - tells drf-spectacular how clients sign in

urlpatterns = [
    path("documents/", consents.Documents.as_view(), name="api-documents"),
    path("documents/links/", api_links.Links.as_view(), name="api-links"),
    path(
        "documents/links/<uuid:uid>/revoke/", api_links.RevokeLink.as_view(), name="api-link-revoke"
    ),
    path("uses/", consents.Uses.as_view(), name="api-uses"),
    path("permits/", consents.Permits.as_view(), name="api-permits"),
    *api_bulk.urlpatterns,
    path("propagations/<uuid:uid>/applied/", Applied.as_view(), name="api-applied"),
    path(
        "recipient-notices/<uuid:uid>/confirmed/",
        Confirmed.as_view(),
        name="api-recipient-confirmed",
    ),
    path("training-runs/", runs.TrainingRuns.as_view(), name="api-runs"),
    path("training-runs/<str:reference>/", runs.Run.as_view(), name="api-run"),
    path(
        "training-runs/<str:reference>/manifest/",
        runs.Manifest.as_view(),
        name="api-run-manifest",
    ),
    path(
        "training-runs/<str:reference>/exclusions/",
        runs.Exclusions.as_view(),
        name="api-run-exclusions",
    ),
    path("training-runs/<str:reference>/remove/", runs.Removal.as_view(), name="api-run-remove"),
    path("training-runs/<str:reference>/close/", runs.Closing.as_view(), name="api-run-close"),
    path("training-runs/<str:reference>/remedy/", runs.Remedy.as_view(), name="api-run-remedy"),
    path("people/", people.People.as_view(), name="api-people"),
    path("people/<uuid:uid>/choices/", people.Choices.as_view(), name="api-choices"),
    path("people/<uuid:uid>/refusals/", people.Refusals.as_view(), name="api-refusals"),
    path("people/<uuid:uid>/permissions/", people.Permissions.as_view(), name="api-permissions"),
    *requests.urlpatterns,
    # The same text as docs/openapi.yaml, which everybody can read.
    path(
        "schema/",
        SpectacularAPIView.as_view(authentication_classes=[], permission_classes=[AllowAny]),
        name="api-schema",
    ),
]
