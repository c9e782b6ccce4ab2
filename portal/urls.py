"""The map of the site."""

from django.urls import URLPattern, URLResolver, include, path

from portal import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("help/", views.help_page, name="help"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("language/", views.choose_language, name="set_language"),
    path("theme/", views.choose_theme, name="set_theme"),
    path("account/", include("allauth.urls")),
]

handler500 = "portal.views.server_error"
