"""The map of the site."""

from django.urls import URLPattern, URLResolver, include, path

from portal import views
from portal.demo.gallery import gallery

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("help/", views.help_page, name="help"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("language/", views.choose_language, name="set_language"),
    path("theme/", views.choose_theme, name="set_theme"),
    path("", include("accounts.urls")),
    path("account/", include("allauth.urls")),
    path("identity/o/api/", include("portal.api.tokens")),
    path("dashboard/", include("portal.dashboard.urls")),
    path("demo/components/", gallery),
]

handler500 = "portal.views.server_error"
