"""The map of the site."""

from django.conf import settings
from django.urls import URLPattern, URLResolver, include, path

from consents import hooks, staff
from consents.views.verify import verify
from dsar import certified
from portal import views, wellknown
from portal.demo.gallery import gallery

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.home, name="home"),
    path("help/", views.help_page, name="help"),
    path("accessibility/", views.accessibility, name="accessibility"),
    path("language/", views.choose_language, name="set_language"),
    path("theme/", views.choose_theme, name="set_theme"),
    path("robots.txt", wellknown.robots, name="robots"),
    path("tdm-policy.json", wellknown.tdm_policy, name="tdm-policy"),
    path(".well-known/gpc.json", wellknown.gpc, name="gpc"),
    path(".well-known/tdmrep.json", wellknown.tdmrep, name="tdmrep"),
    path(".well-known/security.txt", wellknown.security, name="security-txt"),
    # Before consents: what requests seal is explained there too.
    path("verify/", verify, {"explain": certified.explain}, name="verify"),
    # Before accounts: the page of an organisation is theirs with the policy added.
    path("", include("consents.urls")),
    path("", include("accounts.urls")),
    path("account/", include("allauth.urls")),
    path("identity/o/api/", include("portal.api.tokens")),
    path("api/v1/", include("portal.api.urls")),
    path("hooks/docusign/", hooks.docusign, name="docusign-hook"),
    path("staff/events/", staff.events, name="staff-events"),
    path("staff/events/try/", staff.try_all_again, name="staff-events-try-all"),
    path("staff/events/<uuid:uid>/try/", staff.try_again, name="staff-event-try"),
    path("", include("dsar.urls")),
    path("dashboard/", include("portal.dashboard.urls")),
    path("transparency/", include("portal.dashboard.reports.public_urls")),
    path("demo/components/", gallery),
]

if settings.DEMO:
    urlpatterns.append(path("demo/", include("portal.demo.urls")))

handler500 = "portal.views.server_error"
